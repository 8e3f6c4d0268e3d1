"""The onboarding template: global data, an administrator's."""

from __future__ import annotations

from django.db import transaction

from accounts import permissions
from accounts.models import User
from contracts.models import OnboardingTemplateActivity


@transaction.atomic
def edit_template(*, actor: User, activity: OnboardingTemplateActivity) -> OnboardingTemplateActivity:
    """Save an activity that plans begin with from now on. It belongs to no client: Django's admin log remembers it, not an event."""
    permissions.check_staff(actor, "contract.edit")
    activity.save()
    return activity
