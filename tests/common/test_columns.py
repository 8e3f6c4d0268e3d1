"""Columns as literals come back from PostgreSQL as they went in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.columns import array, as_json, columns

pytestmark = pytest.mark.django_db
WORDS = st.none() | st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"))


def read(value: str, kind: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}[]", [value])
        found: list[Any] = cursor.fetchone()[0]
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(WORDS), numbers=st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)))
def test_words_and_numbers(words: list[str | None], numbers: list[int | None]) -> None:
    assert read(array(words), "text") == words
    assert read(array(numbers), "bigint") == numbers


def test_words_that_an_array_or_a_literal_would_read_otherwise() -> None:
    words = [
        "",
        "NULL",
        "null",
        None,
        '"',
        "\\",
        "\\\\'",
        "{a,b}",
        "a,b",
        " a ",
        "\n\t",
        "'; --",
        "%s",
        "é\N{NO-BREAK SPACE}",
        as_json({"a": '"\\'}),
    ]
    assert read(array(words), "text") == words


def test_instants_yes_and_no_and_json() -> None:
    instants = [
        datetime(2026, 11, 18, 9, tzinfo=UTC),
        datetime(2026, 1, 1, 0, 0, 0, 1, timezone(timedelta(hours=5.5))),
        None,
    ]
    assert read(array(instants), "timestamptz") == instants
    assert read(array([True, False, None]), "boolean") == [True, False, None]
    said = {"body": 'A "quoted" \\ line\n', "n": 1, "none": None}
    with connection.cursor() as cursor:
        cursor.execute("SELECT (%s::jsonb[])[1] = %s::jsonb", [array([as_json(said)]), as_json(said)])
        assert cursor.fetchone() == (True,)


def test_rows_become_columns_and_none_of_them_none() -> None:
    assert columns([(1, "a"), (2, "b")]) == ["{1,2}", '{"a","b"}']
    assert columns(iter(())) == []
    with pytest.raises(TypeError, match="float"):
        array([1.5])
    with pytest.raises(ValueError, match=r"shorter|longer"):
        columns([(1, 2), (1,)])  # type: ignore[list-item]
