"""The onboarding template, to edit."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from common.administration import ServiceAdmin

from . import services
from .models import OnboardingTemplateActivity


@admin.register(OnboardingTemplateActivity)
class OnboardingTemplateAdmin(ServiceAdmin):
    """What every onboarding begins with. Plans that are there keep their words and dates."""

    list_display = ("title_en", "title_fr", "owner", "due_business_day", "position", "is_active")
    list_filter = ("owner", "is_active")
    ordering = ("position", "id")
    fields = (
        ("key", "position", "is_active"), ("owner", "due_business_day"), ("title_en", "title_fr"),
        ("description_en", "description_fr"),
    )  # fmt: skip

    def write(self, request: Any, row: Any, fields: list[str]) -> None:
        services.edit_template(actor=request.user, activity=row)
