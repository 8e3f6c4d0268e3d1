"""What the three clients provide: a few lines each, one overdue, one that a request waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import Organization, User
from contracts import services as contracts
from contracts.models import Responsibility
from tickets import services as tickets
from tickets.models import Ticket
from tickets.workflow import Status

Head, State = Responsibility.Head, Responsibility.State


@dataclass(frozen=True)
class Line:
    """Added so many days ago; due in so many, or past; whose, by key or by name."""

    client: str
    head: str
    title: str
    description: str
    owner: str
    due: int | None
    state: str = State.OPEN
    evidence: str = ""
    since: int = 40


LINES = (
    Line("NW", Head.ACCESS, "Administrator account on the Jira test site",
         "A named account for Julien Mercier, with two-step sign-in. No shared account.", "carl", -6),
    Line("NW", Head.ENVIRONMENTS, "A test site with last month’s data",
         "Refreshed monthly, mails switched off, so that changes to workflows can be tried first.", "Platform team", 18,
         State.IN_PROGRESS),
    Line("NW", Head.PROCEDURES, "Golden rules for changes to production",
         "When changes are allowed, who is told, and how they are taken back.", "rosa", -20, State.DONE,
         "Page *Change calendar* in the IT space, approved on the steering committee."),
    Line("NW", Head.COMMUNICATION, "A deputy who decides while Rosa is away", "", "rosa", 9),
    Line("NW", Head.INTERCONNECTION, "Connection to an own ticket system", "Northwind works in this portal only.", "", None,
         State.NOT_APPLICABLE),
    Line("GLX", Head.GOVERNANCE, "Règles de traitement des données personnelles",
         "Ce que nos consultants peuvent voir, et ce qui doit être masqué dans les copies de test.", "gina", 12),
    Line("GLX", Head.ACCESS, "Droits de lecture sur les journaux du fournisseur d’identité",
         "Lecture seule, pour diagnostiquer les connexions.", "hugo", -3, State.IN_PROGRESS),
    Line("GLX", Head.ONBOARDING, "Accès VPN pour Léa Fontaine", "Profil *prestataire*, renouvelé chaque trimestre.", "hugo", -60,
         State.DONE, "Profil actif jusqu’à fin mars, dossier 4711 du support Globex."),
    Line("INI", Head.ACCESS, "Read access to the audit log", "Needed to say who changed a permission scheme.", "tom", 5),
    Line("INI", Head.PROCEDURES, "Who approves a new project", "One page is enough.", "samira", -2),
)  # fmt: skip
# Which line the newest request in progress of a client waits for, said by whom.
WAITS = {"NW": ("Administrator account on the Jira test site", "julien")}


def fill(clients: Mapping[str, Organization], people: Mapping[str, User], now: datetime) -> None:
    """Write the registers as if they had grown, and let one request wait."""
    written: dict[str, Responsibility] = {}
    for line in LINES:
        owner = people.get(line.owner)
        at = now - timedelta(days=line.since)
        item = contracts.add_responsibility(
            actor=people["max"], organization=clients[line.client], head=line.head, title=line.title,
            description=line.description, owner=owner, owner_name="" if owner else line.owner, now=at,
            due_on=None if line.due is None else (now + timedelta(days=line.due)).date(),
        )  # fmt: skip
        written[line.title] = item
        if line.state != State.OPEN:
            contracts.settle_responsibility(
                actor=owner or people["max"], responsibility_id=item.pk, state=line.state, evidence=line.evidence,
                now=at + timedelta(days=11, hours=3),
            )  # fmt: skip
    for client, (title, who) in WAITS.items():
        working = Ticket.objects.filter(organization=clients[client], status=Status.IN_PROGRESS).order_by("id")
        ticket = working.filter(requester__staff_role="").first()
        if ticket is not None:
            tickets.block(
                actor=people[who],
                ticket_id=ticket.pk,
                responsibility_id=written[title].pk,
                now=now - timedelta(minutes=40),
            )
