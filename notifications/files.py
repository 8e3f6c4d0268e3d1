"""Mails as files, where no mail server is set: each is a whole .eml in settings.MAIL_DIR, or not there at all."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class MailFileBackend(BaseEmailBackend):
    """Writes each mail beside its place, then renames it there: a reader never meets half a mail.

    A file is named by the Message-ID, so that a mail that goes out twice is there once, as with a good receiver.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many were written."""
        folder = Path(settings.MAIL_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for mail in email_messages:
            message = mail.message()
            name = re.sub(r"[^A-Za-z0-9._-]+", "-", message["Message-ID"].strip("<> ")).strip(".-")[:150]
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=".", suffix=".tmp")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(message.as_bytes())
                Path(temporary).replace(folder / f"{name}.eml")
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        return len(email_messages)
