"""PDFs to send, whole and otherwise."""

from __future__ import annotations

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter


def content(pages: int = 1, password: str = "", title: str = "Terms") -> bytes:
    """A PDF of blank pages; another title makes other bytes."""
    writer = PdfWriter()
    for _number in range(pages):
        writer.add_blank_page(width=200, height=200)
    writer.add_metadata({"/Title": title})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pdf(name: str = "terms.pdf", body: bytes | None = None) -> SimpleUploadedFile:
    """As a browser sends it."""
    return SimpleUploadedFile(name, content() if body is None else body, "application/pdf")


def with_an_archive() -> bytes:
    """A PDF that unzips."""
    out = io.BytesIO(content())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("x.txt", "x")
    return out.getvalue()


UNFIT = {
    "an archive in it": (with_an_archive(), "something else at once"),
    "a page of markup first": (content().replace(b"%PDF-1.3\n", b"%PDF-1.3\n<script>alert(1)</script>\n"), "something else at once"),
    "bytes after its end": (content() + b"\nMZ a program", "something else at once"),
    "no PDF": (b"PK\x03\x04 a workbook", "is no PDF"),
    "a late beginning": (b"\n" + content(), "is no PDF"),
    "locked": (content(password="secret"), "locked by a password"),
    "without a page": (content(pages=0), "has no page"),
    "cut off": (content()[:60], "is damaged"),
    "empty": (b"", "is empty"),
}  # fmt: skip
