"""A row or more in every table that the administration shows."""

from datetime import timedelta
from typing import Any

from accounts.services import invite
from common import tenancy
from contracts import services as contracts
from escalation.models import Escalation, EscalationStep
from integrations.services import create_token
from tests.contracts.writing import bound
from tests.tickets.acting import lived
from tickets import services


def make_world(cast: Any) -> Any:
    """Northwind's request, time, hours, order, escalation, token and invitation."""
    with tenancy.user(cast.ann):
        cast.ticket = services.open_ticket(
            actor=cast.ann, organization=cast.northwind, contract=cast.northwind_contract, subject="Fire", body="Fire",
            impact="team", urgency="blocked", now=cast.now,
        )  # fmt: skip
        create_token(actor=cast.ann, name="Robot", organization=cast.northwind, days=30, now=cast.now)
    with tenancy.user(cast.ada):
        contracts.grant(
            actor=cast.ada, contract=cast.northwind_contract, minutes=600, worked_on=cast.now.date(), memo="January",
            now=cast.now,
        )  # fmt: skip
        services.log_time(
            actor=cast.ada,
            ticket_id=cast.ticket.pk,
            minutes=20,
            summary="Looked",
            worked_on=cast.now.date(),
            now=cast.now,
        )
        contracts.add_responsibility(
            actor=cast.ada, organization=cast.northwind, head="access", title="A test account", now=cast.now
        )
    _contested(cast)
    with tenancy.user(cast.carl):
        invite(actor=cast.carl, organization=cast.northwind, email="z@nw.example", role="requester", now=cast.now)
    cast.clause = bound(
        cast.northwind_contract, {"slo.first_response.high": "120"}, title="Order NW", number="4.1", text="Fast."
    )
    cast.document = cast.clause.document
    with tenancy.everyone():
        own = {"organization": cast.northwind}
        cast.escalation = Escalation.objects.create(
            **own, ticket=cast.ticket, ladder=cast.northwind_ladder, cause="breach", level=1, opened_at=cast.now,
            entered_at=cast.now, acknowledge_by=cast.now + timedelta(hours=1),
        )  # fmt: skip
        EscalationStep.objects.create(**own, escalation=cast.escalation, level=1, cause="breach", at=cast.now)
    return cast


def _contested(cast: Any) -> None:
    """A second request, whose priority we lowered, which the client contests."""
    with tenancy.user(cast.ann):
        ticket = services.open_ticket(
            actor=cast.ann, organization=cast.northwind, contract=cast.northwind_contract, subject="Smoke", body="Smoke",
            impact="team", urgency="blocked", now=cast.now,
        )  # fmt: skip
    later = cast.now + timedelta(minutes=10)
    with tenancy.user(cast.ada):
        services.prioritize(actor=cast.ada, ticket_id=ticket.pk, priority="low", reason="It can wait.", now=later)
    past = lived(ticket)
    with tenancy.everyone():
        [lowered] = services.contestable_of(ticket, past)
    with tenancy.user(cast.ann):
        cast.contest = services.contest(
            actor=cast.ann, ticket_id=ticket.pk, objective="first_response", what=lowered.key, words="It blocks us all.",
            now=later,
        )  # fmt: skip
