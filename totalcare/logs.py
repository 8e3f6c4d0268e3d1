"""One JSON line for each thing worth knowing, with the id of the request or task that it belongs to.

Nobody's words are in it: no address that might hold a token, no query, no e-mail address, no row that a database quotes.
Web (also gunicorn's own lines), worker and beat log through the same configuration.
"""

from __future__ import annotations

import json
import logging
import os
import re
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from .environment import flag

request_id: ContextVar[str] = ContextVar("request_id", default="")
SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,127}")
PERSONAL = [
    (re.compile(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+"), "…@…"),
    (re.compile(r"(?<=://)[^\s/@]*:[^\s/@]*@"), "…@"),
    (re.compile(r"^(DETAIL|CONTEXT|HINT): .*$", re.MULTILINE), r"\1: …"),  # PostgreSQL quotes the row
]


def accepted(proposed: str) -> str:
    """The id that the one before us gave the request, when it is a plain word; else a new one."""
    return proposed if SANE.fullmatch(proposed) else uuid.uuid4().hex


def scrubbed(text: str) -> str:
    """The text without e-mail addresses, passwords of URLs, and rows that PostgreSQL quotes."""
    for pattern, instead in PERSONAL:
        text = pattern.sub(instead, text)
    return text


def route_of(request: Any) -> str:
    """The pattern that an address matched, never the address itself: invitations and resets carry their secret in it."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else "unmatched"


class RouteFilter(logging.Filter):
    """Django's own lines name the address: put its pattern there instead."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if path and isinstance(record.args, tuple):
            record.args = tuple(route_of(request) if value == path else value for value in record.args)
        return True


class AwayFilter(logging.Filter):
    """Whoever found PostgreSQL away says so in a line: the next bell brings another task, and where it stood is no news."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and database_is_away(record.exc_info[1]):
            record.exc_info = record.exc_text = None
        return True


def database_is_away(error: BaseException | None) -> bool:
    """Whether a connection that broke, or could not be made, is behind this error. A lock or a deadlock is another matter.

    What breaks first is psycopg2's OperationalError; code that still holds the connection meets an InterfaceError.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if type(error).__name__ in {
            "OperationalError",
            "InterfaceError",
            "AdminShutdown",
            "CrashShutdown",
            "CannotConnectNow",
        }:
            code = getattr(error, "pgcode", None) or getattr(error.__cause__, "pgcode", None)
            if code is None or code.startswith(("08", "57P")):
                return True
        error = error.__cause__ or error.__context__
    return False


class LineFormatter(logging.Formatter):
    """For a terminal: the same facts, as a line to read."""

    def format(self, record: logging.LogRecord) -> str:
        return scrubbed(super().format(record))


class JsonFormatter(logging.Formatter):
    """For machines: one JSON object a line. `extra={"facts": {…}}` adds its keys."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": scrubbed(record.getMessage()),
            "request_id": request_id.get(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["exception"] = scrubbed(self.formatException(record.exc_info))
        return json.dumps({key: value for key, value in line.items() if value != ""}, ensure_ascii=False, default=str)


def configuration() -> dict[str, Any]:
    """For dictConfig. LOG_FORMAT is json or line (what a demo on a terminal gets unless told otherwise)."""
    form = os.environ.get("LOG_FORMAT") or ("line" if flag("DEBUG") else "json")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"route": {"()": RouteFilter}, "away": {"()": AwayFilter}},
        "formatters": {
            "line": {"()": LineFormatter, "format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
            "json": {"()": JsonFormatter},
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": form, "filters": ["route", "away"]}},
        "loggers": {  # without the handlers of their own that Django and gunicorn give them
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
            "gunicorn.error": {"handlers": [], "level": "INFO", "propagate": True},
            "gunicorn.access": {"level": "WARNING"},  # names addresses and people's; ours is totalcare.request
            "celery.app.trace": {"level": "WARNING"},  # two lines for each bell would drown the rest
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
        },
        "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    }
