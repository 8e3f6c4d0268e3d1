"""The catalogue, to edit, to export and to import; tickets, to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from common.administration import LINES, Looking, LookingAdmin, ServiceAdmin
from common.exchange_pages import Exchanged

from .exchange import CategoryRows, RequestTypeRows
from .models import Blocking, Category, Contest, Message, RequestType, ScopeDecision, Ticket, TicketClock, WorkLog
from .priority import Priority
from .services.offering import edit_catalogue
from .words import PRIORITY


class CatalogueAdmin(Exchanged, ServiceAdmin):
    """What can be asked for."""

    def write(self, request: Any, row: Any, fields: list[str]) -> None:
        edit_catalogue(actor=request.user, entry=row)


@admin.register(Category)
class CategoryAdmin(CatalogueAdmin):
    """One of the five."""

    formfield_overrides = LINES
    table = CategoryRows
    list_display = ("name_en", "name_fr", "position", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name_en", "name_fr", "slug")
    ordering = ("position", "id")
    fields = (
        ("name_en", "name_fr"), ("description_en", "description_fr"), ("words_en", "words_fr"), ("slug", "icon"),
        ("position", "is_active"),
    )  # fmt: skip


@admin.register(RequestType)
class RequestTypeAdmin(CatalogueAdmin):
    """A kind of request. One that is no longer offered stays for the tickets that name it."""

    table = RequestTypeRows
    list_display = ("name_en", "name_fr", "category", "effort_minutes", "products", "position", "is_active")
    list_filter = ("category", "is_active")
    list_select_related = ("category",)
    search_fields = ("name_en", "name_fr", "slug", "products")
    ordering = ("category__position", "position", "id")
    fields = (
        ("category", "slug"), ("name_en", "name_fr"), ("description_en", "description_fr"),
        ("effort_minutes", "products"), ("position", "is_active"),
    )  # fmt: skip


class ClockInline(Looking, TabularInline):
    """Which clocks run."""

    model = TicketClock
    fields = ("objective", "due_at", "verdict", "excusal")
    readonly_fields = fields
    extra = 0

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("clock")

    @admin.display(description=_("due at"))
    def due_at(self, row: TicketClock) -> Any:
        """Of the clock."""
        return row.clock.due_at

    @admin.display(description=_("verdict"))
    def verdict(self, row: TicketClock) -> str:
        """Of the clock."""
        return row.clock.get_verdict_display()

    @admin.display(description=_("excusal"))
    def excusal(self, row: TicketClock) -> str:
        """Of the clock."""
        return row.clock.get_excusal_display() or "–"


class MessageInline(Looking, TabularInline):
    """The conversation."""

    model = Message
    fields = ("at", "author", "audience", "channel", "body")
    ordering = ("id",)
    extra = 0


class WorkLogInline(Looking, TabularInline):
    """Time worked."""

    model = WorkLog
    fields = ("worked_on", "author", "actual_minutes", "billable_minutes", "covered_minutes", "summary", "reversed_at")
    ordering = ("id",)
    extra = 0


class ScopeInline(Looking, TabularInline):
    """What was decided about its scope."""

    model = ScopeDecision
    fields = ("at", "scope", "exclusion", "matched", "decided_by", "taken_back_at")
    ordering = ("id",)
    extra = 0


class BlockingInline(Looking, TabularInline):
    """What of the client's it waits for, or waited for."""

    model = Blocking
    fields = ("responsibility", "blocked_by", "at", "ended_by", "ended_at")
    ordering = ("id",)
    extra = 0


class ContestInline(Looking, TabularInline):
    """What the client contested of its promises."""

    model = Contest
    fields = ("objective", "about", "opened_by", "opened_at", "outcome", "settled_by", "settled_at")
    ordering = ("id",)
    extra = 0


@admin.register(Ticket)
class TicketAdmin(LookingAdmin):
    """Tickets, to look at; they are worked on in the portal."""

    list_display = ("reference", "subject", "organization", "status", "priority", "assignee", "opened_at", "due_at")
    list_filter = (
        "status", "priority", "scope", "channel", "confidential", ("organization", AutocompleteSelectFilter),
        ("assignee", AutocompleteSelectFilter),
    )  # fmt: skip
    list_filter_submit = True
    list_select_related = ("organization", "assignee")
    search_fields = ("subject", "=number")
    search_help_text = _("Words of the subject, or a number without its key.")
    date_hierarchy = "opened_at"
    ordering = ("-id",)
    fields = (
        ("organization", "number"), "subject", ("status", "priority"), ("impact", "urgency"), ("contract", "request_type"),
        ("requester", "assignee"), ("channel", "confidential", "scope"), ("opened_at", "active_at"), ("due_at", "responded_at"),
        ("resolved_at", "closes_at"), ("closed_at", "follows"), "external_ref",
    )  # fmt: skip
    inlines = (ClockInline, ContestInline, MessageInline, WorkLogInline, ScopeInline, BlockingInline)

    @admin.display(description=_("reference"), ordering="number")
    def reference(self, ticket: Ticket) -> str:
        """NW-1042"""
        return ticket.reference


@admin.register(Contest)
class ContestAdmin(LookingAdmin):
    """What clients contest, to look at; it is settled on the promise's verdict page."""

    list_display = ("ticket", "organization", "objective", "about", "opened_by", "opened_at", "outcome", "settled_at")
    list_filter = (
        ("settled_at", admin.EmptyFieldListFilter), "outcome", "about", "objective", ("organization", AutocompleteSelectFilter),
    )  # fmt: skip
    list_filter_submit = True
    list_select_related = ("organization", "ticket__organization", "opened_by")
    date_hierarchy = "opened_at"
    ordering = ("-id",)
    fields = (
        ("organization", "ticket"), ("objective", "clock"), ("about", "happened_at"), "priority_before", "message",
        ("opened_by", "opened_at"), "outcome", "answer", ("settled_by", "settled_at"),
    )  # fmt: skip
    readonly_fields = ("priority_before",)

    @admin.display(description=_("priority before"))
    def priority_before(self, contest: Contest) -> str:
        """In words; of a corrected priority only."""
        return str(PRIORITY[Priority(contest.before)]) if contest.before else "–"
