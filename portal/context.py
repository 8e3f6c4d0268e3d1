"""What every page's shell shows: where one can go, and for whom."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Organization
from accounts.permissions import ACTIONS


def shell(request: HttpRequest) -> dict[str, Any]:
    """Navigation by role. Nothing for the anonymous, and nothing that asks the database twice."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or request.path.startswith("/admin/"):
        return {"nav": []}
    if user.is_valiantys:
        places = [(_("Queue"), "portal:queue"), (_("Tickets"), "portal:tickets")]
        if user.staff_role in ACTIONS["portfolio.view"]:
            places.append((_("Clients"), "portal:portfolio"))
        places.append((_("People"), "accounts:people_index"))
        if user.is_staff:
            places.append((_("Administration"), "admin:index"))
    else:
        places = [(_("Home"), "portal:home"), (_("Requests"), "portal:tickets")]
        if any(role == "client_admin" for role in user.roles.values()):
            places.append((_("People"), "accounts:people_index"))
    nav = [{"label": label, "url": reverse(name)} for label, name in places]
    here = max((item["url"] for item in nav if request.path.startswith(item["url"])), key=len, default="")
    shown: dict[str, Any] = {"nav": [{**item, "current": item["url"] == here} for item in nav]}
    if not user.is_valiantys and len(user.roles) == 1:
        shown["active_organization"] = Organization.objects.visible_to(user).first()
    return shown
