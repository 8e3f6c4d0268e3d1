"""What a file is, by its bytes, and what its name may look like. Names lie, and so do browsers: neither is asked."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

import puremagic

HEAD = 4096
"""How many bytes of a file decide."""
UNKNOWN = "application/octet-stream"
LONGEST_NAME = 200
LONGEST_TYPE = 100

# The only types that a browser may show from our address: pictures that can't hold scripts.
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"%PDF-": "application/pdf",
    b"PK\x03\x04": "application/zip",  # also what offices write: their names say which
}
# Names that promise a type whose bytes are always signed: a file that has the name and not the bytes is misnamed.
PROMISES = {
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
    "pdf": "application/pdf", "zip": "application/zip", "docx": "application/zip", "xlsx": "application/zip",
    "pptx": "application/zip",
}  # fmt: skip
MARKUP = re.compile(rb"\A\s*(?:<\?xml|<!doctype|<!--|<html|<svg|<head|<body|<script)", re.IGNORECASE)
# Marks that turn the reading direction and hide what a name ends with; ZWJ stays, emoji are joined by it.
HIDDEN = set("\u061c\u200b\u200e\u200f\u2060\ufeff") | {
    chr(n) for n in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


def sniff(head: bytes) -> str:
    """The media type that the first bytes of a file show; UNKNOWN when they show none.

    Signatures of what we show are exact, so that nothing else passes for a picture; puremagic tells the others.
    """
    for signature, media_type in SIGNATURES.items():
        if head.startswith(signature):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
        return "image/svg+xml" if b"<svg" in head.lower() else "text/html" if b"<html" in head.lower() else "text/xml"
    if _is_text(head):
        return "text/plain"
    try:
        found = str(puremagic.magic_string(head)[0].mime_type)
    except (puremagic.PureError, ValueError, IndexError):
        return UNKNOWN
    # Whatever it takes for one of ours lacks the signature.
    return UNKNOWN if found in PICTURES or not found or len(found) > LONGEST_TYPE else found


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3 and len(head) == HEAD  # cut within a character
    return True


def shown_type(media_type: str) -> str | None:
    """The type under which a browser may show it; None: it is only ever downloaded."""
    return media_type if media_type in PICTURES else None


def is_misnamed(name: str, media_type: str) -> bool:
    """The name promises a type, and the bytes break the promise: `invoice.pdf` that is a program."""
    promised = PROMISES.get(PurePosixPath(name).suffix.lstrip(".").lower())
    return promised is not None and promised != media_type


def tidy(name: str) -> str:
    """A name that is safe to show, to store and to send: its last part, without control or direction marks, 200 long."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(" " if unicodedata.category(c) in {"Zl", "Zp"} else c for c in last if _may_stay(c))
    plain = " ".join(kept.split()).strip(". ")
    if not plain:
        return "file"
    stem, dot, ending = plain.rpartition(".")
    if dot and stem and len(ending) < 20:
        return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return plain[:LONGEST_NAME]


def _may_stay(character: str) -> bool:
    return character not in HIDDEN and unicodedata.category(character) not in {"Cc", "Cs"}
