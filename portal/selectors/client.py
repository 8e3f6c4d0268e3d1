"""One client as its account manager reads it: a contract's statement, promises kept, what burns, what holds, who is who."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.http import Http404

from accounts.models import Assignment, Membership, Organization, User
from accounts.permissions import may
from accounts.roles import ClientRole
from contracts.models import Contract
from contracts.precedence import Effective
from contracts.selectors import day_of, effective_terms
from escalation.models import Escalation
from portal.objectives import HEADS
from tickets.models import Ticket
from tickets.priority import Priority

from .scores import added, by_month, promised_by
from .statement import statement

RENEWED = (Contract.Status.ACTIVE, Contract.Status.SUSPENDED)


@dataclass(frozen=True)
class Target:
    """A promised first answer and where it comes from."""

    priority: str
    term: Effective

    @property
    def anchor(self) -> str:
        """Its place on the page of promises."""
        return self.term.term.key.replace(".", "-")


def client_by_key(user: User, key: str) -> Organization:
    """The client with this key and its count of open requests, if this person serves it; Http404 otherwise."""
    work = Ticket.objects.visible_to(user).open().filter(organization_id=OuterRef("pk")).order_by()
    counted = Subquery(work.values("organization_id").values(n=Count("pk")))
    found = Organization.objects.visible_to(user).filter(key=key).annotate(open_tickets=counted).first()
    if found is None:
        raise Http404
    return found


def client_page(user: User, organization: Organization, asked: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The page's context; fifteen queries at most, however many rows. `?contract=` names one that isn't the newest."""
    contracts = _contracts(user, organization)
    context: dict[str, Any] = {"organization": organization, "contracts": contracts}
    wanted = asked.get("contract", "")
    contract = next((one for one in contracts if one.reference == wanted), contracts[0] if contracts else None)
    if contract is None:
        return context | {"contract": None}
    terms = effective_terms(contract, day_of(now))
    months = by_month(user, contract, now, promised_by(contract, terms))
    return context | statement(user, contract, asked, now) | {
        "may_renew": contract.status in RENEWED and may(user, "contract.renew", contract.organization_id),
        "targets": [Target(one.value, terms[f"slo.first_response.{one.value}"]) for one in Priority],
        "increment": terms["hours.increment"],
        "months_scored": months,
        "further": [{"name": name, "label": HEADS[name]} for name in months[0].further],
        "priorities": [one.value for one in Priority],
        "score": added(one.whole for one in months),
        "escalations": _escalations(user, organization),
        "open_tickets": getattr(organization, "open_tickets", None) or 0,
        "members": _members(user, organization),
        "team": _team(user, organization),
    }  # fmt: skip


def _contracts(user: User, organization: Organization) -> list[Contract]:
    """Those that go on first, the newest of them on top; drafts are no contracts yet."""
    found = Contract.objects.visible_to(user).filter(organization=organization).exclude(status=Contract.Status.DRAFT)
    rows = found.select_related("organization", "calendar", "onboarding").order_by("-starts_on", "-id")
    status = Contract.Status
    return sorted(rows, key=lambda one: (one.status == status.ENDED, one.status == status.ONBOARDING))


def _escalations(user: User, organization: Organization) -> list[Escalation]:
    found = Escalation.objects.visible_to(user).open().filter(organization=organization)
    return list(found.select_related("ticket__organization", "acknowledged_by").order_by("-level", "opened_at")[:20])


def _members(user: User, organization: Organization) -> list[Membership]:
    """The client's people: who decides stands first."""
    order = [ClientRole.APPROVER, ClientRole.CLIENT_ADMIN, ClientRole.REQUESTER]
    found = Membership.objects.visible_to(user).filter(organization=organization, user__is_active=True)
    return sorted(
        found.select_related("user").order_by("user__name"), key=lambda one: order.index(ClientRole(one.role))
    )


def _team(user: User, organization: Organization) -> list[User]:
    found = Assignment.objects.visible_to(user).filter(organization=organization, user__is_active=True)
    return [one.user for one in found.select_related("user").order_by("user__staff_role", "user__name")]
