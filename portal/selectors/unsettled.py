"""What waits for somebody's word, over all clients: promises that are contested, and missed ones that a side would have excused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from portal.clocks import Chip, chip
from portal.verdicts import address, named_promise
from slo.excusal import WAITING, Standing
from slo.fold import Kind
from slo.models import ClockEvent
from tickets.contesting import About
from tickets.models import Contest, Message, Ticket, TicketClock
from tickets.words import ABOUT

from .queue import search, with_their_calendars

SIZE = 30
VIEWS = {
    "ours": _("Waits for us"),
    "contests": _("Contested"),
    "excusals": _("Excusals to agree to"),
    "client": _("Waits for the client"),
}
PROPOSED = {Standing.ASKS_VALIANTYS: _("The client would excuse it"), Standing.ASKS_CLIENT: _("We ask to excuse it")}


@dataclass(frozen=True)
class View:
    """What the address asks for: which of them, of which client, of which words. What it says wrongly is left out."""

    show: str = "ours"
    client: str = ""
    words: str = ""

    @staticmethod
    def of(asked: Mapping[str, str]) -> View:
        """From `?show=contests&client=NW&q=certificate`."""
        said = {name: asked.get(name, "").replace("\0", "").strip()[:100] for name in ("show", "client", "q")}
        return View(said["show"] if said["show"] in VIEWS else "ours", said["client"].upper(), said["q"])

    def among(self, clients: list[Organization]) -> View:
        """Without a client that is none of the reader's."""
        return self if any(one.key == self.client for one in clients) else replace(self, client="")

    @property
    def url(self) -> str:
        """The query that asks for this."""
        said = {"show": "" if self.show == "ours" else self.show, "client": self.client, "q": self.words}
        return f"?{urlencode({name: value for name, value in said.items() if value})}"

    def chips(self, clients: list[Organization]) -> list[dict[str, Any]]:
        """The filters in force, each with the way out of it."""
        name = next((one.name for one in clients if one.key == self.client), "")
        chips = [{"label": _("Client"), "value": name, "remove_url": replace(self, client="").url}] if name else []
        if self.words:
            chips.append({"label": _("Words"), "value": self.words, "remove_url": replace(self, words="").url})
        return chips


@dataclass(frozen=True)
class Row:
    """One thing that waits: its request and promise, what is asked, in whose words and since when, and where it is answered."""

    ticket: Ticket
    promise: str
    clock: Chip
    asked: str | Promise
    contested: bool
    by: User
    words: str
    since: datetime
    url: str


def unsettled(user: User, asked: Mapping[str, str], clients: list[Organization], now: datetime) -> dict[str, Any]:
    """The page's context: how many there are of each, and those that the address asks for, the longest waiting first. Queries
    don't grow with rows."""
    view = View.of(asked).among(clients)
    contests, excusals = _narrowed(user, view)
    asks = dict(excusals.order_by().values_list("clock__excusal").annotate(n=Count("pk")))
    counts = {
        "contests": contests.count(), "excusals": asks.get(Standing.ASKS_VALIANTYS, 0),
        "client": asks.get(Standing.ASKS_CLIENT, 0),
    }  # fmt: skip
    counts["ours"] = counts["contests"] + counts["excusals"]
    paginator = Paginator(_chosen(user, view.show, contests, excusals), SIZE)
    paginator.count = counts[view.show]  # counted already, with its parts
    page = paginator.get_page(asked.get("page"))
    page.object_list = _rows(user, list(page.object_list), now)
    return {
        "page": page,
        "view": view,
        "chips": view.chips(clients),
        "choices": [{
            "name": "client", "label": _("Client"),
            "options": [{"value": one.key, "label": one.name, "selected": one.key == view.client} for one in clients],
        }],
        "keep": [{"name": "show", "value": view.show}] if view.show != "ours" else [],
        "views": [
            {"url": replace(view, show=name).url, "label": label, "count": counts[name], "current": name == view.show}
            for name, label in VIEWS.items()
        ],
    }  # fmt: skip


def _narrowed(user: User, view: View) -> tuple[QuerySet[Contest], QuerySet[TicketClock]]:
    """Open contests, and the promises whose excusal waits: of each, tickets_contest_open and slo_clock_asks name the few rows."""
    contests: QuerySet[Contest] = Contest.objects.visible_to(user).open()
    excusals: QuerySet[TicketClock] = TicketClock.objects.visible_to(user).filter(clock__excusal__in=WAITING)
    among = Q(organization__key=view.client) if view.client else Q()
    if view.words:
        among &= Q(ticket__in=search(Ticket.objects.visible_to(user), view.words))
    return contests.filter(among), excusals.filter(among)


