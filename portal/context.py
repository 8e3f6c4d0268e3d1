"""What every page's shell shows: where one can go, and for whom."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from accounts.permissions import ACTIONS, allows, may
from contracts.models import Contract
from portal.selectors.queue import VIEWS


def shell(request: HttpRequest) -> dict[str, Any]:
    """Navigation by role. Nothing for the anonymous, and nothing that asks the database twice."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or request.path.startswith("/admin/"):
        return {"nav": []}
    if user.is_valiantys:
        places = [(_("Queue"), "portal:queue"), (_("Tickets"), "portal:tickets")]
        if user.staff_role in ACTIONS["portfolio.view"]:
            places.append((_("Clients"), "portal:portfolio"))
        if user.staff_role in ACTIONS["clock.settle"]:
            places.append((_("To settle"), "portal:unsettled"))
        if user.staff_role in ACTIONS["assignment.manage"]:
            places.append((_("Staffing"), "portal:staffing"))
        if user.staff_role in ACTIONS["people.invite"]:
            places.append((_("People"), "accounts:people_index"))
        places.append((_("Responsibilities"), "portal:responsibilities_index"))
        if user.staff_role in ACTIONS["engine.watch"]:
            places.append((_("Engine"), "portal:engine"))
        if user.is_staff:
            places.append((_("Administration"), "admin:index"))
    else:
        places = [
            (_("Home"), "portal:home"), (_("Requests"), "portal:tickets"),
            (_("Responsibilities"), "portal:responsibilities_index"),
        ]  # fmt: skip
        if any(role == "client_admin" for role in user.roles.values()):
            places.append((_("People"), "accounts:people_index"))
    live = _live_contracts(user, getattr(request, "engagements", None))
    nav = [{"label": label, "url": reverse(name)} for label, name in places] + _accounts(user, live)
    # The home's address begins every other: it is here only when it is the whole of it.
    inside = (item["url"] for item in nav if request.path.startswith(item["url"]) and item["url"] != "/")
    here = max(inside, key=len, default="/" if request.path == "/" else "")
    shown: dict[str, Any] = {
        "nav": [{**item, "current": item["url"] == here} for item in nav],
        "further": _further(user),
    }
    if not user.is_valiantys and len(user.roles) == 1:
        known = live[0].organization if live else None
        shown["active_organization"] = known or Organization.objects.visible_to(user).first()
    return shown


def _further(user: User) -> list[dict[str, str]]:
    """Where the palette leads besides: a new request, the queue's views, one's own pages."""
    places = []
    if not user.is_valiantys or allows(user.staff_role, "ticket.open"):
        places.append({"label": _("New request"), "url": reverse("tickets:new")})
    if allows(user.staff_role, "contract.edit"):
        places.append({"label": _("Calendars"), "url": reverse("portal:calendars")})
    if user.is_valiantys:
        queue, views = reverse("portal:queue"), [name for name in VIEWS if name != "urgent"]
        places += [{"label": f"{_('Queue')} · {VIEWS[name]}", "url": f"{queue}?view={name}"} for name in views]
    own = [(_("Profile"), "accounts:profile"), (_("API tokens"), "integrations:tokens")]
    return [*places, *({"label": label, "url": reverse(name)} for label, name in own)]


def _live_contracts(user: User, read: list[Contract] | None) -> list[Contract]:
    """Two are enough to know that there are several; nobody of Valiantys is asked for. `read`: those the view has read."""
    if user.is_valiantys:
        return []
    if read is not None:
        return [one for one in read if one.status == Contract.Status.ACTIVE][:2]
    live = Contract.objects.visible_to(user).filter(status=Contract.Status.ACTIVE)
    return list(live.select_related("organization").order_by("id")[:2])


def _accounts(user: User, live: list[Contract]) -> list[dict[str, str]]:
    """The one contract's hours and promises; who has several finds them on the home page."""
    if len(live) != 1:
        return []
    [contract] = live
    places = [{"label": _("Promises"), "url": reverse("portal:promises", args=[contract.pk])}]
    if may(user, "hours.view", contract.organization_id):
        places.insert(0, {"label": _("Hours"), "url": reverse("portal:hours", args=[contract.pk])})
    return places
