"""Who stands for each side of a contract: those who sign, and whom its life is told to."""

from __future__ import annotations

from accounts.models import User
from accounts.roles import ClientRole, StaffRole
from contracts.amendment import Side
from contracts.models import Contract

SIGNING = (ClientRole.APPROVER, ClientRole.CLIENT_ADMIN)


def of_the_client(contract: Contract) -> list[User]:
    """Its active approvers and administrators."""
    return _people(
        memberships__organization_id=contract.organization_id, memberships__role__in=SIGNING,
    )  # fmt: skip


def approvers(contract: Contract) -> list[User]:
    """Its active approvers; its administrators where it has none."""
    found = _people(memberships__organization_id=contract.organization_id, memberships__role=ClientRole.APPROVER)
    return found or of_the_client(contract)


def of_the_house(contract: Contract) -> list[User]:
    """The active account managers who serve the client; our administrators, who serve all, where none does."""
    managers = _people(assignments__organization_id=contract.organization_id, staff_role=StaffRole.ACCOUNT_MANAGER)
    return managers or _people(staff_role=StaffRole.ADMINISTRATOR)


def of(side: Side, contract: Contract) -> list[User]:
    """Who stands for a side."""
    return of_the_client(contract) if side is Side.CLIENT else of_the_house(contract)


def side_of(person: User) -> Side:
    """Where somebody sits."""
    return Side.HOUSE if person.is_valiantys else Side.CLIENT


def _people(**which: object) -> list[User]:
    people = User.objects.filter(is_active=True, is_automatic=False, **which)
    return list(people.order_by("pk").distinct())