def _chosen(user: User, show: str, contests: QuerySet[Contest], excusals: QuerySet[TicketClock]) -> Any:
    """(kind, id, since) of those that are asked for, the oldest first."""
    asks = Standing.ASKS_CLIENT if show == "client" else Standing.ASKS_VALIANTYS
    proposed = (
        ClockEvent.objects.visible_to(user)
        .filter(organization_id=OuterRef("organization_id"), clock=OuterRef("clock"), kind=Kind.EXCUSAL_PROPOSED)
        .order_by("-number")
    )
    columns, order = ("kind", "row", "since"), ("since", "kind", "row")
    contested = contests.order_by().annotate(
        kind=Value("contest", CharField()), row=F("pk"), since=F("opened_at")
    ).values_list(*columns)  # fmt: skip
    excusing = excusals.filter(clock__excusal=asks).order_by().annotate(
        kind=Value("excusal", CharField()), row=F("pk"), since=Subquery(proposed.values("at")[:1])
    ).values_list(*columns)  # fmt: skip
    if show == "ours":
        return contested.union(excusing, all=True).order_by(*order)
    return (contested if show == "contests" else excusing).order_by(*order)


def _rows(user: User, chosen: list[tuple[str, int, datetime]], now: datetime) -> list[Row]:
    """The page's, each with its promise: contests, clocks, editions, proposals, people and words are read once for all."""
    whole = ("ticket__organization", "ticket__requester")
    wanted = [pk for kind, pk, _since in chosen if kind == "contest"]
    contests = Contest.objects.visible_to(user).select_related(*whole, "opened_by", "message").in_bulk(wanted)
    links = list(
        TicketClock.objects.visible_to(user)
        .filter(
            Q(pk__in=[pk for kind, pk, _since in chosen if kind == "excusal"])
            | Q(clock__in={one.clock_id for one in contests.values() if one.clock_id})
        )
        .select_related(*whole, "clock")
    )
    editions = with_their_calendars({one.clock.edition_id for one in links})
    for one in links:
        one.clock.edition = editions[one.clock.edition_id]
    by_clock, by_link = {one.clock_id: one for one in links}, {one.pk: one for one in links}
    said = _proposals(user, [by_link[pk] for kind, pk, _since in chosen if kind == "excusal"])
    return [
        _contest(contests[pk], by_clock.get(contests[pk].clock_id or 0), now)
        if kind == "contest"
        else _excusal(by_link[pk], *said[by_link[pk].clock_id], since, now)
        for kind, pk, since in chosen
    ]


def _proposals(user: User, links: list[TicketClock]) -> dict[int, tuple[User, str]]:
    """Clock id → who proposed the excusal that waits, and in which words."""
    events = ClockEvent.objects.visible_to(user).filter(
        organization_id__in={one.organization_id for one in links}, clock__in=[one.clock_id for one in links],
        kind=Kind.EXCUSAL_PROPOSED,
    )  # fmt: skip
    last = {one.clock_id: one for one in events.order_by("number")}
    people = User.objects.in_bulk({one.actor_id for one in last.values() if one.actor_id})
    messages = Message.objects.visible_to(user).in_bulk([one.data["message"] for one in last.values()])
    return {pk: (people[one.actor_id], messages[one.data["message"]].body) for pk, one in last.items() if one.actor_id}


def _contest(one: Contest, link: TicketClock | None, now: datetime) -> Row:
    number = link.number if link else None
    return Row(
        one.ticket, named_promise(one.objective, number), chip(link.clock if link else None, now, one.ticket.closed_at),
        ABOUT[About(one.about)], contested=True, by=one.opened_by, words=one.message.body, since=one.opened_at,
        url=address(one.ticket, one.objective, number),
    )  # fmt: skip


def _excusal(one: TicketClock, by: User, words: str, since: datetime, now: datetime) -> Row:
    return Row(
        one.ticket, named_promise(one.objective, one.number), chip(one.clock, now, one.ticket.closed_at),
        PROPOSED[Standing(one.clock.excusal)], contested=False, by=by, words=words, since=since,
        url=address(one.ticket, one.objective, one.number),
    )  # fmt: skip
