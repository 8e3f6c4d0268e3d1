"""Queries that the ORM puts together once: on hot paths that costs several times what the database takes to answer."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connections, models
from django.db.models.expressions import Expression
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")
Compiled = tuple[models.QuerySet[Any, Row], SQLCompiler, str, tuple[Any, ...]]


class Parameter(Expression):
    """A value that each run of a prepared query gives, under a name."""

    def __init__(self, name: str):
        super().__init__(output_field=models.Field())
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        """A placeholder, with itself in the value's place."""
        return "%s", (self,)


class Parameters(Parameter):
    """Several whole numbers at once, for `column__in`."""

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        """The rows of an array, which is one value however many they are."""
        return "(SELECT unnest(%s::bigint[]))", (self,)


class Reader:
    """Stands for whoever will ask, in `visible_to`: each run gives the `clients` that this person belongs to or serves.

    Not for whoever serves all: nobody's ids are listed then.
    """

    is_anonymous = serves_all = False
    organization_ids = Parameters("clients")


class Prepared(Generic[Row]):
    """The rows of a queryset with `Parameter`s in it. It reads nothing when it is made: `build` is called by the first run.

    Rows are what the queryset gives: models with what `select_related` joins, or values. `prefetch_related` isn't followed.
    """

    def __init__(self, build: Callable[[], models.QuerySet[Any, Row]]):
        self._build = build

    def __call__(self, **values: Any) -> list[Row]:
        """Ask the database, under the scope in force; KeyError for a parameter without a value."""
        queryset, compiler, sql, parameters = self._compiled
        compiler = copy.copy(compiler)  # the compiled one belongs to all threads
        compiler.connection = connections[queryset.db]
        given = tuple(values[one.name] if isinstance(one, Parameter) else one for one in parameters)
        compiler.as_sql = lambda *args, **kwargs: (sql, given)  # type: ignore[method-assign]
        queryset = queryset.all()
        queryset.query.get_compiler = lambda *args, **kwargs: compiler  # type: ignore[method-assign]
        return list(queryset)

    @cached_property
    def _compiled(self) -> Compiled[Row]:
        return self._compile()

    def _compile(self) -> Compiled[Row]:
        queryset = self._build()
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, parameters = compiler.as_sql()
        return queryset, compiler, sql, tuple(parameters)
