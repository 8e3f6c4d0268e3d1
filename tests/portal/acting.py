"""What happens to Northwind before a page is read."""

from datetime import timedelta
from typing import Any

from accounts.models import Membership
from common import tenancy
from contracts import services as contracts
from contracts.models import Clause
from tests.contracts.writing import bound
from tests.tickets.acting import act, opened
from tickets import services
from tickets.models import Ticket

HOUR = timedelta(hours=1)


def grant(cast: Any, minutes: int = 600, client: str = "northwind", **more: Any) -> None:
    contract = getattr(cast, f"{client}_contract")
    fields = {"worked_on": cast.now.date(), "memo": ""} | more
    act(cast.ada, contracts.grant, contract=contract, minutes=minutes, now=cast.now, **fields)


def worked(cast: Any, days: int, minutes: int) -> None:
    """So many minutes on each of the last weekdays before today, on one ticket."""
    ticket, day = opened(cast), cast.now.date()
    while days:
        day -= timedelta(days=1)
        if day.weekday() < 5 and f"{day:%m-%d}" != "11-11":
            act(
                cast.lea, services.log_time, ticket_id=ticket.pk, minutes=minutes, summary="A day's work", worked_on=day,
                now=cast.now,
            )  # fmt: skip
            days -= 1


def log(cast: Any, ticket: Ticket, minutes: int, summary: str = "Looked at the rule") -> Any:
    return act(
        cast.lea, services.log_time, ticket_id=ticket.pk, minutes=minutes, summary=summary,
        worked_on=cast.now.date(), now=cast.now,
    )  # fmt: skip


def answer(cast: Any, ticket: Ticket, after: timedelta = HOUR) -> None:
    act(cast.lea, services.reply, ticket_id=ticket.pk, body="I am on it.", seen=None, now=cast.now + after)


def clause(cast: Any, key: str, value: str, number: str = "4.2", kind: str = "msa", days: int = 30) -> Clause:
    return bound(
        cast.northwind_contract, {key: value}, kind=kind, title=f"The {kind}", edition="3", number=number,
        effective_on=cast.now.date() - timedelta(days=days),
    )  # fmt: skip


def join(cast: Any, person: Any, client: str, role: str) -> None:
    with tenancy.everyone():
        Membership.objects.create(organization=getattr(cast, client), user=person, role=role)
