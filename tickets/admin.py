"""The catalogue, to edit; tickets, to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from unfold.admin import TabularInline

from common.administration import LINES, Looking, LookingAdmin, ServiceAdmin

from .models import Blocking, Category, Message, RequestType, ScopeDecision, Ticket, TicketClock, WorkLog
from .services.offering import edit_catalogue


class CatalogueAdmin(ServiceAdmin):
    """What can be asked for."""

    def write(self, request: Any, row: Any, fields: list[str]) -> None:
        edit_catalogue(actor=request.user, entry=row)


@admin.register(Category)
class CategoryAdmin(CatalogueAdmin):
    """One of the five."""

    formfield_overrides = LINES

    list_display = ("name_en", "name_fr", "position", "is_active")
    ordering = ("position", "id")


@admin.register(RequestType)
class RequestTypeAdmin(CatalogueAdmin):
    """A kind of request. One that is no longer offered stays for the tickets that name it."""

    list_display = ("name_en", "name_fr", "category", "effort_minutes", "products", "position", "is_active")
    list_filter = ("category", "is_active")
    list_select_related = ("category",)
    search_fields = ("name_en", "name_fr", "slug")
    ordering = ("category__position", "position", "id")


class ClockInline(Looking, TabularInline):
    """Which clocks run."""

    model = TicketClock
    fields = ("objective", "clock")
    extra = 0


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


@admin.register(Ticket)
class TicketAdmin(LookingAdmin):
    """Tickets, to look at; they are worked on in the portal."""

    list_display = ("reference", "subject", "organization", "status", "priority", "assignee", "opened_at")
    list_filter = ("status", "priority", "scope", "organization")
    list_select_related = ("organization", "assignee")
    search_fields = ("subject", "=number")
    ordering = ("-id",)
    inlines = (ClockInline, MessageInline, WorkLogInline, ScopeInline, BlockingInline)
