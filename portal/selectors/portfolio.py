"""An account manager's clients: hours and how long they last, promises kept, what burns, what renews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contracts.lots import Lot, lots
from contracts.models import Contract, HoursEntry
from contracts.onboarding import State
from contracts.selectors import day_of, posting
from escalation.models import Escalation
from portal import charts
from slo.attainment import Score
from tickets.models import Ticket

from .hours import Hours, hours_of
from .portfolio_line import NEEDS, ORDERS, Line, further
from .scores import added, by_client, in_order

EXPIRY = 45  # days before a lot's last day from which its hours are named


@dataclass(frozen=True)
class View:
    """What the address asks for: words of a name, what is needed, an order. What it says wrongly is left out."""

    words: str = ""
    need: str = ""
    order: str = ""
    backward: bool = False

    @staticmethod
    def of(asked: Mapping[str, str]) -> View:
        """From `?q=north&need=renewal&sort=-free`."""
        sort, need = asked.get("sort", ""), asked.get("need", "")
        order = sort.removeprefix("-")
        return View(
            asked.get("q", "").strip()[:100], need if need in NEEDS else "", order if order in ORDERS else "",
            sort.startswith("-") and order in ORDERS,
        )  # fmt: skip

    def address(self, **changed: str) -> str:
        """The query that asks for this with something changed."""
        mine = {"q": self.words, "need": self.need, "sort": f"{'-' if self.backward else ''}{self.order}"} | changed
        return "?" + urlencode({name: value for name, value in mine.items() if value})

    @property
    def heads(self) -> dict[str, dict[str, str]]:
        """Column → its link and, where it is in force, its direction; a second click turns it."""
        found = {}
        for name, (_key, largest) in ORDERS.items():
            here = self.order == name
            turned = not self.backward if here else largest
            direction = ("descending" if self.backward else "ascending") if here else ""
            found[name] = {"url": self.address(sort=f"{'-' if turned else ''}{name}"), "direction": direction}
        return found

    @property
    def chips(self) -> list[dict[str, Any]]:
        """The filters in force, each with the way out of it."""
        return (
            [{"label": _("Only"), "value": NEEDS[self.need][0], "remove_url": self.address(need="")}]
            if self.need
            else []
        )

    @property
    def choices(self) -> list[dict[str, Any]]:
        """What one may add."""
        options = [
            {"value": key, "label": words, "selected": key == self.need} for key, (words, _only) in NEEDS.items()
        ]
        return [{"name": "need", "label": _("Only clients with"), "options": options}]

    @property
    def keep(self) -> list[dict[str, str]]:
        """What the form of filters keeps: the order."""
        return [{"name": "sort", "value": f"{'-' if self.backward else ''}{self.order}"}] if self.order else []


@dataclass(frozen=True)
class Portfolio:
    """The lines that the view leaves, in its order, and their sums; `clients`: how many there are in all."""

    lines: list[Line]
    clients: int
    view: View

    def _sum(self, name: str) -> int:
        return sum(getattr(one, name) for one in self.lines)

    @property
    def free(self) -> int:
        """Reserved Hours left."""
        return self._sum("free")

    @property
    def granted(self) -> int:
        """Reserved Hours granted."""
        return self._sum("granted")

    @property
    def used(self) -> int:
        """Reserved Hours used."""
        return self._sum("used")

    @property
    def expiring(self) -> int:
        """Hours in lots that are to be used soon."""
        return self._sum("expiring_minutes")

    @property
    def score(self) -> Score:
        """All promises judged."""
        return added(one.score for one in self.lines)

    @property
    def further(self) -> list[tuple[str, Any, Score]]:
        """The same of the other objectives: name, words, score."""
        found: dict[str, Score] = {}
        for name, score in ((name, score) for line in self.lines for name, score in line.scores.items()):
            found[name] = found.get(name, Score()) + score
        return further(in_order(found))

    @property
    def open_tickets(self) -> int:
        """Open requests."""
        return self._sum("open_tickets")

    @property
    def escalations(self) -> int:
        """Open escalations."""
        return self._sum("escalations")


def portfolio(user: User, view: View, now: datetime) -> Portfolio:
    """One line a client, historical clients apart; nine queries, however many."""
    today = day_of(now)
    contracts = _contracts(user)
    going_on = [one for one in contracts if one.status != Contract.Status.ENDED]
    hours = hours_of(user, going_on, now)
    expiring = _expiring(user, going_on, today)
    scores = by_client(user, contracts, now)
    whose = {one.organization_id for one in contracts}
    work = Ticket.objects.visible_to(user).open().filter(organization_id__in=whose, contract__in=contracts)
    tickets = dict(work.order_by().values_list("organization_id").annotate(n=Count("pk")))
    burning = Escalation.objects.visible_to(user).open().filter(ticket__contract__in=contracts)
    escalations = dict(burning.order_by().values_list("organization_id").annotate(n=Count("pk")))
    by_organization: dict[int, list[Contract]] = {}
    for one in contracts:
        by_organization.setdefault(one.organization_id, []).append(one)
    lines = []
    for pk, mine in by_organization.items():
        accounts = [hours[one.pk] for one in mine if one.pk in hours]
        lines.append(
            Line(
                mine[0].organization, mine, accounts, [lot for one in mine for lot in expiring.get(one.pk, ())],
                _spark(accounts, today), scores[pk], tickets.get(pk, 0), escalations.get(pk, 0), today,
            )
        )  # fmt: skip
    return Portfolio(_chosen(lines, view), len(lines), view)


def _contracts(user: User) -> list[Contract]:
    """By client; of each, those that go on before those that are onboarded or have ended, the newest first.

    Each with `activities`, those of an onboarding that isn't done, and `activities_done`, which of them are.
    """
    found = (
        Contract.objects.visible_to(user)
        .exclude(status=Contract.Status.DRAFT)
        .filter(organization__is_historical=False)
        .select_related("organization")
        .annotate(
            activities=Count("onboarding__activities", filter=Q(onboarding__done_at__isnull=True)),
            activities_done=Count(
                "onboarding__activities",
                filter=Q(onboarding__done_at__isnull=True, onboarding__activities__state=State.DONE),
            ),
        )
        .order_by("organization__name", "-starts_on", "-id")
    )
    status = Contract.Status
    return sorted(found, key=lambda one: (one.status == status.ENDED, one.status == status.ONBOARDING))


def _chosen(lines: list[Line], view: View) -> list[Line]:
    words = view.words.casefold().split()
    kept = [
        line
        for line in sorted(lines, key=lambda line: line.organization.name.casefold())
        if all(word in line.organization.name.casefold() for word in words)
        and (not view.need or NEEDS[view.need][1](line))
    ]
    if view.order:
        return sorted(kept, key=ORDERS[view.order][0], reverse=view.backward)
    return sorted(kept, key=_first)


def _first(line: Line) -> tuple[bool, ...]:
    """What needs somebody stands on top; otherwise as they came, by name."""
    return line.is_over, not line.escalations, not line.awaiting, not (line.low or line.runs_out_soon)


def _expiring(user: User, contracts: Sequence[Contract], today: date) -> dict[int, list[Lot]]:
    """Contract id → its lots that are to be used soon; the whole ledger is played only for contracts that have such."""
    until = today + timedelta(days=EXPIRY)
    ending = HoursEntry.objects.visible_to(user).filter(
        account__contract__in=contracts, expires_on__range=(today, until)
    )
    entries = HoursEntry.objects.visible_to(user).filter(account__in=ending.values("account")).select_related("account")
    by_contract: dict[int, list[HoursEntry]] = {}
    for one in entries.order_by("id"):
        by_contract.setdefault(one.account.contract_id, []).append(one)
    return {
        pk: [lot for lot in lots(map(posting, mine)) if lot.expires_within(today, EXPIRY)]
        for pk, mine in by_contract.items()
    }


def _spark(accounts: Sequence[Hours], today: date) -> charts.Spark | None:
    """How the account that matters most went: the one that runs out first, or the only one."""
    told = [one for one in accounts if one.forecast]
    if not told:
        return None
    one = min(told, key=lambda one: (one.forecast.on if one.forecast else None) or date.max)
    changes = dict(one.granted_on)
    for day, minutes in one.worked.items():
        changes[day] = changes.get(day, 0) - minutes
    return charts.spark(one.free, today, changes, one.forecast, one.is_open)
