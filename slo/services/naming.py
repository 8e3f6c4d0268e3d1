"""A calendar's own name; what it says is its editions'."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import allows
from common.errors import Refused
from slo.models import BusinessCalendar


@transaction.atomic
def save_calendar(*, actor: User, calendar: BusinessCalendar) -> BusinessCalendar:
    """Make or rename a calendar. The short name by which commands know it is given once, and stays."""
    if not allows(actor.staff_role, "contract.edit"):
        raise PermissionDenied
    calendar.slug = calendar.slug or slug_for(calendar.name)
    calendar.save()
    return calendar


def slug_for(name: str) -> str:
    """A short name that no calendar has yet."""
    base = slugify(name)[:50] or "calendar"
    taken = set(BusinessCalendar.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(
        one for number in range(1, len(taken) + 2) if (one := f"{base}-{number}" if number > 1 else base) not in taken
    )


@transaction.atomic
def retire_calendar(*, actor: User, calendar: BusinessCalendar, now: datetime) -> BusinessCalendar:
    """Offer a calendar to no new contract; those that have it keep it, and its editions rule their clocks as before."""
    return _offer(actor, calendar, now)


@transaction.atomic
def offer_calendar_again(*, actor: User, calendar: BusinessCalendar) -> BusinessCalendar:
    """Take a retirement back."""
    return _offer(actor, calendar, None)


def _offer(actor: User, calendar: BusinessCalendar, retired_at: datetime | None) -> BusinessCalendar:
    if not allows(actor.staff_role, "contract.edit"):
        raise PermissionDenied
    locked = BusinessCalendar.objects.select_for_update(no_key=True).get(pk=calendar.pk)
    if (locked.retired_at is None) == (retired_at is None):
        raise Refused(_("This calendar is retired already.") if retired_at else _("This calendar is on offer already."))
    locked.retired_at = retired_at
    locked.save(update_fields=["retired_at"])
    return locked
