"""Who stands on which level for some tickets, and how long they have: read in a few statements, however many tickets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cached_property

from accounts.models import Assignment, Membership, Organization, User
from accounts.roles import StaffRole
from common.columns import ids_in
from contracts.models import Contract
from escalation.ladder import Level
from escalation.models import Ladder, LadderLevel, LadderPerson
from slo import services as slo
from slo.calendar import CalendarError
from slo.models import CalendarEdition
from tickets.models import Ticket
from tickets.priority import Priority


def with_their_contracts(ids: Iterable[int]) -> dict[int, Ticket]:
    """Some tickets with their clients and contracts, each of which is read once; three queries, however many tickets."""
    found = list(Ticket.objects.filter(pk__in=ids_in(ids)))
    clients = Organization.objects.in_bulk({one.organization_id for one in found})
    contracts = Contract.objects.in_bulk({one.contract_id for one in found})
    for one in found:
        one.organization, one.contract = clients[one.organization_id], contracts[one.contract_id]
    return {one.pk: one for one in found}


class Roster:
    """Ladders, their people and business hours for a batch of tickets, as they are now.

    Somebody is there who is active and no machine; an absence is nothing else yet. Tickets bring their contract.
    """

    def __init__(self, tickets: Iterable[Ticket], now: datetime):
        self.tickets = list(tickets)
        self.now = now
        self._windows: dict[tuple[int | None, int], datetime] = {}
        self._seen: dict[tuple[int | None, int | None], list[Level]] = {}
        self._standing: dict[tuple[int | None, int | None, int | None], list[User]] = {}

    @cached_property
    def _ladders(self) -> dict[int, int]:
        contracts = {ticket.contract_id for ticket in self.tickets}
        return dict(Ladder.objects.filter(contract_id__in=contracts).values_list("contract_id", "id"))

    @cached_property
    def _levels(self) -> dict[int, list[LadderLevel]]:
        levels: dict[int, list[LadderLevel]] = defaultdict(list)
        for level in LadderLevel.objects.filter(ladder_id__in=self._ladders.values()).order_by("position"):
            levels[level.ladder_id].append(level)
        return levels

    @cached_property
    def _named(self) -> dict[int, list[int]]:
        named: dict[int, list[int]] = defaultdict(list)
        ids = [level.pk for levels in self._levels.values() for level in levels]
        rows = LadderPerson.objects.filter(level_id__in=ids).order_by("id").values_list("level_id", "user_id")
        for level_id, user_id in rows:
            named[level_id].append(user_id)
        return named

    @cached_property
    def _people(self) -> dict[int, User]:
        wanted = {pk for ids in self._named.values() for pk in ids}
        for ticket in self.tickets:
            wanted |= {ticket.requester_id} | ({ticket.assignee_id} if ticket.assignee_id else set())
        return User.objects.filter(is_active=True, is_automatic=False).in_bulk(wanted)

    @cached_property
    def _belonging(self) -> set[tuple[int, int]]:
        asked = {ticket.requester_id for ticket in self.tickets}
        return set(Membership.objects.filter(user_id__in=asked).values_list("organization_id", "user_id"))

    @cached_property
    def leads(self) -> list[User]:
        """The service leads: who is told when nobody else is there."""
        leads = User.objects.filter(staff_role=StaffRole.LEAD, is_active=True, is_automatic=False)
        return list(leads.order_by("id"))

    @cached_property
    def _teams(self) -> dict[int, list[User]]:
        teams: dict[int, list[User]] = defaultdict(list)
        clients = {ticket.organization_id for ticket in self.tickets if ticket.assignee_id not in self._people}
        serving = Assignment.objects.filter(
            organization_id__in=clients,
            user__staff_role=StaffRole.CONSULTANT,
            user__is_active=True,
            user__is_automatic=False,
        )
        for assignment in serving.select_related("user").order_by("user_id"):
            teams[assignment.organization_id].append(assignment.user)
        return teams

    def requester(self, ticket: Ticket) -> list[User]:
        """Who asked, if still there: active, and still of that client (or of ours)."""
        here = (ticket.organization_id, ticket.requester_id) in self._belonging
        return [one for one in self._some(ticket.requester_id) if here or one.is_valiantys]

    def handlers(self, ticket: Ticket) -> list[User]:
        """The assignee; while nobody has the ticket, the consultants who serve the client; else the leads."""
        return self._some(ticket.assignee_id) or self._teams.get(ticket.organization_id, []) or self.leads

    def assignee(self, ticket: Ticket) -> list[User]:
        """Who has the ticket, if anybody."""
        return self._some(ticket.assignee_id)

    def ladder_id(self, ticket: Ticket) -> int | None:
        """The contract's ladder."""
        return self._ladders.get(ticket.contract_id)

    def level(self, ticket: Ticket, position: int | None) -> LadderLevel | None:
        """One level of the ticket's ladder."""
        for level in self._of(ticket):
            if level.position == position:
                return level
        return None

    def levels(self, ticket: Ticket) -> list[Level]:
        """The ladder as the rule sees it: the same for all tickets of a contract that somebody has."""
        key = (self.ladder_id(ticket), ticket.assignee_id)
        if key not in self._seen:
            self._seen[key] = [
                Level(level.position, level.acknowledge_minutes, bool(self.people(ticket, level.position)))
                for level in self._of(ticket)
            ]
        return self._seen[key]

    def people(self, ticket: Ticket, position: int | None) -> list[User]:
        """Who stands on a level: its named people, and the ticket's assignee where it includes him or her."""
        key = (self.ladder_id(ticket), ticket.assignee_id, position)
        if key not in self._standing:
            self._standing[key] = self._people_of(self.level(ticket, position), ticket)
        return self._standing[key]

    def _people_of(self, level: LadderLevel | None, ticket: Ticket) -> list[User]:
        if level is None:
            return []
        ids = dict.fromkeys(self._named.get(level.pk, []))
        if level.includes_assignee and ticket.assignee_id:
            ids = {ticket.assignee_id: None, **ids}
        return [self._people[pk] for pk in ids if pk in self._people]

    def acknowledge_by(self, ticket: Ticket, minutes: int) -> datetime:
        """When a window that opens now closes, in the contract's business time (critical tickets may have their own).

        Where no calendar says anything, the minutes are taken by the wall clock: late is worse than early here.
        """
        contract = ticket.contract
        calendar_id = contract.calendar_id
        if ticket.priority == Priority.CRITICAL and contract.critical_calendar_id:
            calendar_id = contract.critical_calendar_id
        key = (calendar_id, minutes)
        if key not in self._windows:
            window = timedelta(minutes=minutes)
            try:
                self._windows[key] = self._edition(calendar_id).rule().add(self.now, window)
            except (slo.NoEdition, CalendarError):
                self._windows[key] = self.now + window
        return self._windows[key]

    def _edition(self, calendar_id: int | None) -> CalendarEdition:
        return slo.edition_at(calendar_id, self.now)

    def _of(self, ticket: Ticket) -> list[LadderLevel]:
        ladder_id = self.ladder_id(ticket)
        return self._levels.get(ladder_id, []) if ladder_id else []

    def _some(self, pk: int | None) -> list[User]:
        return [self._people[pk]] if pk in self._people else []
