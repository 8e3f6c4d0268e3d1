"""The log, to look at."""

from django.contrib import admin

from common.administration import LookingAdmin

from .models import Event


@admin.register(Event)
class EventAdmin(LookingAdmin):
    """Who did what to what, when; newest first."""

    list_display = ("at", "verb", "subject_kind", "subject_id", "organization_id", "actor_id", "audience")
    list_filter = ("audience", "subject_kind")
    search_fields = ("verb", "=subject_id")
    ordering = ("-id",)
