"""Files with what is said, and the sweep of those that nothing refers to."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from common import tenancy
from common.errors import Refused
from common.undo import on_rollback
from tickets import sniffing
from tickets.files import problems, store
from tickets.models import Attachment, Message

Files = Sequence["UploadedFile[Any]"]
YOUNG = timedelta(days=1)
"""A file without a row may be of a transaction that has not ended. No transaction lasts a day."""


def check(files: Files) -> None:
    """Refused, with every reason, when one of the files can't be taken."""
    if found := problems(files):
        raise Refused(" ".join(found))


def attach(message: Message, files: Files, now: datetime) -> list[str]:
    """Keep the files with a message just written, for the same readers; their names, tidied.

    They are in the store before COMMIT, and leave it again when that doesn't come.
    """
    check(files)
    return [_keep(message, file, now).name for file in files]


def _keep(message: Message, file: UploadedFile[Any], now: datetime) -> Attachment:
    digest, head, size = hashlib.sha256(), b"", 0
    for chunk in file.chunks():
        head = head or chunk[: sniffing.HEAD]
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    keeper = store()
    key = f"{message.organization_id}/{uuid.uuid4()}"
    on_rollback(lambda: keeper.delete(key))
    if (kept := keeper.save(key, file)) != key:
        raise RuntimeError(f"the store kept {key} as {kept}")
    return Attachment.objects.create(
        organization_id=message.organization_id, message=message, audience=message.audience,
        name=sniffing.tidy(file.name or ""), size=size, sha256=digest.hexdigest(), content_type=sniffing.sniff(head),
        key=key, at=now,
    )  # fmt: skip


@dataclass
class Swept:
    """Keys in the store that no row has, and how many rows have no file."""

    orphans: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def sweep_files(*, now: datetime, dry_run: bool = False) -> Swept:
    """Remove files older than a day that no message has: what a killed process left. Rows without a file are told, only."""
    keeper, swept = store(), Swept()
    with tenancy.engine():
        known = set(Attachment.objects.values_list("key", flat=True))
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
