"""What a file is by its bytes, and what its name may look like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.sniffing import PICTURES, UNKNOWN, is_misnamed, shown_type, sniff, tidy

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 24
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"GIF89a\x01\0", "image/gif"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"PK\x03\x04\x14\0", "application/zip"),
        (b"<!DOCTYPE html><html><script>", "text/html"),
        (b"\xef\xbb\xbf  <html>", "text/html"),
        (SVG, "image/svg+xml"),
        (b'<?xml version="1.0"?>' + SVG, "image/svg+xml"),
        (b"<!-- x --><svg>", "image/svg+xml"),
        ("Ça marche: 🎉 مرحبا".encode(), "text/plain"),
        (b"", "text/plain"),
        (b"MZ\x90\0" + b"\0" * 80, "application/vnd.microsoft.portable-executable"),
        (b"\0\1\2\3" * 30, UNKNOWN),
    ],
)
def test_the_bytes_decide(head: bytes, media_type: str) -> None:
    assert sniff(head) == media_type


def test_text_that_is_cut_within_a_character_is_text() -> None:
    assert sniff(("a" + "é" * 3000).encode()[:4096]) == "text/plain"


@given(st.binary(max_size=200))
def test_nothing_without_its_exact_signature_is_shown(head: bytes) -> None:
    shown = shown_type(sniff(head))
    signed = head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")) or (
        head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    )
    assert (shown in PICTURES) == signed


@pytest.mark.parametrize(
    "media_type", ["image/svg+xml", "text/html", "application/pdf", "text/plain", "text/xml", UNKNOWN]
)
def test_only_pictures_are_shown(media_type: str) -> None:
    assert shown_type(media_type) is None


@pytest.mark.parametrize(
    ("name", "media_type", "misnamed"),
    [
        ("photo.PNG", "image/png", False),
        ("photo.png", "image/jpeg", True),
        ("invoice.pdf", "application/vnd.microsoft.portable-executable", True),
        ("plan.docx", "application/zip", False),
        ("plan.docx", "text/html", True),
        ("notes.txt", "text/plain", False),
        ("noending", "image/png", False),
    ],
)
def test_a_name_that_breaks_its_promise(name: str, media_type: str, misnamed: bool) -> None:
    assert is_misnamed(name, media_type) is misnamed


@pytest.mark.parametrize(
    ("name", "tidied"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\photo.png", "photo.png"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\u2066b\u2069\u200f.txt", "ab.txt"),
        ("a\r\nContent-Type: text/html\0.txt", "html.txt"),
        ("  two   words .txt ", "two words .txt"),
        ("...", "file"),
        ("", "file"),
        (".env", "env"),
        ("rapport été 👩‍👩‍👧.pdf", "rapport été 👩‍👩‍👧.pdf"),
        ("تقرير.pdf", "تقرير.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("x" * 300, "x" * 200),
    ],
)
def test_names_are_tidied(name: str, tidied: str) -> None:
    assert tidy(name) == tidied


@given(st.text(max_size=400))
def test_a_tidy_name_is_short_and_stays_tidy(name: str) -> None:
    once = tidy(name)
    assert 0 < len(once) <= 200
    assert not set(once) & set("/\\\r\n\0\u202e\u2066")
    assert tidy(once) == once
