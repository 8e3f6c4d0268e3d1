"""Attached files, outside the database: where they lie, what is refused, and how a browser gets one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from . import sniffing
from .models import Attachment

# On top of `attachment` and a type that nothing runs: should a browser open it all the same, it is alone in there.
SEALED = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


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


def answer(attachment: Attachment) -> FileResponse:
    """The file, for somebody who may have it: pictures to be shown, everything else to be saved, all of it sealed."""
    shown = sniffing.shown_type(attachment.content_type)
    try:
        content = store().open(attachment.key)
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        content,
        as_attachment=shown is None,
        filename=attachment.name,
        content_type=shown or sniffing.UNKNOWN,
        headers={**SEALED, "Content-Length": str(attachment.size)},
    )
