"""The catalogue of what can be asked for: global data, an administrator's."""

from __future__ import annotations

from django.db import transaction

from accounts import permissions
from accounts.models import User
from tickets.models import Category, RequestType


@transaction.atomic
def edit_catalogue(*, actor: User, entry: Category | RequestType) -> Category | RequestType:
    """Save a category or a request type. It belongs to no client, so Django's admin log remembers it, not an event."""
    permissions.check_staff(actor, "contract.edit")
    entry.save()
    return entry
