"""Who may do what: one table, role × action. Default deny; whoever is outside the organization meets 404, not 403."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from .roles import ClientRole, StaffRole

if TYPE_CHECKING:
    from .models import User

R, A, C = ClientRole.REQUESTER, ClientRole.APPROVER, ClientRole.CLIENT_ADMIN
CONSULTANT, LEAD, MANAGER, ADMIN = (
    StaffRole.CONSULTANT,
    StaffRole.LEAD,
    StaffRole.ACCOUNT_MANAGER,
    StaffRole.ADMINISTRATOR,
)
CLIENTS, WORKERS, STAFF = {R, A, C}, {CONSULTANT, LEAD, ADMIN}, {CONSULTANT, LEAD, MANAGER, ADMIN}

ACTIONS: dict[str, set[str]] = {
    # tickets
    "ticket.view": {*CLIENTS, *STAFF},
    "ticket.open": {*CLIENTS, *WORKERS, MANAGER},
    "ticket.reply": {*CLIENTS, *STAFF},
    "ticket.note": {*STAFF},
    "ticket.work": {*WORKERS},  # take in progress, wait, resolve, reopen
    "ticket.settle": {*CLIENTS, *WORKERS},  # the client's "solved" and "not solved"
    "ticket.cancel": {*CLIENTS, *WORKERS},
    "ticket.assign": {*WORKERS},
    "ticket.prioritize": {*WORKERS},
    "ticket.persist": {*CLIENTS},
    "ticket.scope": {*WORKERS},  # decide whether Reserved Hours pay for it
    "ticket.block": {*WORKERS},  # say which of the client's responsibilities it waits for
    "clock.excuse": {A, C, LEAD, MANAGER, ADMIN},  # propose that a missed promise be excused, agree to the other side's
    "clock.contest": {*CLIENTS},  # a lowered priority, a pause, a verdict, or that nothing is promised
    "clock.settle": {LEAD, MANAGER, ADMIN},  # answer what a client contests
    "queue.view": {*STAFF},
    # hours
    "time.log": {*WORKERS},
    "time.reverse": {LEAD, MANAGER, ADMIN},
    "hours.view": {A, C, *STAFF},
    "hours.grant": {MANAGER, ADMIN},
    # escalations
    "escalation.acknowledge": {*STAFF},
    "escalation.view": {*CLIENTS, *STAFF},
    "engine.watch": {LEAD, ADMIN},  # the page of the engine, and what it set aside: for no client
    # contracts and people
    "portfolio.view": {MANAGER, LEAD, ADMIN},
    "portfolio.client": {MANAGER, LEAD, ADMIN},  # one client's page, of those that one serves
    "contract.view": {*CLIENTS, *STAFF},
    "contract.edit": {ADMIN},
    "contract.renew": {MANAGER, ADMIN},
    "onboarding.work": {A, C, *STAFF},  # hand over, show what is done, agree: each for the own side
    "responsibility.view": {*CLIENTS, *STAFF},
    "responsibility.settle": {A, C, *STAFF},  # its state and evidence
    "responsibility.edit": {*STAFF},
    "change.ask": {*CLIENTS, *STAFF},
    "change.draft": {MANAGER, ADMIN},  # write the words, propose, withdraw, decline
    "change.sign": {A, C, MANAGER, ADMIN},  # where the contract names no signatories
    "people.invite": {C, MANAGER, ADMIN},
    "people.manage": {ADMIN},  # accounts and clients, in the administration
    "member.manage": {C, ADMIN},  # roles, teams, who sees what, and who belongs no longer
    "assignment.manage": {LEAD, ADMIN},
}


def allows(role: str | None, action: str) -> bool:
    """Whether a role may take an action; an unknown action is a mistake of ours and raises KeyError."""
    return role in ACTIONS[action]


def check(actor: User, action: str, organization_id: int) -> None:
    """Return when this person may; Http404 for who is outside the organization; PermissionDenied for who is inside."""
    role = actor.role_in(organization_id)
    if role is None:
        raise Http404
    if not allows(role, action):
        raise PermissionDenied(_("Your role does not allow this."))


def check_staff(actor: User, action: str) -> None:
    """The same for what belongs to no client: decided by the role at Valiantys; Http404 for everybody else."""
    if not actor.is_valiantys:
        raise Http404
    if not allows(actor.staff_role, action):
        raise PermissionDenied(_("Your role does not allow this."))


def may(actor: User, action: str, organization_id: int) -> bool:
    """The same question, for pages that show or hide a button."""
    return allows(actor.role_in(organization_id), action)
