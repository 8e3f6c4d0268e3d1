"""What a correction of priorities would do, found by doing it: one rule, and no second one that could say otherwise."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from slo.history import histories
from slo.models import Clock
from slo.objectives import OBJECTIVES
from tickets.models import Ticket, TicketClock
from tickets.priority import Priority
from tickets.rehearsal import Foreseen, Rehearsal, Standing

from .bulk import check_number, locked_in_order, prioritize_many
from .clocks import STILL_OWED

ORDER = list(OBJECTIVES)
STAND_IN = "…"  # for the reason, which moves nothing and is asked for when it is done


def rehearse_priority(*, actor: User, ticket_ids: Sequence[int], priority: str, now: datetime) -> Rehearsal:
    """What `prioritize_many` would do to these tickets now, or `prioritize` to one (domain §5.7): who may do it may ask.

    It is done within a savepoint and taken back with every row, mail, lock and hook that came of it. The figures hold for `now`.
    Http404, PermissionDenied and Refused as there; a single ticket's refusal is named with its reason.
    """
    new = Priority(priority)
    with transaction.atomic():
        tickets = {one.pk: one for one in locked_in_order(actor, check_number(ticket_ids))}
        before = _standing(tickets.values())
        outcome = prioritize_many(actor=actor, ticket_ids=list(tickets), priority=new, reason=STAND_IN, now=now)
        corrected = [tickets[one.ticket_id] for one in outcome.changes]
        after = _standing(corrected)
        transaction.set_rollback(True)
    promises = (
        Foreseen(tickets[link.ticket_id], link.objective, before[pk][1] if pk in before else None, standing, now)
        for pk, (link, standing) in after.items()
    )
    return Rehearsal(new, now, tuple(corrected), tuple(promises), tuple(outcome.refused))


def _standing(tickets: Collection[Ticket]) -> dict[int, tuple[TicketClock, Standing]]:
    """Clock id → what is owed by it, and how that stands; of what pauses its history tells what is left."""
    organizations = {one.organization_id for one in tickets}
    found = TicketClock.objects.filter(STILL_OWED, organization_id__in=organizations, ticket__in=tickets)
    links = sorted(found.select_related("clock"), key=lambda one: (one.ticket_id, ORDER.index(one.objective)))
    pausing = [one.clock for one in links if one.clock.paused_at is not None]
    pasts = histories(pausing) if pausing else {}

    def standing(clock: Clock) -> Standing:
        return Standing(clock.due_at, pasts[clock.pk].state.left if clock.pk in pasts else None)

    return {one.clock_id: (one, standing(one.clock)) for one in links}
