"""Files with what is said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from common.errors import Refused
from common.files import keep, problems
from tickets.models import Attachment, Message

Files = Sequence["UploadedFile[Any]"]


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
    stored = keep(str(message.organization_id), file)
    return Attachment.objects.create(
        organization_id=message.organization_id, message=message, audience=message.audience,
        name=stored.name, size=stored.size, sha256=stored.sha256, content_type=stored.content_type, key=stored.key, at=now,
    )  # fmt: skip
