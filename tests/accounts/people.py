"""Northwind with a second administrator, and shorthands for its memberships."""

from typing import Any

from accounts.models import Membership, User
from accounts.roles import ClientRole
from audit.models import Event
from common import tenancy


def membership(cast: Any, person: User, client: str = "northwind") -> Membership:
    with tenancy.everyone():
        return Membership.objects.select_related("organization", "user", "team").get(
            organization=getattr(cast, client), user=person
        )


def join(cast: Any, person: User, role: str, client: str = "northwind") -> Membership:
    with tenancy.everyone():
        return Membership.objects.create(organization=getattr(cast, client), user=person, role=role)


def second_administrator(cast: Any) -> User:
    """Dora, who administers Northwind beside Carl."""
    with tenancy.everyone():
        dora = User.objects.create_user("dora@example.com", None, name="Dora Diaz")
    join(cast, dora, ClientRole.CLIENT_ADMIN)
    return dora


def again(person: User) -> User:
    """The person as the next request meets him or her: roles are read anew."""
    return User.objects.get(pk=person.pk)


def role_of(cast: Any, person: User) -> str | None:
    return again(person).role_in(cast.northwind.pk)


def happened(*verbs: str) -> list[tuple[str, dict[str, Any]]]:
    """Events of these verbs, with their data, in order."""
    with tenancy.everyone():
        return list(Event.objects.filter(verb__in=verbs).order_by("id").values_list("verb", "data"))
