"""The outbox, to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from audit import words as audit_words
from common.administration import LookingAdmin

from . import words
from .models import Delivery


class TemplateFilter(admin.SimpleListFilter):
    """Which mail, in words."""

    title = _("mail")
    parameter_name = "template"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(words.TEMPLATE.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(template=self.value()) if self.value() else queryset


class StateFilter(admin.SimpleListFilter):
    """Sent, waiting, or given up."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("sent", _("sent")), ("waiting", _("waiting")), ("stuck", _("given up"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        states = {
            "sent": {"sent_at__isnull": False},
            "waiting": {"sent_at__isnull": True, "next_at__isnull": False},
            "stuck": {"sent_at__isnull": True, "next_at__isnull": True},
        }
        return queryset.filter(**states.get(self.value() or "", {}))


@admin.register(Delivery)
class DeliveryAdmin(LookingAdmin):
    """What was told to whom, and what is stuck. The context stays hidden: an invitation's link opens a door."""

    list_display = ("queued_at", "mail", "client", "address", "sent_at", "next_at", "attempts")
    list_filter = (StateFilter, TemplateFilter, "queued_at")
    search_fields = ("address",)
    search_help_text = _("The address.")
    ordering = ("-id",)
    fields = (
        ("mail", "client"), ("address", "language"), ("queued_at", "sent_at"), ("next_at", "attempts"), "time_zone", "error",
    )  # fmt: skip
    readonly_fields = ("mail", "client")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        shown = super().get_changelist_instance(request)
        name(list(shown.result_list))
        return shown

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Delivery | None:
        delivery: Delivery | None = super().get_object(request, object_id, from_field)
        name([delivery] if delivery else [])
        return delivery

    @admin.display(description=_("mail"))
    def mail(self, delivery: Delivery) -> str:
        """Which one, in words."""
        return words.template(delivery.template)

    @admin.display(description=_("client"))
    def client(self, delivery: Any) -> str:
        """Whose row it is."""
        text: str = delivery.client_name
        return text


def name(deliveries: list[Any]) -> None:
    """Give each the name of its client: one query, however many."""
    clients = audit_words.names("organization", (one.organization_id for one in deliveries))
    for one in deliveries:
        one.client_name = clients.get(one.organization_id, str(one.organization_id))
