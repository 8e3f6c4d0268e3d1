"""The requests behind a figure of attainment: one client's, by what their promise counts as, of 90 days or one month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from contracts.models import Contract
from slo.attainment import Outcome, Score
from slo.excusal import WAITING, Standing
from tickets.models import Contest, Ticket, TicketClock

from .queue import rows
from .scores import FIRST, WINDOW, beginning, pieces, uncovered

KINDS = {
    "met": _("Kept"),
    "missed": _("Missed"),
    "excused": _("Excused"),
    "conceded": _("Conceded"),
    "void": _("Void"),
    "not_covered": _("Not covered"),
    "contested": _("Contested"),
    "waits": _("Excusal waits"),
}
SIZE = 30


def answers(user: User, organization: Organization, asked: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The page's context: the figures, each a way to its list, and the list that is chosen."""
    which = asked.get("counted", "")
    which = which if which in KINDS else "missed"
    contracts = [
        one
        for one in Contract.objects.visible_to(user).filter(organization=organization)
        if asked.get("contract", "") in {"", one.reference}
    ]
    since, until, month = _span(asked.get("month", ""), now)
    tickets = _tickets(user, contracts, which, since, until)
    page = Paginator(tickets.select_related("organization", "assignee", "requester").order_by("-id"), SIZE).get_page(
        asked.get("page")
    )
    page.object_list = rows(list(page.object_list), now)  # type: ignore[assignment]
    score = Score()
    for piece in pieces(user, contracts, since):
        if month is None or piece.month == month:
            score = score.plus(piece.counted, piece.n, piece.contested)
    keep = {name: asked[name] for name in ("contract", "month") if asked.get(name)}
    return {
        "organization": organization,
        "page": page,
        "score": score,
        "month": month,
        "which": which,
        "kinds": [
            {
                "url": "?" + urlencode({**keep, "counted": name}), "label": words, "count": getattr(score, name, None),
                "current": name == which,
            }
            for name, words in KINDS.items()
        ],
    }  # fmt: skip


def _span(month: str, now: datetime) -> tuple[datetime, datetime, date | None]:
    """The month that the address names, or the last 90 days; what can't be read is left out."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return now - WINDOW, now + timedelta(days=1), None
    return beginning(first), beginning((first + timedelta(days=31)).replace(day=1)), first


def _tickets(user: User, contracts: list[Contract], which: str, since: datetime, until: datetime) -> QuerySet[Ticket]:
    """As slo.attainment.counted, asked of the database."""
    tickets = Ticket.objects.visible_to(user).filter(contract__in=contracts)
    contests = Contest.objects.visible_to(user).filter(FIRST, ticket__contract__in=contracts)
    conceded = contests.filter(outcome=Outcome.CONCEDED)
    links = TicketClock.objects.visible_to(user).filter(FIRST, ticket__contract__in=contracts)
    judged = links.filter(clock__judged_at__gte=since, clock__judged_at__lt=until)
    without = uncovered(user).filter(contract__in=contracts, opened_at__gte=since, opened_at__lt=until)
    if which == "contested":
        return tickets.filter(pk__in=contests.open().values("ticket"))
    if which == "waits":
        return tickets.filter(pk__in=links.filter(clock__excusal__in=WAITING).values("ticket"))
    if which == "not_covered":
        return without.exclude(pk__in=conceded.filter(clock=None).values("ticket"))
    if which == "conceded":
        clocks = judged.exclude(clock__verdict="missed").filter(clock__in=conceded.values("clock"))
        side = without.filter(pk__in=conceded.filter(clock=None).values("ticket"))
        return tickets.filter(Q(pk__in=clocks.values("ticket")) | Q(pk__in=side.values("pk")))
    if which in {"missed", "excused"}:
        agreed = Q(clock__excusal=Standing.AGREED)
        return tickets.filter(
            pk__in=judged.filter(agreed if which == "excused" else ~agreed, clock__verdict="missed").values("ticket")
        )
    kept = judged.filter(clock__verdict=which).exclude(clock__in=conceded.filter(clock__isnull=False).values("clock"))
    return tickets.filter(pk__in=kept.values("ticket"))
