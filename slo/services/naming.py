"""A calendar's own name; what it says is its editions'."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from accounts.permissions import allows
from slo.models import BusinessCalendar


@transaction.atomic
def save_calendar(*, actor: User, calendar: BusinessCalendar) -> BusinessCalendar:
    """Make or rename a calendar."""
    if not allows(actor.staff_role, "contract.edit"):
        raise PermissionDenied
    calendar.save()
    return calendar
