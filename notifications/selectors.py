"""The local outbox: mails that were written as files, for whoever tries the portal without a mail server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,150}")
SHOWN_HEADERS = ("From", "To", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted")


@dataclass(frozen=True)
class Letter:
    """One mail file, read."""

    name: str
    written_at: datetime
    mail: EmailMessage

    @property
    def subject(self) -> str:
        """Its subject."""
        return str(self.mail["Subject"] or "")

    @property
    def to(self) -> str:
        """Its recipient."""
        return str(self.mail["To"] or "")

    @property
    def headers(self) -> list[tuple[str, str]]:
        """What a page shows of its head."""
        return [(name, str(self.mail[name])) for name in SHOWN_HEADERS if self.mail[name]]

    @property
    def text(self) -> str:
        """Its text form."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """Its HTML form, or nothing."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.mail.get_body((kind,))
        return str(part.get_content()) if part else ""


def letters(limit: int = 200) -> list[Letter]:
    """The newest mails first."""
    folder = Path(settings.MAIL_DIR)
    files = (
        sorted(folder.glob("[!.]*.eml"), key=lambda file: file.stat().st_mtime, reverse=True) if folder.is_dir() else []
    )
    return [_read(file) for file in files[:limit]]


def letter(name: str) -> Letter | None:
    """One mail by its name; None when there is none, or the name is no name of ours."""
    file = Path(settings.MAIL_DIR) / f"{name}.eml"
    return _read(file) if NAME.fullmatch(name) and file.is_file() else None


def _read(file: Path) -> Letter:
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    return Letter(file.stem, datetime.fromtimestamp(file.stat().st_mtime, UTC), mail)
