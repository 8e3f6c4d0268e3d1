"""What every page's shell shows: where one can go, and for whom."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from accounts.permissions import ACTIONS, may
from contracts.models import Contract


def shell(request: HttpRequest) -> dict[str, Any]:
    """Navigation by role. Nothing for the anonymous, and nothing that asks the database twice."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or request.path.startswith("/admin/"):
        return {"nav": []}
    if user.is_valiantys:
        places = [(_("Queue"), "portal:queue"), (_("Tickets"), "portal:tickets")]
        if user.staff_role in ACTIONS["portfolio.view"]:
            places.append((_("Clients"), "portal:portfolio"))
        if user.staff_role in ACTIONS["people.invite"]:
            places.append((_("People"), "accounts:people_index"))
        places.append((_("Responsibilities"), "portal:responsibilities_index"))
        if user.is_staff:
            places.append((_("Administration"), "admin:index"))
    else:
        places = [
            (_("Home"), "portal:home"), (_("Requests"), "portal:tickets"),
            (_("Responsibilities"), "portal:responsibilities_index"),
        ]  # fmt: skip
        if any(role == "client_admin" for role in user.roles.values()):
            places.append((_("People"), "accounts:people_index"))
    nav = [{"label": label, "url": reverse(name)} for label, name in places] + _accounts(user)
    # The home's address begins every other: it is here only when it is the whole of it.
    inside = (item["url"] for item in nav if request.path.startswith(item["url"]) and item["url"] != "/")
    here = max(inside, key=len, default="/" if request.path == "/" else "")
    shown: dict[str, Any] = {"nav": [{**item, "current": item["url"] == here} for item in nav]}
    if not user.is_valiantys and len(user.roles) == 1:
        shown["active_organization"] = Organization.objects.visible_to(user).first()
    return shown


def _accounts(user: User) -> list[dict[str, str]]:
    """The one contract's hours and promises; who has several finds them on the home page."""
    if user.is_valiantys:
        return []
    live = Contract.objects.visible_to(user).filter(status=Contract.Status.ACTIVE).order_by("id")
    contracts = list(live.values_list("pk", "organization_id")[:2])
    if len(contracts) != 1:
        return []
    [(pk, organization_id)] = contracts
    places = [{"label": _("Promises"), "url": reverse("portal:promises", args=[pk])}]
    if may(user, "hours.view", organization_id):
        places.insert(0, {"label": _("Hours"), "url": reverse("portal:hours", args=[pk])})
    return places
