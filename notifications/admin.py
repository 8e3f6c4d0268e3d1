"""The outbox, to look at."""

from django.contrib import admin

from common.administration import LookingAdmin

from .models import Delivery


@admin.register(Delivery)
class DeliveryAdmin(LookingAdmin):
    """What was told to whom, and what is stuck. The context stays hidden: an invitation's link opens a door."""

    list_display = ("queued_at", "template", "address", "sent_at", "next_at", "attempts")
    list_filter = ("template", ("sent_at", admin.EmptyFieldListFilter))
    search_fields = ("address",)
    exclude = ("context",)
    ordering = ("-id",)
