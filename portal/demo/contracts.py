"""What the three clients were promised. Every document says that it is an invented example."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import holidays

from accounts.models import Organization, User
from contracts import services as contracts
from contracts.models import Contract, StandardEdition
from escalation.models import Ladder, LadderLevel, LadderPerson
from slo import services as slo
from slo.models import BusinessCalendar

OFFICE = {str(day): [["09:00", "18:00"]] for day in range(5)}
LONDON = {str(day): [["08:30", "17:30"]] for day in range(5)}
ALWAYS = {str(day): [["00:00", "24:00"]] for day in range(7)}
# Name, zone, weekly hours, country of the holidays.
CALENDARS = {
    "paris": ("Paris, Monday to Friday 9–18", "Europe/Paris", OFFICE, "FR"),
    "london": ("London, Monday to Friday 8:30–17:30", "Europe/London", LONDON, "GB"),
    "always": ("Around the clock", "Europe/Paris", ALWAYS, ""),
}
EXAMPLE = "*Invented example: no real client, no real clause.*"
# Kind, title, edition, days since it took effect, clauses: number, text, terms.
type_clauses = tuple[tuple[str, str, Mapping[str, str]], ...]
DOCUMENTS: dict[str, tuple[tuple[str, str, str, int, type_clauses], ...]] = {
    "NW": (
        (
            "order", "Northwind Ordering Document (example)", "1", 320,
            (
                ("2.1", "Critical requests are answered within 45 minutes, around the clock.", {"slo.first_response.critical": "45"}),
                ("3.4", "Time is billed by quarters of an hour.", {"hours.increment": "15"}),
            ),
        ),
        (
            "msa", "Northwind Master Services Agreement (example)", "3", 200,
            (
                ("4.2", "The first answer to a critical request comes within 30 minutes, at any hour of any day.", {"slo.first_response.critical": "30"}),
                ("4.3", "The first answer to a high-priority request comes within two business hours.", {"slo.first_response.high": "120"}),
                ("4.5", "Requests by e-mail to the agreed address count like those in the portal.", {"channel.email.covered": "yes"}),
            ),
        ),
        (
            "amendment", "Amendment No. 1 to the Northwind MSA (example)", "1", 40,
            (("1", "An estimate above eight hours waits for the approver.", {"hours.estimate_threshold": "480"}),),
        ),
    ),
    "GLX": (
        (
            "policy", "Politique d’usage équitable (exemple)", "2025-01", 330,
            (
                ("2", "Un ticket résolu se ferme après dix jours ouvrés.", {"ticket.closes_after": "10"}),
                ("3", "Le temps est décompté par heure entamée.", {"hours.increment": "60"}),
            ),
        ),
        (
            "order", "Bon de commande Globex (exemple)", "2", 250,
            (
                ("3.1", "La première réponse à une demande de priorité moyenne intervient sous huit heures ouvrées.", {"slo.first_response.medium": "480"}),
                (
                    "3.2",
                    "Une question posée après la première réponse reçoit la suivante sous un jour ouvré, deux pour une priorité moyenne ou basse.",
                    {
                        "slo.next_response.critical": "540", "slo.next_response.high": "540",
                        "slo.next_response.medium": "1080", "slo.next_response.low": "1080",
                    },
                ),
                (
                    "3.3",
                    "Une demande critique est résolue sous deux jours ouvrés, une demande haute sous cinq, une demande moyenne sous quinze. Ce délai est suspendu tant que nous attendons Globex.",
                    {
                        "slo.resolution.critical": "1080", "slo.resolution.high": "2700", "slo.resolution.medium": "8100",
                        "slo.resolution.may_pause": "yes",
                    },
                ),
                ("5.2", "Le temps est décompté par demi-heure entamée.", {"hours.increment": "30"}),
            ),
        ),
    ),
    "INI": (
        (
            "order", "Initech Ordering Document (example)", "1", 150,
            (
                ("2.2", "A warning is given at four fifths of the target.", {"slo.warning": "80"}),
                ("6.1", "Resolved requests close after five business days.", {"ticket.closes_after": "5"}),
            ),
        ),
    ),
}  # fmt: skip
# Tier, calendar, calendar for critical tickets, days since its start, days to its renewal.
CONTRACTS = {
    "NW": (Contract.Tier.PREMIUM, "paris", "always", 330, 400),
    "GLX": (Contract.Tier.STANDARD, "paris", None, 330, 35),
    "INI": (Contract.Tier.STANDARD, "london", None, 150, 215),
}
# Title, minutes to acknowledge, who; the first is whoever has the ticket.
# English, and French for the client that speaks it: a ladder's titles are the contract's own words.
LADDER = (
    ("Assigned consultant", "Consultant en charge", 30, ""),
    ("Service lead", "Responsable de service", 60, "nadia"),
    ("Head of managed services", "Direction des services managés", 120, "sofia"),
    ("Executive sponsor", "Direction générale", 240, "max"),
)


@dataclass(frozen=True)
class Grant:
    """Reserved Hours that a client bought, so many days ago, to be used within so many days of it."""

    client: str
    hours: int
    ago: int
    memo: str
    lasts: int = 105  # an example, as every figure here


GRANTS = (
    Grant("NW", 20, 95, "Quarterly lot"),
    Grant("NW", 10, 62, "Monthly lot"),
    Grant("NW", 10, 31, "Monthly lot"),
    Grant("GLX", 20, 90, "Lot trimestriel"),
    Grant("GLX", 10, 60, "Lot mensuel"),
    Grant("GLX", 10, 30, "Lot mensuel"),
    Grant("INI", 8, 100, "Half-yearly lot", 183),  # used up by what has been worked since
)


def make_contracts(clients: dict[str, Organization], people: dict[str, User], now: datetime) -> dict[str, Contract]:
    """Calendars, contracts with their documents and ladders, each active since its start."""
    calendars = {key: _calendar(key, now) for key in CALENDARS}
    made = {}
    for key, (tier, calendar, critical, since, renews) in CONTRACTS.items():
        started = now - timedelta(days=since)
        contract = made[key] = Contract.objects.create(
            organization=clients[key], reference=f"{key}-{started.year}", tier=tier, starts_on=started.date(),
            renews_on=(now + timedelta(days=renews)).date(), calendar=calendars[calendar],
            critical_calendar=calendars[critical] if critical else None,
        )  # fmt: skip
        _documents(contract, DOCUMENTS[key], people["ada"], now)
        _ladder(contract, people)
        contracts.activate(actor=people["ada"], contract=contract, now=started)
    return made


def give(grant: Grant, contract: Contract, actor: User, at: datetime) -> None:
    """Post a grant on its day."""
    contracts.grant(
        actor=actor, contract=contract, minutes=grant.hours * 60, worked_on=at.date(), memo=grant.memo, now=at,
        expires_on=at.date() + timedelta(days=grant.lasts),
    )  # fmt: skip


def _calendar(key: str, now: datetime) -> BusinessCalendar:
    name, zone, weekly, country = CALENDARS[key]
    calendar, made = BusinessCalendar.objects.get_or_create(name=name, defaults={"slug": slo.slug_for(name)})
    if made:
        years = range(now.year - 1, now.year + 4)
        closed = holidays.country_holidays(country, years=years) if country else {}
        began = datetime(now.year - 1, 1, 1, tzinfo=UTC)
        slo.publish_edition(
            actor=None, calendar=calendar, zone=zone, weekly=weekly, effective_at=began, now=began,
            holidays={**{day.isoformat(): name for day, name in sorted(closed.items())}, **_eves(country, years)},
        )  # fmt: skip
    return calendar


def _eves(country: str, years: Iterable[int]) -> dict[str, Any]:
    """The half days of our own desk, in France: the eves of Christmas and of the new year."""
    if country != "FR":
        return {}
    eves = {
        date(year, 12, day): name for year in years for day, name in ((24, "Christmas Eve"), (31, "New Year’s Eve"))
    }
    short = [["09:00", "13:00"]]
    return {day.isoformat(): {"name": name, "windows": short} for day, name in eves.items() if day.weekday() < 5}


def _documents(
    contract: Contract, documents: tuple[tuple[str, str, str, int, type_clauses], ...], actor: User, now: datetime
) -> None:
    """Write and publish them, each on the day it took effect, in the order of their dates."""
    guide = StandardEdition.objects.get(document__slug="total-care-guide", label="2025-03")
    contracts.incorporate(
        actor=actor, contract=contract, edition=guide, effective_on=contract.starts_on,
        now=now - timedelta(days=max(ago for *_rest, ago, _clauses in documents)),
    )  # fmt: skip
    msa = None
    for kind, title, edition, ago, clauses in sorted(documents, key=lambda one: -one[3]):
        day = now - timedelta(days=ago)
        written = contracts.write(
            actor=actor, contract=contract, kind=kind, title=title, edition=edition, effective_on=day.date(),
            language="fr" if contract.organization.key == "GLX" else "en", amends=msa if kind == "amendment" else None,
            clauses=[contracts.Wording(number, f"{text}\n\n{EXAMPLE}", terms=terms) for number, text, terms in clauses],
            now=day,
        )  # fmt: skip
        published = contracts.publish(actor=actor, document=written, now=day)
        msa = published if kind == "msa" else msa


def _ladder(contract: Contract, people: dict[str, User]) -> None:
    mine = {"organization": contract.organization}
    ladder = Ladder.objects.create(**mine, contract=contract)
    french = contract.organization.key == "GLX"
    for position, (english, titre, minutes, who) in enumerate(LADDER, start=1):
        level = LadderLevel.objects.create(
            **mine,
            ladder=ladder,
            position=position,
            title=titre if french else english,
            acknowledge_minutes=minutes,
            includes_assignee=not who,
        )
        if who:
            LadderPerson.objects.create(**mine, level=level, user=people[who])
