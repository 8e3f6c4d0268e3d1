"""Files outside the database: where they lie, what is refused, how a browser gets one, and the sweep of those that nobody has.

A row says of whom a file is, and who may read it; floors that have such rows register their keys (`KEYS`).
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from . import sniffing, tenancy
from .undo import on_rollback

# On top of `attachment` and a type that nothing runs: should a browser open it all the same, it is alone in there.
SEALED = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}
YOUNG = timedelta(days=1)
"""A file without a row may be of a transaction that has not ended. No transaction lasts a day."""
KEYS: list[Callable[[], Iterable[str]]] = []
"""What is asked, under the engine's scope, for the keys of the files that rows have."""


class Kept(Protocol):
    """A row that has a file."""

    key: str
    name: str
    size: int
    content_type: str


@dataclass(frozen=True)
class Stored:
    """What is known of a file once it lies in the store."""

    key: str
    name: str
    size: int
    sha256: str
    content_type: str


def store() -> Storage:
    """Where files lie: a folder, or a bucket (settings.STORAGES)."""
    return storages["attachments"]


def problems(files: Sequence[UploadedFile[Any]]) -> list[str]:
    """Why these files can't be taken, in words for who sent them; nothing when they can."""
    found = []
    if len(files) > settings.ATTACHMENT_MAX_FILES:
        found.append(
            _("You chose %(count)d files; a message takes %(most)d. Send the others in a second one.")
            % {"count": len(files), "most": settings.ATTACHMENT_MAX_FILES}
        )
    for file in files[: settings.ATTACHMENT_MAX_FILES]:
        said = {
            "name": sniffing.tidy(file.name or ""),
            "size": filesizeformat(file.size or 0),
            "most": filesizeformat(settings.ATTACHMENT_MAX_BYTES),
        }
        if (file.size or 0) > settings.ATTACHMENT_MAX_BYTES:
            found.append(
                _("“%(name)s” has %(size)s; a file may have %(most)s. Make it smaller, or share a link to it.") % said
            )
        elif not file.size:
            found.append(_("“%(name)s” is empty. Check it, and choose it again.") % said)
    return found


def keep(folder: str, file: UploadedFile[Any]) -> Stored:
    """Store a file under a random key of a folder; it leaves the store again if the transaction in hand is rolled back."""
    digest, head, size = hashlib.sha256(), b"", 0
    for chunk in file.chunks():
        head = head or chunk[: sniffing.HEAD]
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    keeper = store()
    key = f"{folder}/{uuid.uuid4()}"
    on_rollback(lambda: keeper.delete(key))
    if (kept := keeper.save(key, file)) != key:
        raise RuntimeError(f"the store kept {key} as {kept}")
    return Stored(key, sniffing.tidy(file.name or ""), size, digest.hexdigest(), sniffing.sniff(head))


def answer(kept: Kept) -> FileResponse:
    """The file, for somebody who may have it: pictures to be shown, everything else to be saved, all of it sealed."""
    shown = sniffing.shown_type(kept.content_type)
    try:
        content = store().open(kept.key)
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        content,
        as_attachment=shown is None,
        filename=kept.name,
        content_type=shown or sniffing.UNKNOWN,
        headers={**SEALED, "Content-Length": str(kept.size)},
    )


@dataclass
class Swept:
    """Keys in the store that no row has, and how many rows have no file."""

    orphans: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def sweep_files(*, now: datetime, dry_run: bool = False) -> Swept:
    """Remove files older than a day that no row has: what a killed process left. Rows without a file are told, only."""
    keeper, swept = store(), Swept()
    with tenancy.engine():
        known = {key for keys in KEYS for key in keys()}
    there = set(_keys())
    swept.missing = sorted(known - there)
    for key in sorted(there - known):
        if now - keeper.get_modified_time(key) > YOUNG:
            swept.orphans.append(key)
            if not dry_run:
                keeper.delete(key)
    return swept


def _keys() -> Iterator[str]:
    for folder in _listed("")[0]:
        for name in _listed(folder)[1]:
            yield f"{folder}/{name}"


def _listed(folder: str) -> tuple[Iterable[str], Iterable[str]]:
    try:
        return store().listdir(folder)
    except FileNotFoundError:
        return [], []
