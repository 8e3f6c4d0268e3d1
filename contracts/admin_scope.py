"""Exclusions, to edit; registers of responsibilities, to look at. Registered with the rest of `contracts.admin`."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from common.administration import LINES, LookingAdmin, ServiceAdmin
from common.exchange_pages import Exchanged

from . import services
from .exchange import ExclusionRows
from .models import Exclusion, Responsibility


@admin.register(Exclusion)
class ExclusionAdmin(Exchanged, ServiceAdmin):
    """What Reserved Hours don't pay for, with the words that give a request away. Retired ones stay for their decisions."""

    table = ExclusionRows
    list_display = ("name_en", "name_fr", "position", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name_en", "name_fr", "slug", "words_en", "words_fr", "products")
    ordering = ("position", "id")
    fields = (
        ("name_en", "name_fr"), ("explanation_en", "explanation_fr"), ("words_en", "words_fr"), "products",
        ("slug", "position", "is_active"),
    )  # fmt: skip
    formfield_overrides = LINES

    def write(self, request: Any, row: Any, fields: list[str]) -> None:
        services.edit_exclusion(actor=request.user, exclusion=row)


@admin.register(Responsibility)
class ResponsibilityAdmin(LookingAdmin):
    """The registers, to look at; they are written in the portal."""

    list_display = ("title", "organization", "head", "state", "whose", "due_on")
    list_filter = ("state", "head", "organization")
    list_select_related = ("organization", "owner")
    search_fields = ("title",)
    ordering = ("organization__name", "head", "due_on", "id")
