"""Whether a file is a PDF that everybody can open and that is nothing else besides."""

from __future__ import annotations

import re
import zipfile
from typing import IO, Any

from django.utils.translation import gettext as _
from pypdf import PdfReader

MEDIA_TYPE = "application/pdf"
HEAD = 1024
TAIL = 64 * 1024
# What makes a browser or an interpreter take the beginning of a file for its own.
MARKUP = re.compile(rb"<(?:!doctype|html|head|body|script|svg|iframe|\?php)", re.IGNORECASE)


def problem(file: IO[bytes] | Any, name: str) -> str:
    """Why this isn't taken, in words that say what to do; empty for a whole, open PDF. The file is at its beginning afterwards."""
    said = {"name": name}
    try:
        file.seek(0)
        head = file.read(HEAD)
        if not head.startswith(b"%PDF-"):
            return _("“%(name)s” is no PDF, whatever its name says. Save the document as PDF, and choose that.") % said
        if MARKUP.search(head) or _ends_otherwise(file):
            return _(
                "“%(name)s” is a PDF and something else at once. Print the document to a new PDF, and choose that."
            ) % (said)
        return _unreadable(file) % said
    finally:
        file.seek(0)


def _ends_otherwise(file: Any) -> bool:
    """Something follows the PDF's end, or an archive is hidden in it."""
    size = file.seek(0, 2)
    file.seek(max(0, size - TAIL))
    _before, mark, after = file.read().rpartition(b"%%EOF")
    if mark and after.strip(b"\0 \t\r\n\f"):
        return True
    file.seek(0)
    return zipfile.is_zipfile(file)


def _unreadable(file: Any) -> str:
    file.seek(0)
    try:
        reader = PdfReader(file)
        if reader.is_encrypted:
            return _("“%(name)s” is locked by a password. Save it without one, so that it can be read for years.")
        pages = len(reader.pages)
    except Exception:  # a damaged or forged file may fail in any way within the parser
        return _("“%(name)s” is damaged: it can't be read as a PDF. Save the document as PDF again, and choose that.")
    return "" if pages else _("“%(name)s” has no page. Check it, and choose it again.")
