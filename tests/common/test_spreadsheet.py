"""Tables that a spreadsheet opens and never runs."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.spreadsheet import FORMULA, csv_lines, inert


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@SUM(A1)", "\tx", "\r=1", "\n=1", " =1", "|cmd", "%0", "＝1"])
def test_what_would_begin_a_formula_is_made_a_text(text):
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Looked at it", "a=b", "NW-12", "3 − 2"])
def test_other_texts_stay_as_they_are(text):
    assert inert(text) == text


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=2, max_size=4), min_size=1
    )
)
def test_every_text_comes_back_whole_and_no_cell_is_a_formula(rows):
    found = read(b"".join(csv_lines(rows)))
    assert found == [[inert(cell) for cell in row] for row in rows]
    assert not any(cell.lstrip(" \xa0").startswith(FORMULA) for row in found for cell in row)


def test_numbers_stay_numbers_and_nothing_is_empty():
    assert read(b"".join(csv_lines([["Minutes", "Note"], [-75, None]]))) == [["Minutes", "Note"], ["-75", ""]]


def test_it_says_that_it_is_utf_8_once_and_comes_row_by_row():
    chunks = list(csv_lines([["é"], ["à"]]))
    assert [chunk[:3] == b"\xef\xbb\xbf" for chunk in chunks] == [True, False]
    assert chunks[1] == "à\r\n".encode()
