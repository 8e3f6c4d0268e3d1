"""Tables for spreadsheets: CSV as Excel and LibreOffice open it by a double click, and nothing in it that they would run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"  # without it, Excel takes UTF-8 for the local code page
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
Cell = str | int | None


class _Echo:
    def write(self, text: str) -> str:
        return text


def inert(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula: an apostrophe stands before what would begin one."""
    return f"'{text}" if text.lstrip(" \N{NO-BREAK SPACE}").startswith(FORMULA) else text


def csv_lines(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The rows as UTF-8 with its mark, cells parted by `;`, one chunk a row. Texts are made inert; numbers stay numbers."""
    writer = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n")
    mark = BOM
    for row in rows:
        line: str = writer.writerow([inert(cell) if isinstance(cell, str) else cell for cell in row])
        yield (mark + line).encode()
        mark = ""
