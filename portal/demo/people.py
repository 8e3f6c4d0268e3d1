"""Who plays: one person per role at each client and at Valiantys. Names and addresses are invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts import services as accounts
from accounts.models import Membership, Organization, User
from accounts.roles import ClientRole, StaffRole

PASSWORD = "totalcare-demo"  # noqa: S105 - of the demo's people, who exist only where DEBUG is on
# The engine with an administrator's rights, until there is one. Never saved: its events name no actor.
ENGINE = User(name="Demo", staff_role=StaffRole.ADMINISTRATOR)

CLIENTS = {"NW": "Northwind", "GLX": "Globex", "INI": "Initech"}
TEAMS = {"NW": ("Operations", ("ann", "rosa")), "GLX": ("Lyon", ("bob", "claire"))}
ZONES = {"NW": "Europe/Paris", "GLX": "Europe/Paris", "INI": "Europe/London"}


@dataclass(frozen=True)
class Role:
    """A person of the cast: `client` is a key of CLIENTS or empty, `serves` those that a consultant looks after."""

    key: str
    name: str
    role: str
    client: str = ""
    serves: tuple[str, ...] = ()
    language: str = "en"

    @property
    def email(self) -> str:
        """The address to sign in with."""
        return f"{self.key}@{CLIENTS[self.client].lower() if self.client else 'valiantys'}.example"

    @property
    def title(self) -> str:
        """What the person is, for the table of logins."""
        if self.client:
            return f"{ClientRole(self.role).label}, {CLIENTS[self.client]}"
        return f"{StaffRole(self.role).label}, Valiantys"


R, A, C = ClientRole.REQUESTER, ClientRole.APPROVER, ClientRole.CLIENT_ADMIN
CAST = (
    Role("ann", "Ann Walker", R, "NW"),
    Role("rosa", "Rosa Diaz", A, "NW"),
    Role("carl", "Carl Berg", C, "NW"),
    Role("bob", "Bob Martin", R, "GLX", language="fr"),
    Role("claire", "Claire Dubois", R, "GLX", language="fr"),
    Role("gina", "Gina Rossi", A, "GLX", language="fr"),
    Role("hugo", "Hugo Petit", C, "GLX", language="fr"),
    Role("paula", "Paula Gibson", R, "INI"),
    Role("samira", "Samira Haddad", A, "INI"),
    Role("tom", "Tom Lumley", C, "INI"),
    Role("lea", "Léa Fontaine", StaffRole.CONSULTANT, serves=("NW", "GLX"), language="fr"),
    Role("julien", "Julien Mercier", StaffRole.CONSULTANT, serves=("NW", "GLX", "INI"), language="fr"),
    Role("nadia", "Nadia Benali", StaffRole.LEAD, language="fr"),
    Role("sofia", "Sofia Lindqvist", StaffRole.LEAD),
    Role("max", "Max Keller", StaffRole.ACCOUNT_MANAGER, serves=("NW", "GLX", "INI")),
    Role("ada", "Ada Novak", StaffRole.ADMINISTRATOR),
)


def are_here() -> bool:
    """Whether the demo has been written already: it comes whole or not at all."""
    return User.objects.filter(email=CAST[0].email).exists()


def make_clients(now: datetime) -> dict[str, Organization]:
    """The three clients, by key."""
    return {
        key: accounts.edit_organization(
            actor=ENGINE,
            organization=Organization(name=name, key=key, created_at=now),
            changed=["key", "name"],
            now=now,
        )
        for key, name in CLIENTS.items()
    }


def make_people(clients: dict[str, Organization], now: datetime) -> dict[str, User]:
    """Everybody of the cast, by key, each with verified address and the demo's password, joined or assigned."""
    people: dict[str, User] = {}
    for one in CAST:
        person = people[one.key] = accounts.create_person(
            actor=ENGINE, email=one.email, name=one.name, password=PASSWORD, language=one.language,
            staff_role="" if one.client else one.role, time_zone=ZONES.get(one.client, "Europe/Paris"),
        )  # fmt: skip
        if one.client:
            accounts.join(actor=ENGINE, organization=clients[one.client], person=person, role=one.role, now=now)
        for key in one.serves:
            accounts.assign(actor=ENGINE, organization=clients[key], person=person, now=now)
    for key, (name, keys) in TEAMS.items():
        members = Membership.objects.filter(organization=clients[key], user__in=[people[one] for one in keys])
        accounts.create_team(actor=ENGINE, organization=clients[key], name=name, members=members, now=now)
    return people


def logins() -> list[str]:
    """A table: role, address, password."""
    wide = max(len(one.title) for one in CAST)
    rows = [f"{'Role':<{wide}}  {'E-mail':<28}  Password"]
    return rows + [f"{one.title:<{wide}}  {one.email:<28}  {PASSWORD}" for one in CAST]
