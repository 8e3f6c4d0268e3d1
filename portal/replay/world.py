"""What the log's tickets need around them: its customers as historical clients, its agents, one contract each.

Everything is looked up before it is made, a client with all that belongs to it in one transaction: killed anywhere,
the next run goes on. The people are invented; nobody can sign in as them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import holidays

from accounts import services as accounts
from accounts.models import Assignment, Membership, Organization, User
from accounts.roles import ClientRole, StaffRole
from common import tenancy
from contracts import services as contracts
from contracts.models import Contract
from escalation.models import Ladder, LadderLevel, LadderPerson
from slo import services as slo
from slo.models import BusinessCalendar

from .log import ZONE, Case, Log

DOMAIN = "eventlog.example"
WEEKLY = {str(day): [["09:00", "18:00"]] for day in range(5)}
# Level, title, business minutes to acknowledge; the first is the ticket's assignee. A log knows of no acknowledgement, so
# every escalation climbs until an answer settles it; the top's window outlasts the log, or it would alarm daily for years.
LADDER = ((1, "Assigned consultant", 240), (2, "Service lead", 540), (3, "Head of managed services", 1_000_000))
# The engine with an administrator's rights. Never saved: its events name no actor.
ENGINE = User(name="Event log", staff_role=StaffRole.ADMINISTRATOR)


class AnotherLogError(ValueError):
    """This database holds the replay of another log: their clients would be taken for each other."""


@dataclass(frozen=True)
class Place:
    """A client of the log: its organization, its contract, and the one person who asks."""

    organization: Organization
    contract: Contract
    requester: User


@dataclass(frozen=True)
class World:
    """Customers and agents by the log's words, and the machine that asks what stops no clock."""

    places: dict[str, Place]
    agents: dict[str, User]
    machine: User
    _at_desk: dict[tuple[str, int], User] = field(default_factory=dict)

    def agent(self, name: str, organization_id: int) -> User:
        """An agent at work for one client: who serves hundreds asks the database about that one alone."""
        if (name, organization_id) not in self._at_desk:
            person = self._at_desk[name, organization_id] = copy(self.agents[name])
            person.roles = {organization_id: self.agents[name].roles[organization_id]}
        return self._at_desk[name, organization_id]


def build(log: Log, cases: Collection[Case], *, made: Callable[[], object] = lambda: None) -> World:
    """Make what is missing for these cases, and return it all. `made` is called after each client.

    Raises `AnotherLogError`.
    """
    began = datetime(log.years[0], 1, 1, tzinfo=UTC)
    customers = list(dict.fromkeys(case.customer for case in cases))
    served: dict[str, set[str]] = {customer: set() for customer in customers}
    for case in cases:
        served[case.customer].update(line.agent for line in case.lines)
    with tenancy.engine():
        known = {one.name: one for one in Organization.objects.filter(is_historical=True)}
        calendar = _calendar(log, began, is_new=not known)
        staff = {person.name: person for person in User.objects.filter(email__endswith=f"@staff.{DOMAIN}")}
        managers = [_staff(staff, title, StaffRole.ACCOUNT_MANAGER) for _, title, _ in LADDER[1:]]
        agents = {
            name: _staff(staff, _agent_name(name), StaffRole.CONSULTANT)
            for name in sorted(set().union(*served.values()))
        }
        machine = _staff(staff, "Help desk (automatic)", StaffRole.LEAD, is_automatic=True)
        taken = len(known)
    for customer in customers:
        with tenancy.engine():
            if customer not in known:
                taken += 1
                known[customer] = _client(customer, taken, calendar, log.begins_at, began, managers)
            _assign(known[customer], [agents[name] for name in sorted(served[customer])], began)
        made()
    with tenancy.engine():
        return World(_places(known, customers), agents, machine)


def _agent_name(resource: str) -> str:
    return f"Agent · {resource}"


def _staff(known: dict[str, User], name: str, role: str, *, is_automatic: bool = False) -> User:
    """A person of the desk. Active, for nobody else can hold a ticket; without a password, so that nobody can be it."""
    if name not in known:
        email = f"person-{len(known) + 1}@staff.{DOMAIN}"
        person = accounts.create_person(actor=ENGINE, email=email, name=name, staff_role=role, time_zone=ZONE)
        if is_automatic:
            person.is_automatic = True
            accounts.edit_person(actor=ENGINE, person=person)
        known[name] = person
    return known[name]


def _calendar(log: Log, began: datetime, *, is_new: bool) -> BusinessCalendar:
    """The one calendar of all, for the log's years and one around."""
    name = f"Italy 9–18, {log.years[0]}–{log.years[-1]}"
    calendar, made = BusinessCalendar.objects.get_or_create(name=name, defaults={"slug": slo.slug_for(name)})
    if made and not is_new:
        raise AnotherLogError(
            "This database holds the replay of a log of other years: replay this one into another database."
        )
    if made:
        slo.publish_edition(actor=None, calendar=calendar, effective_at=began, now=began, **hours(log.years))
    return calendar


def hours(years: range) -> dict[str, Any]:
    """The desk's business hours: Monday to Friday 9–18 in Rome, closed on Italy's national holidays of these years."""
    closed = sorted(holidays.country_holidays("IT", years=years).items())
    return {"zone": ZONE, "weekly": WEEKLY, "holidays": {day.isoformat(): what for day, what in closed}}


def _client(
    customer: str, number: int, calendar: BusinessCalendar, begins_at: datetime, now: datetime, managers: list[User]
) -> Organization:
    """A historical client with its contract, ladder and requester: standard tier, the registry's defaults, no clause."""
    organization = accounts.edit_organization(
        actor=ENGINE, organization=Organization(name=customer, key=f"H{number}", is_historical=True, created_at=now),
        changed=["is_historical", "key", "name"], now=now,
    )  # fmt: skip
    requester = accounts.create_person(
        actor=ENGINE, email=f"requester@h{number}.{DOMAIN}", name=f"Requester · {customer}", time_zone=ZONE
    )
    accounts.join(actor=ENGINE, organization=organization, person=requester, role=ClientRole.REQUESTER, now=now)
    contract = Contract.objects.create(
        organization=organization, reference=f"{organization.key}-LOG", plan=Contract.Plan.ON_DEMAND,
        starts_on=date(begins_at.year - 1, 1, 1), calendar=calendar,
    )  # fmt: skip
    ladder = Ladder.objects.create(organization=organization, contract=contract)
    for position, title, minutes in LADDER:
        level = LadderLevel.objects.create(
            organization=organization, ladder=ladder, position=position, title=title, acknowledge_minutes=minutes,
            includes_assignee=position == 1,
        )  # fmt: skip
        if position > 1:
            LadderPerson.objects.create(organization=organization, level=level, user=managers[position - 2])
    contracts.activate(actor=None, contract=contract, now=now)
    _assign(organization, managers, now)
    return organization


def _assign(organization: Organization, people: list[User], now: datetime) -> None:
    serving = set(Assignment.objects.filter(organization=organization).values_list("user_id", flat=True))
    for person in people:
        if person.pk not in serving:
            accounts.assign(actor=ENGINE, organization=organization, person=person, now=now)


def _places(known: dict[str, Organization], customers: list[str]) -> dict[str, Place]:
    ids = [known[customer].pk for customer in customers]
    contracts_of = {one.organization_id: one for one in Contract.objects.filter(organization_id__in=ids)}
    members = Membership.objects.filter(organization_id__in=ids).select_related("user")
    people = {one.organization_id: one.user for one in members}
    return {
        customer: Place(known[customer], contracts_of[known[customer].pk], people[known[customer].pk])
        for customer in customers
    }
