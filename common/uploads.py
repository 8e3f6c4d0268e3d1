"""The first of Django's upload handlers: it counts, and lets nothing too large reach memory or disk.

What is over a limit is read and thrown away, so that the rest of the form arrives; an empty `Overlarge` stands in its
place, of the size that was sent, and the form refuses it by name.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class Overlarge(UploadedFile):  # type: ignore[type-arg]
    """What is left of a file that was over a limit: its name and size."""


class LimitedUploadHandler(FileUploadHandler):
    """Stops a file at ATTACHMENT_MAX_BYTES, and every file after ATTACHMENT_MAX_FILES."""

    def __init__(self, request: Any = None):
        super().__init__(request)
        self.files = self.received = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.files += 1
        self.received = 0

    @property
    def _over(self) -> bool:
        return self.files > settings.ATTACHMENT_MAX_FILES or self.received > settings.ATTACHMENT_MAX_BYTES

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """The chunk, for the handlers after this one; None when they are to get no more of this file."""
        self.received = start + len(raw_data)
        return None if self._over else raw_data

    def file_complete(self, file_size: int) -> Overlarge | None:
        """None: the next handler has it whole."""
        if not self._over:
            return None
        return Overlarge(name=self.file_name, content_type=self.content_type, size=file_size, file=BytesIO())
