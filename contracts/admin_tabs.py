"""What contracts themselves show in tabs: hours, people, onboarding, business hours and events. Terms and ladder come from above."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Assignment, Membership, User
from accounts.roles import ClientRole
from audit import words as audit_words
from audit.models import Event
from slo.services import NoEdition, edition_at
from slo.words import holiday, week

from . import readiness, selectors, tabs, words
from .models import Contract, HoursEntry, OnboardingActivity

NEWEST = 50
SIGNING = (ClientRole.APPROVER, ClientRole.CLIENT_ADMIN)


@tabs.register("hours", _("Hours"), position=20, template="admin/contracts/contract/hours.html")
def hours(request: Any, contract: Contract) -> dict[str, Any]:
    """The balance, what was granted, and the ledger's newest lines."""
    entries = selectors.hours_entries(contract)
    return {
        "account": selectors.hours_of(contract),
        "on_demand": contract.plan == Contract.Plan.ON_DEMAND,
        "granted": [one for one in entries if one.kind == HoursEntry.Kind.GRANT][:NEWEST],
        "entries": entries[:NEWEST],
        "newest": NEWEST,
    }


@tabs.register("people", _("People"), position=40, template="admin/contracts/contract/people.html")
def people(request: Any, contract: Contract) -> dict[str, Any]:
    """Who signs for the client, and who of ours serves it."""
    mine = {"organization_id": contract.organization_id}
    return {
        "signatories": Membership.objects.filter(**mine, role__in=SIGNING, user__is_active=True)
        .select_related("user")
        .order_by("user__name", "id"),
        "team": Assignment.objects.filter(**mine, user__is_active=True)
        .select_related("user")
        .order_by("user__name", "id"),
    }


@tabs.register("onboarding", _("Onboarding"), position=45, template="admin/contracts/contract/onboarding.html")
def onboarding(request: Any, contract: Contract) -> dict[str, Any]:
    """What is missing before it goes live, and the plan; it is worked on in the portal."""
    going_live = contract.status in (Contract.Status.DRAFT, Contract.Status.ONBOARDING)
    mine = {"organization_id": contract.organization_id, "plan__contract": contract}
    return {
        "page": f"/contracts/{contract.pk}/onboarding/",
        "missing": readiness.missing(contract) if going_live else None,
        "going_live": going_live,
        "activities": OnboardingActivity.objects.filter(**mine),
    }


@tabs.register("calendar", _("Calendar"), position=50, template="admin/contracts/contract/calendar.html")
def calendars(request: Any, contract: Contract) -> dict[str, Any]:
    """Each calendar of the contract: the edition that rules now, its week, the closed days to come."""
    chosen = [(contract.calendar, False), (contract.critical_calendar, True)]
    return {"calendars": [_calendar(one, critical, request.now) for one, critical in chosen if one is not None]}


def _calendar(calendar: Any, critical: bool, now: Any) -> dict[str, Any]:
    try:
        edition = edition_at(calendar.pk, now)
    except NoEdition:
        return {"calendar": calendar, "critical": critical, "edition": None}
    today = selectors.day_of(now).isoformat()
    closed = [(date.fromisoformat(day), holiday(one)) for day, one in sorted(edition.holidays.items()) if day >= today]
    return {
        "calendar": calendar,
        "critical": critical,
        "edition": edition,
        "week": week(edition.weekly),
        "closed": closed[:6],
    }


@tabs.register("events", _("Events"), position=60, template="admin/contracts/contract/events.html")
def events(request: Any, contract: Contract) -> dict[str, Any]:
    """What happened to the contract, newest first."""
    return happened(request.user, contract)


def happened(user: User, contract: Contract, **about: Any) -> dict[str, Any]:
    """A contract's newest events, or those whose data name what is asked about."""
    found = list(
        Event.objects.visible_to(user)
        .filter(organization_id=contract.organization_id, subject_kind="contract", subject_id=contract.pk, **about)
        .order_by("-id")[:NEWEST]
    )
    names = dict(User.objects.filter(pk__in={one.actor_id for one in found}).values_list("pk", "name"))
    return {
        "events": [
            {
                "event": one,
                "what": audit_words.verb(one.verb),
                "detail": words.detail(one.data),
                "who": names.get(one.actor_id or 0, ""),
            }
            for one in found
        ],
        "newest": NEWEST,
    }
