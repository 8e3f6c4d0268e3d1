"""What people of a story say of a promise: contested and settled, proposed to be excused and answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import User
from portal.selectors.queue import histories_of
from slo.history import History
from slo.objectives import FIRST_RESPONSE
from tickets import services as tickets
from tickets.models import Contest, Ticket

from .script import Act, Step


def say(step: Step, ticket: Ticket, actor: User, at: datetime) -> None:
    """Of the newest promise that it can be said of."""
    words: dict[str, Any] = {"actor": actor, "now": at}
    if step.act is Act.SETTLE:
        outcome, reason = step.text.split(": ", 1)
        mine = Contest.objects.open().get(organization_id=ticket.organization_id, ticket=ticket)
        tickets.settle_contest(**words, contest_id=mine.pk, outcome=outcome, reason=reason)
        return
    pasts = histories_of(ticket)
    if step.act is Act.CONTEST:
        which, what = next((past, found[0].key) for past in _or_none(pasts) if (found := _contestable(ticket, past)))
        tickets.contest(**words, **_promise(ticket, pasts, which), what=what, words=step.text)
        return
    missed = _promise(ticket, pasts, next(one for one in reversed(pasts) if one.state.verdict == "missed"))
    if step.act is Act.EXCUSE:
        tickets.propose_excusal(**words, **missed, reason=step.text)
    else:
        tickets.answer_excusal(**words, **missed, reason=step.text, agreed=step.act is Act.AGREE)


def _or_none(pasts: list[History]) -> list[History | None]:
    return list(reversed(pasts)) or [None]


def _contestable(ticket: Ticket, past: History | None) -> list[Any]:
    return [] if past and past.state.verdict == "missed" else tickets.contestable_of(ticket, past)


def _promise(ticket: Ticket, pasts: list[History], which: History | None) -> dict[str, Any]:
    """Its objective, and its number among those of the same."""
    if which is None:
        return {"ticket_id": ticket.pk, "objective": FIRST_RESPONSE}
    alike = [one for one in pasts if one.clock.objective == which.clock.objective]
    return {"ticket_id": ticket.pk, "objective": which.clock.objective, "number": alike.index(which) + 1}
