"""The bytes of tables: CSV and workbooks, read into rows and written from them. What is wrong with a file is said in words."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from tablib import Dataset

from .errors import Refused

MOST_BYTES = 512 * 1024
MOST_ROWS = 2_000
MOST_UNPACKED = 20 * 1024 * 1024
LONGEST_CELL = 32_767  # of a workbook
FORMULA = ("=", "+", "-", "@", "\t", "\r")
WORKBOOK = b"PK\x03\x04"
KINDS = {  # of files that people send instead: their first bytes, and what they are
    WORKBOOK: gettext_lazy("a workbook (Excel, LibreOffice)"),
    b"\xd0\xcf\x11\xe0": gettext_lazy("an old Excel workbook"),
    b"%PDF": gettext_lazy("a PDF"),
}
Lines = list[list[str]]


def write(rows: Any, queryset: Any) -> bytes:
    """The table as CSV for spreadsheets (UTF-8 with its mark)."""
    dataset = rows.export(queryset)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(dataset.headers)
    writer.writerows([safe(str(cell if cell is not None else "")) for cell in row] for row in dataset)
    return out.getvalue().encode("utf-8-sig")


def write_workbook(rows: Any, queryset: Any) -> bytes:
    """The table as a workbook; every cell is a text, so that nothing in it is a formula and §1.10 stays itself."""
    dataset = rows.export(queryset)
    book = Workbook()
    sheet: Any = book.active
    for number, line in enumerate([dataset.headers, *dataset], start=1):
        for place, value in enumerate(line, start=1):
            text = ILLEGAL_CHARACTERS_RE.sub("", str(value if value is not None else ""))
            if len(text) > LONGEST_CELL:
                raise Refused(_("Row %(number)s is too long for a workbook: export as CSV.") % {"number": number})
            cell = sheet.cell(number, place, text)
            cell.data_type, cell.number_format, cell.font = "s", "@", Font(bold=number == 1)
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def safe(cell: str) -> str:
    """With an apostrophe before what a spreadsheet would run."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def plain(cell: str) -> str:
    """Without the apostrophe that `safe` put there."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def read(
    content: bytes, wanted: list[str], key: str = "", *, workbooks: bool = False, raw: bool = False,
    texts: Sequence[str] = (),
) -> Dataset:  # fmt: skip
    """The rows of a file, as its table wants them; ValidationError says what it is instead, or what its columns should be."""
    if not content.strip():
        raise ValidationError(_("This file is empty. Export the table first: it shows the columns."))
    if len(content) > MOST_BYTES:
        raise ValidationError(
            _("This file is larger than %(limit)s kB. Split it, and import the parts one after the other.")
            % {"limit": MOST_BYTES // 1024}
        )
    if workbooks and content.startswith(WORKBOOK):
        return _dataset(_lines_of_workbook(content, texts), wanted, key, raw)
    for start, kind in KINDS.items():
        if content.startswith(start):
            raise ValidationError(_("This is %(kind)s. Save the sheet as “CSV UTF-8”, and send that.") % {"kind": kind})
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(
            _("The letters of this file can't be read. Save the sheet as “CSV UTF-8”, and send that.")
        ) from error
    if "\0" in text:
        raise ValidationError(
            _("The letters of this file can't be read. Save the sheet as “CSV UTF-8”, and send that.")
        )
    return _dataset(_lines_of_csv(text), wanted, key, raw)


def _lines_of_csv(text: str) -> Lines:
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    try:
        return [
            line for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if any(line)
        ]
    except csv.Error as error:
        raise ValidationError(
            _("This file is no CSV: its quotation marks don't close. Export the table again.")
        ) from error


def _lines_of_workbook(content: bytes, texts: Sequence[str]) -> Lines:
    """The first sheet. A text that begins like a formula gets its apostrophe; a formula stays one, to be refused by name."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(one.file_size for one in packed.infolist()) > MOST_UNPACKED:
                raise ValueError("too large")
        sheet = load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
        cells = [line for line in sheet.iter_rows(max_row=MOST_ROWS + 2) if any(one.value is not None for one in line)]
    except Exception as error:  # a damaged or forged file may fail in any way within the parser
        raise ValidationError(
            _("This workbook can't be read. Save the sheet as “CSV UTF-8”, and send that.")
        ) from error
    headers = [_text(one) for one in cells[0]] if cells else []
    for line in cells[1:]:
        for name, cell in zip(headers, line, strict=False):
            if name in texts and isinstance(cell.value, float) and not cell.value.is_integer():
                raise ValidationError(
                    _(
                        "Row %(number)s, “%(name)s”: %(value)s is a number there, and a number can't tell 1.1 from 1.10. "
                        "Format the column as text, and write it again."
                    )
                    % {"number": cell.row, "name": name, "value": cell.value}
                )
    return [[_text(one) for one in line[: len(headers)]] for line in cells]


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type in {"f", "e"}:
        return f"={str(value).lstrip('=')}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()
    return safe(str(value).strip())


def _dataset(lines: Lines, wanted: list[str], key: str, raw: bool) -> Dataset:
    headers = [cell.strip() for cell in lines[0]] if lines else []
    unknown = sorted(set(headers) - set(wanted))
    missing = [name for name in wanted if name not in headers]
    if unknown or missing or len(set(headers)) < len(headers):
        raise ValidationError(
            _(
                "The first line should name these columns, each once: %(wanted)s. Unknown: %(unknown)s. Missing: %(missing)s."
            )
            % {
                "wanted": ", ".join(wanted),
                "unknown": ", ".join(unknown) or _("none"),
                "missing": ", ".join(missing) or _("none"),
            }
        )
    if len(lines) - 1 > MOST_ROWS:
        raise ValidationError(
            _("This file has more than %(limit)s rows. Split it, and import the parts one after the other.")
            % {"limit": MOST_ROWS}
        )
    dataset = Dataset(headers=headers)
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(headers):
            raise ValidationError(
                ngettext(
                    "Row %(number)s has %(count)d cell, and the first line names %(wanted)s columns.",
                    "Row %(number)s has %(count)d cells, and the first line names %(wanted)s columns.",
                    len(line),
                )
                % {"number": number, "count": len(line), "wanted": len(headers)}
            )
        dataset.append([cell.strip() if raw else plain(cell.strip()) for cell in line])
    again = [value for value, count in Counter(dataset[key] if key else ()).items() if count > 1]
    if again:
        raise ValidationError(
            _("“%(key)s” names a row: it may stand once in the file. More than once: %(values)s.")
            % {"key": key, "values": ", ".join(again[:10])}
        )
    return dataset
