"""The log, to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.administration import LookingAdmin

from . import words
from .models import Event


class SubjectFilter(admin.SimpleListFilter):
    """What it happened to, in words."""

    title = _("subject")
    parameter_name = "subject_kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(words.SUBJECTS.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(subject_kind=self.value()) if self.value() else queryset


class VerbFilter(admin.SimpleListFilter):
    """What happened, in words."""

    title = _("what happened")
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(words.VERBS.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(verb=self.value()) if self.value() else queryset


@admin.register(Event)
class EventAdmin(LookingAdmin):
    """Who did what to what, when; newest first."""

    list_display = ("at", "what", "client", "subject", "who", "audience")
    list_filter = ("audience", SubjectFilter, VerbFilter, "at")
    search_fields = ("=subject_id",)
    search_help_text = _("The number of what it happened to.")
    ordering = ("-id",)
    fields = ("at", "what", "client", "subject", "who", "audience", "data")
    readonly_fields = ("what", "client", "subject", "who")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        shown = super().get_changelist_instance(request)
        name(list(shown.result_list))
        return shown

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Event | None:
        event: Event | None = super().get_object(request, object_id, from_field)
        if event is not None:
            name([event])
        return event

    @admin.display(description=_("what happened"))
    def what(self, event: Event) -> str:
        """The verb in words."""
        return words.verb(event.verb)

    @admin.display(description=_("client"))
    def client(self, event: Any) -> str:
        """Whose row it is."""
        return str(event.client_name)

    @admin.display(description=_("subject"))
    def subject(self, event: Any) -> str:
        """ticket NW-1042"""
        return f"{words.subject(event.subject_kind)} {event.subject_name}"

    @admin.display(description=_("by"))
    def who(self, event: Any) -> str:
        """A person, or the engine."""
        return str(event.actor_name)


def name(events: list[Any]) -> None:
    """Give each event the names of its numbers: a query a kind, however many rows."""
    clients = words.names("organization", (one.organization_id for one in events))
    people = words.names("person", (one.actor_id for one in events))
    subjects = {
        kind: words.names(kind, (one.subject_id for one in events if one.subject_kind == kind))
        for kind in {one.subject_kind for one in events}
    }
    for one in events:
        one.client_name = clients.get(one.organization_id, str(one.organization_id))
        one.actor_name = people.get(one.actor_id or 0, "Total Care" if one.actor_id is None else str(one.actor_id))
        one.subject_name = subjects[one.subject_kind].get(one.subject_id, str(one.subject_id))
