"""The promises behind a figure of attainment: one client's of one objective, by what they count as, of 90 days or one month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import F, FilteredRelation, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from contracts.models import Contract
from portal.clocks import Chip, chip
from portal.objectives import HEADS
from portal.verdicts import address
from slo.attainment import Outcome, Score
from slo.excusal import WAITING, Standing
from slo.models import Clock
from slo.objectives import FIRST_RESPONSE, OBJECTIVES, RESOLUTION
from slo.words import OBJECTIVE
from tickets.models import Contest, Ticket

from .queue import with_their_calendars
from .scores import WINDOW, Promised, beginning, by_objective, promised, uncovered

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


@dataclass(frozen=True)
class Row:
    """One promise of the list: its request, its clock, and where its verdict is."""

    ticket: Ticket
    clock: Chip
    url: str


def answers(user: User, organization: Organization, asked: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The page's context: one objective's figures, each a way to its list, and the list that is chosen."""
    which = asked.get("counted", "")
    which = which if which in KINDS else "missed"
    objective = asked.get("objective", "")
    objective = objective if objective in OBJECTIVES else FIRST_RESPONSE
    contracts = [
        one
        for one in Contract.objects.visible_to(user).filter(organization=organization)
        if asked.get("contract", "") in {"", one.reference}
    ]
    since, until, month = _span(asked.get("month", ""), now)
    agreed = promised(user, contracts)
    scores = by_objective(user, contracts, since, agreed, month)
    score = scores.get(objective, Score())
    listed = {**scores, objective: score}  # what was asked for by hand has a list, too, if an empty one
    tickets: Any = _promises(user, contracts, objective).filter(
        _counted(user, contracts, objective, agreed, which, since, until)
    )
    page = Paginator(
        tickets.select_related("organization", "requester").order_by("-id", "-link_number"), SIZE
    ).get_page(asked.get("page"))
    page.object_list = _rows(user, list(page.object_list), objective, now)
    keep = {name: asked[name] for name in ("contract", "month") if asked.get(name)}
    mine = keep | ({"objective": objective} if objective != FIRST_RESPONSE else {})
    return {
        "organization": organization,
        "page": page,
        "objective": objective,
        "title": HEADS[objective],
        "label": OBJECTIVE[objective],
        "score": score,
        "month": month,
        "which": which,
        "objectives": [
            {
                "url": "?" + urlencode({**keep, "objective": name, "counted": which}), "label": HEADS[name],
                "current": name == objective,
            }
            for name in (listed if len(listed) > 1 else ())
        ],
        "kinds": [
            {
                "url": "?" + urlencode({**mine, "counted": name}), "label": words, "count": getattr(score, name, None),
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


def _promises(user: User, contracts: list[Contract], objective: str) -> Any:
    """The requests, each with columns of its clock for the objective: as often as it has some, and once without one."""
    mine = FilteredRelation("clocks", condition=Q(clocks__objective=objective))
    whose = {one.organization_id for one in contracts}  # found by their clients: contracts have no index of their own
    found = (
        Ticket.objects.visible_to(user).filter(organization_id__in=whose, contract__in=contracts).annotate(link=mine)
    )
    columns = {"judged_at": "clock__judged_at", "verdict": "clock__verdict", "excusal": "clock__excusal"}
    columns |= {"number": "number", "clock": "clock_id"}
    return found.annotate(**{f"link_{name}": F(f"link__{path}") for name, path in columns.items()})


def _counted(
    user: User,
    contracts: list[Contract],
    objective: str,
    agreed: Promised,
    which: str,
    since: datetime,
    until: datetime,
) -> Q:
    """As slo.attainment.counted, asked of the database."""
    contests = Contest.objects.visible_to(user).filter(objective=objective, ticket__contract__in=contracts)
    conceded = contests.filter(outcome=Outcome.CONCEDED)
    judged = Q(link_judged_at__gte=since, link_judged_at__lt=until)
    without = Q(pk__in=_without(user, contracts, objective, agreed, since, until).values("pk"))
    if which == "contested":
        return _of(contests.open())
    if which == "waits":
        return Q(link_excusal__in=WAITING)
    if which == "not_covered":
        return without & ~Q(pk__in=conceded.filter(clock=None).values("ticket"))
    if which == "conceded":
        return ((judged & ~Q(link_verdict="missed")) | without) & _of(conceded)
    if which in {"missed", "excused"}:
        agreed_on = Q(link_excusal=Standing.AGREED)
        return judged & Q(link_verdict="missed") & (agreed_on if which == "excused" else ~agreed_on)
    return judged & Q(link_verdict=which) & ~Q(link_clock__in=conceded.filter(clock__isnull=False).values("clock"))


def _of(contests: QuerySet[Contest]) -> Q:
    """The promises that these are about."""
    clocks, none = contests.filter(clock__isnull=False), contests.filter(clock=None)
    return Q(link_clock__in=clocks.values("clock")) | Q(pk__in=none.values("ticket"))


def _without(
    user: User, contracts: list[Contract], objective: str, agreed: Promised, since: datetime, until: datetime
) -> QuerySet[Ticket]:
    """Those that aren't covered, of a resolution where the contract promises one for their priority."""
    found = uncovered(user).filter(contract__in=contracts, opened_at__gte=since, opened_at__lt=until)
    if objective == FIRST_RESPONSE:
        return found
    of = Q(pk__in=())
    for pk, targets in agreed.items():
        of |= Q(contract=pk, priority__in=[rank for name, rank in targets if name == objective == RESOLUTION])
    return found.filter(of)


def _rows(user: User, tickets: list[Ticket], objective: str, now: datetime) -> list[Row]:
    found: list[Any] = tickets  # with what `_promises` annotates
    clocks = Clock.objects.visible_to(user).in_bulk({one.link_clock for one in found if one.link_clock})
    editions = with_their_calendars({one.edition_id for one in clocks.values()})
    for one in clocks.values():
        one.edition = editions[one.edition_id]
    return [
        Row(one, chip(clocks.get(one.link_clock), now, one.closed_at), address(one, objective, one.link_number))
        for one in found
    ]
