"""Queries that are put together once by the ORM, and planned once by the database: on hot paths both cost more than the answer."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from hashlib import sha256
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from django.db import connections, models
from django.db.models.expressions import Expression
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")
Compiled = tuple[models.QuerySet[Any, Row], SQLCompiler, str, tuple[Any, ...], dict[int, Any]]


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
        queryset, compiler, sql, parameters, converters = self._compiled
        compiler = copy.copy(compiler)  # the compiled one belongs to all threads
        compiler.connection = connections[queryset.db]
        given = tuple(values[one.name] if isinstance(one, Parameter) else one for one in parameters)
        statement = planned(compiler.connection, sql, len(given))
        compiler.as_sql = lambda *args, **kwargs: (statement, given)  # type: ignore[method-assign]
        compiler.get_converters = lambda expressions: converters  # type: ignore[method-assign]
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
        converters = compiler.get_converters(column[0] for column in compiler.select[: compiler.col_count])
        return queryset, compiler, sql, tuple(parameters), converters


def run(cursor: Any, sql: str, values: Sequence[Any]) -> None:
    """Execute a statement of ours that never changes, planned once a session."""
    cursor.execute(planned(cursor.db, sql, len(values)), values)


# By connection to the database, not by Django's alias: what was prepared ends with the session.
_prepared: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


def planned(connection: Any, sql: str, values: int) -> str:
    """What runs `sql` with so many values, planned once a session (PREPARE); `sql` itself where a pooler hands sessions around.

    PostgreSQL plans again by itself when the role changes, since policies depend on it, and after a migration.
    """
    if connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
        return sql
    name, statement = _named(sql, values)
    connection.ensure_connection()
    known = _prepared.setdefault(connection.connection, set())
    if name not in known:
        numbers = iter(range(1, values + 1))
        body = re.sub("%[s%]", lambda found: f"${next(numbers)}" if found[0] == "%s" else "%", sql)
        with connection.wrap_database_errors, connection.connection.cursor() as cursor:
            cursor.execute(f"PREPARE {name} AS {body}")
        known.add(name)
    return statement


@cache
def _named(sql: str, values: int) -> tuple[str, str]:
    """What a statement is called, and what runs it."""
    name = f"kept_{sha256(sql.encode()).hexdigest()[:16]}"
    return name, f"EXECUTE {name} ({', '.join(['%s'] * values)})" if values else f"EXECUTE {name}"
