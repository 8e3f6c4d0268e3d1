"""The ledger as a table for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from common.spreadsheet import Cell
from contracts.models import Contract
from portal.selectors.ledger import Filters, Ledger, Line

BATCH = 200


def hours_rows(user: User, contract: Contract, filters: Filters, language: str) -> Iterator[list[Cell]]:
    """A head, then a row an entry, newest first, minutes signed as in the ledger; read in batches while it is sent.

    `language`: the reader's, because the body is written when the request's own has been put away.
    """
    with translation.override(language):
        yield [
            _("Entry no."), _("Day worked"), _("Posted at"), _("Kind"), _("Minutes"), _("To be used by"), _("Ticket"),
            _("What for"), _("Category"), _("Person"), _("Minutes worked"), _("Takes back no."),
        ]  # fmt: skip
    ledger = Ledger(user, contract)
    entries = ledger.narrowed(filters)
    for start in range(0, len(entries), BATCH):
        with translation.override(language):
            rows = [_row(line) for line in ledger.lines(entries[start : start + BATCH])]
        yield from rows


def _row(line: Line) -> list[Cell]:
    entry, log = line.entry, line.log
    kind = log.ticket.request_type if log else None
    posted = timezone.localtime(entry.posted_at, timezone.get_default_timezone())
    return [
        entry.pk, entry.worked_on.isoformat(), posted.isoformat(" ", "minutes"), str(entry.get_kind_display()),
        entry.minutes, entry.expires_on.isoformat() if entry.expires_on else "", log.ticket.reference if log else "",
        log.summary if log else entry.memo, kind.category.name if kind else "", str(log.author) if log else "",
        log.actual_minutes if log else None, entry.reverses_id,
    ]  # fmt: skip
