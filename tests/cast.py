"""One cast everywhere: Northwind (Premium) and Globex (Standard) as clients, their people, and Valiantys's."""

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from accounts.models import Assignment, Membership, Organization, User
from accounts.roles import ClientRole, StaffRole
from common import tenancy
from contracts.models import Contract
from escalation.models import Ladder, LadderLevel, LadderPerson
from slo import services as slo
from slo.models import BusinessCalendar

PASSWORD = "correct horse battery staple"
NINE_TO_SIX = {str(day): [["09:00", "18:00"]] for day in range(5)}
ALWAYS = {str(day): [["00:00", "24:00"]] for day in range(7)}
HOLIDAYS = {"2026-11-11": "Armistice 1918", "2026-12-25": "Noël", "2027-01-01": "Jour de l’an"}


def make_cast(now: datetime) -> SimpleNamespace:
    """Everything a test needs to begin: clients with live contracts, calendars, ladders, and a person per role."""
    start = now.replace(year=now.year - 1)
    with tenancy.everyone():
        cast = SimpleNamespace(now=now)
        cast.northwind = Organization.objects.create(name="Northwind", key="NW")
        cast.globex = Organization.objects.create(name="Globex", key="GLX")
        people: dict[str, dict[str, Any]] = {
            "ann": {"name": "Ann Walker"}, "rosa": {"name": "Rosa Diaz"}, "carl": {"name": "Carl Berg"},
            "bob": {"name": "Bob Martin"}, "gina": {"name": "Gina Rossi"},
            "lea": {"name": "Léa Fontaine", "staff_role": StaffRole.CONSULTANT},
            "julien": {"name": "Julien Mercier", "staff_role": StaffRole.CONSULTANT},
            "nadia": {"name": "Nadia Benali", "staff_role": StaffRole.LEAD},
            "max": {"name": "Max Keller", "staff_role": StaffRole.ACCOUNT_MANAGER},
            "ada": {"name": "Ada Novak", "staff_role": StaffRole.ADMINISTRATOR, "is_staff": True, "is_superuser": True},
        }  # fmt: skip
        for key, fields in people.items():
            setattr(cast, key, User.objects.create_user(f"{key}@example.com", PASSWORD, **fields))
        for organization, person, role in (
            (cast.northwind, cast.ann, ClientRole.REQUESTER),
            (cast.northwind, cast.rosa, ClientRole.APPROVER),
            (cast.northwind, cast.carl, ClientRole.CLIENT_ADMIN),
            (cast.globex, cast.bob, ClientRole.REQUESTER),
            (cast.globex, cast.gina, ClientRole.APPROVER),
        ):
            Membership.objects.create(organization=organization, user=person, role=role)
        for person in (cast.lea, cast.max):  # julien serves nobody yet
            for organization in (cast.northwind, cast.globex):
                Assignment.objects.create(organization=organization, user=person)
        cast.paris = BusinessCalendar.objects.create(name="Paris 9–18")
        cast.always = BusinessCalendar.objects.create(name="24x7")
        for calendar, weekly, holidays in ((cast.paris, NINE_TO_SIX, HOLIDAYS), (cast.always, ALWAYS, {})):
            slo.publish_edition(
                actor=None, calendar=calendar, zone="Europe/Paris", weekly=weekly, holidays=holidays,
                effective_at=start, now=start,
            )  # fmt: skip
        for name, tier, critical in (("northwind", "premium", cast.always), ("globex", "standard", None)):
            organization = getattr(cast, name)
            contract = Contract.objects.create(
                organization=organization, reference=f"{organization.key}-2026", tier=tier,
                status=Contract.Status.ACTIVE, starts_on=date(2026, 1, 1), calendar=cast.paris, critical_calendar=critical,
            )  # fmt: skip
            setattr(cast, f"{name}_contract", contract)
            ladder = Ladder.objects.create(organization=organization, contract=contract)
            setattr(cast, f"{name}_ladder", ladder)
            for position, (title, minutes, person) in enumerate(
                (("Consultant", 30, None), ("Service lead", 60, cast.nadia), ("Account manager", 120, cast.max)),
                start=1,
            ):
                level = LadderLevel.objects.create(
                    organization=organization, ladder=ladder, position=position, title=title,
                    acknowledge_minutes=minutes, includes_assignee=person is None,
                )  # fmt: skip
                if person:
                    LadderPerson.objects.create(organization=organization, level=level, user=person)
    return cast
