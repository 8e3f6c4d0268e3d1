"""Rows that go into the database as one step of a larger statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from django.db import connection, models

NOTHING: Mapping[str, str] = MappingProxyType({})


def insertion(row: models.Model, known: Mapping[str, str] = NOTHING) -> tuple[str, str, list[Any]]:
    """Columns, what fills each, and the parameters; as Django's own INSERT, but for what an earlier step of the statement says
    (`known`: column → its expression)."""
    fields, columns, expressions = _parts(type(row), tuple(known.items()))
    return columns, expressions, [
        field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields
    ]  # fmt: skip


@cache
def _parts(model: type[models.Model], said: tuple[tuple[str, str], ...]) -> tuple[list[Any], str, str]:
    """The fields to give, all columns, and what fills each."""
    known = dict(said)
    fields: list[Any] = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    given = [field for field in fields if field.column not in known]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in given)
    # A parameter of a SELECT has no type of its own, unlike one of VALUES.
    typed = [f"%s::{str(field.db_type(connection)).partition('(')[0]}" for field in given]
    return given, ", ".join([names, *known]), ", ".join([*typed, *known.values()])


def array(values: Iterable[int]) -> str:
    """Integers as one parameter that PostgreSQL reads at once (cast it: `%s::bigint[]`); a list becomes an expression for each."""
    found = values.tolist() if hasattr(values, "tolist") else values
    return "{" + ",".join(map(str, found)) + "}"
