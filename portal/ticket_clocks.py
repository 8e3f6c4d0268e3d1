"""The clocks of a ticket as its page shows them: the one that speaks for it with its account, and a line for each of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from audit.models import Event
from common.errors import Refused
from contracts.selectors import promise as promise_of
from portal.clocks import NOT_COVERED, Chip, Correction, chip, coverage_clause, receipt
from portal.objectives import REASONS, leading
from portal.selectors.queue import histories_of
from portal.templatetags.ui import duration, instant
from slo.fold import Kind, Reason
from slo.history import History
from slo.objectives import FIRST_RESPONSE, NEXT_RESPONSE
from slo.words import OBJECTIVE
from tickets.models import Ticket


@dataclass(frozen=True)
class Line:
    """A promise in a line: what, how it stands, why it pauses, and where its receipt is."""

    label: str
    clock: Chip
    pause: str
    question: str  # the anchor of the message that asks
    url: str


class TicketClocks:
    """All clocks of a ticket, read once: two queries."""

    def __init__(self, ticket: Ticket, now: datetime):
        self.ticket, self.now = ticket, now
        self.pasts = histories_of(ticket)

    @cached_property
    def leader(self) -> History | None:
        """The one that speaks for the ticket."""
        clock = leading(past.clock for past in self.pasts)
        return next((past for past in self.pasts if past.clock is clock), None)

    @property
    def number(self) -> int | None:
        """Its number among those of its objective, from 1."""
        past = self.leader
        mine = [one for one in self.pasts if past and one.clock.objective == past.clock.objective]
        return mine.index(past) + 1 if past else None

    @property
    def is_broken(self) -> bool:
        """Whether its events contradict each other."""
        return self.leader is not None and self.leader.is_broken

    @property
    def shown(self) -> Chip:
        """Its chip."""
        return self._chip(self.leader)

    @property
    def first(self) -> Chip:
        """The first answer's."""
        return self._chip(next((one for one in self.pasts if one.clock.objective == FIRST_RESPONSE), None))

    def _chip(self, past: History | None) -> Chip:
        if past is None:
            return NOT_COVERED
        return chip(past.clock, self.now, self.ticket.closed_at, past.state.left)

    @property
    def owes_next(self) -> bool:
        """Whether a question of the client's waits for its promised answer."""
        return any(one.clock.objective == NEXT_RESPONSE and one.state.ended_at is None for one in self.pasts)

    @property
    def may_pause(self) -> bool:
        """Whether asking the client would hold something: what the question itself answers doesn't count."""
        return any(
            one.may_pause and one.state.ended_at is None and not one.state.is_late(self.now)
            and one.clock.objective not in {FIRST_RESPONSE, NEXT_RESPONSE}
            for one in self.pasts
        )  # fmt: skip

    @property
    def paused(self) -> list[Line]:
        """Those that wait for the client."""
        return [self._line(one) for one in self.pasts if one.state.paused]

    def receipt(self, corrections: Sequence[Correction], promises_url: str) -> dict[str, Any] | None:
        """The account of the one that speaks."""
        past = self.leader
        if past is None or past.is_broken:
            return None
        return receipt(
            past.clock, self.ticket.reference, self.now, lived=past.state, corrections=corrections,
            promises_url=promises_url, full_url=self._url(past),
        )  # fmt: skip

    def lines(self) -> list[Line]:
        """Every promise, where there is more than one, or one that pauses; the newest of each objective first."""
        if len(self.pasts) < 2 and not self.paused:
            return []
        order = list(OBJECTIVE)
        pasts = sorted(self.pasts, key=lambda one: (order.index(one.clock.objective), -one.clock.pk))
        return [self._line(one) for one in pasts]

    def answers(self) -> dict[datetime, str]:
        """When a question was answered → what a message says of it."""
        found = {}
        for past in self.pasts:
            one = past.clock
            if one.objective == NEXT_RESPONSE and one.stopped_at:
                words = {"taken": duration((one.business_seconds or 0) // 60), "target": duration(one.target_minutes)}
                found[one.stopped_at] = _("Next answer, %(taken)s of %(target)s") % words
        return found

    def uncovered(self, url: str) -> dict[str, Any] | None:
        """Why nothing is promised: the channel, and the clause that says so or the default."""
        if self.pasts:
            return None
        ticket = self.ticket
        words = _("No first answer is promised for requests that come by %(channel)s. It is served all the same.") % {
            "channel": ticket.get_channel_display()
        }
        try:
            promised = promise_of(
                ticket.contract, priority=ticket.priority, channel=ticket.channel, at=ticket.opened_at
            )
        except Refused:
            promised = None
        if promised is None or promised.covered:
            return {"words": _("No clock was started for this request."), "clause": "", "url": url}
        return {"words": words, "clause": coverage_clause(promised.coverage.provenance()), "url": url}

    def _line(self, past: History) -> Line:
        paused, question = past.state.paused, ""
        if paused:
            asked = next(one.data.get("question") for one in reversed(past.facts) if one.kind == Kind.PAUSED)
            question = f"#message-{asked}" if asked else ""
        words = _("Pauses until %(when)s at the latest: %(why)s.")
        return Line(
            label=str(OBJECTIVE[past.clock.objective]),
            clock=self._chip(past),
            pause=words % {"when": instant(paused.resume_by), "why": REASONS[Reason(paused.reason)]} if paused else "",
            question=question,
            url=self._url(past),
        )

    def _url(self, past: History) -> str:
        page = reverse("portal:receipt", args=[self.ticket.reference, past.clock.objective])
        newest = max(one.clock.pk for one in self.pasts if one.clock.objective == past.clock.objective)
        return page if past.clock.pk == newest else f"{page}?clock={past.clock.pk}"


def corrections(events: Sequence[Event]) -> list[Correction]:
    """Oldest first."""
    return [
        Correction(one.at, str(one.data.get("before")), str(one.data.get("after")))
        for one in reversed(events)
        if one.verb == "ticket.prioritized"
    ]
