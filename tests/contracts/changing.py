"""A change of Northwind's contract on its way, for tests that begin in its middle."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from accounts.models import User
from audit.models import Event
from common import tenancy
from contracts import amendment, services, signing
from contracts.models import AgreementDocument, Approval, ChangeRequest, Clause, Proposal
from notifications.models import Delivery
from tests.contracts.writing import bound
from tests.tickets.acting import act, fresh

HIGH = "slo.first_response.high"
LATER = date(2026, 12, 1)  # after cast.now, 18 November 2026


def msa(cast: Any, **more: Any) -> Clause:
    """What Northwind's amendments amend: 90 minutes for high priority."""
    clause = bound(
        cast.northwind_contract, {HIGH: "90"},
        **{"kind": "msa", "title": "The msa", "edition": "3", "number": "4.3", "text": "Answered within ninety minutes."} | more,
    )  # fmt: skip
    clause.document = fresh(clause.document)
    return clause


def asked(cast: Any, actor: User | None = None, **more: Any) -> ChangeRequest:
    wanted = {
        "contract": cast.northwind_contract, "what": "Answer high priority within an hour", "why": "The plant runs at night.",
        "now": cast.now,
    }  # fmt: skip
    change: ChangeRequest = act(actor or cast.ann, services.ask, **wanted | more)
    return change


def drafted(
    cast: Any, terms: Mapping[str, str] | None = None, effective_on: date = LATER, amends: AgreementDocument | None = None,
    change: ChangeRequest | None = None, **more: Any,
) -> Proposal:  # fmt: skip
    wording = services.Wording(
        "4.3", "Answered within one hour.", "Une heure.", {HIGH: "60"} if terms is None else dict(terms)
    )
    amended = amends or msa(cast).document
    proposal: Proposal = act(
        cast.max, services.draft, change=change or asked(cast), amends=amended, effective_on=effective_on,
        **{"title": "Amendment No. 1", "clauses": [wording], "now": cast.now} | more,
    )  # fmt: skip
    return proposal


def proposed(cast: Any, **more: Any) -> Proposal:
    return propose(cast, drafted(cast, **more))


def propose(cast: Any, proposal: Proposal, actor: User | None = None, now: Any = None) -> Proposal:
    done: Proposal = act(actor or cast.max, services.propose, proposal=proposal, now=now or cast.now)
    return done


def signed(cast: Any, **more: Any) -> Proposal:
    proposal = proposed(cast, **more)
    sign(cast.rosa, proposal, cast)
    return sign(cast.max, proposal, cast)


def sign(actor: User, proposal: Proposal, cast: Any, **more: Any) -> Proposal:
    given = {"shown_hash": shown(proposal), "typed_name": actor.name, "ip_address": "192.0.2.7", "now": cast.now}
    done: Proposal = act(actor, services.approve, proposal=proposal, **given | more)
    return done


def shown(proposal: Proposal) -> str:
    """The hash of the text as it stands now: what a page that is opened now would show."""
    with tenancy.everyone():
        return amendment.digest(signing.text_of(whole(proposal)))


def whole(proposal: Proposal) -> Proposal:
    with tenancy.everyone():
        return Proposal.objects.select_related("document__amends", "document__contract", "change").get(pk=proposal.pk)


def approvals(proposal: Proposal) -> list[tuple[str, str, str]]:
    """Side, name and what voided it, of every signature."""
    with tenancy.everyone():
        rows = Approval.objects.filter(proposal=proposal).order_by("id").select_related("voided")
        return [(one.side, one.typed_name, getattr(getattr(one, "voided", None), "cause", "")) for one in rows]


def happened(cast: Any) -> list[str]:
    """The contract's events, in order."""
    with tenancy.everyone():
        found = Event.objects.filter(subject_kind="contract", subject_id=cast.northwind_contract.pk)
        return list(found.order_by("id").values_list("verb", flat=True))


def mailed(verb: str) -> dict[str, str]:
    """Whom the last event of that verb was told to: address → template."""
    with tenancy.everyone():
        event = Event.objects.filter(verb=verb).order_by("id").last()
        return dict(Delivery.objects.filter(event=event).values_list("address", "template"))
