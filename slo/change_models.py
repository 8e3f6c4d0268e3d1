"""A change of a calendar on its way: drafted, previewed, published, and open clocks moved; and what else was done to it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.long_work import LongWork, unfinished_index

from .words import CALENDAR_EVENT


class CalendarChange(LongWork):
    """The next edition of a calendar. Global, and without a word of any client's: its figures name clients by id only, and the
    role that clients' requests run as may not even read it.

    The long work is the preview while it is a draft, and the moving of open clocks once it is published. `result` of either:
    moved, sooner, later, newly_late, clients {id: [moved, sooner]}, worst [[clock, client, before, after]].
    """

    class Status(models.TextChoices):
        """Drafted, and then one of the others for good."""

        DRAFTED = "drafted", _("being written")
        PUBLISHED = "published", _("published")
        DISCARDED = "discarded", _("discarded")

    calendar = models.ForeignKey(
        "slo.BusinessCalendar", on_delete=models.PROTECT, related_name="changes", verbose_name=_("calendar")
    )
    zone = models.CharField(_("time zone"), max_length=60)
    weekly = models.JSONField(_("weekly hours"))
    holidays = models.JSONField(_("holidays"), default=dict)
    effective_at = models.DateTimeField(_("effective at"), null=True, help_text=_("Empty: when it is published."))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFTED)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("drafted by")
    )
    drafted_at = models.DateTimeField(_("drafted at"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("ended by")
    )
    closed_at = models.DateTimeField(_("ended at"), null=True)
    edition = models.OneToOneField(
        "slo.CalendarEdition", on_delete=models.PROTECT, null=True, related_name="change", verbose_name=_("edition")
    )
    foreseen = models.JSONField(_("what the preview said"), default=dict)

    class Meta:
        verbose_name = _("change of a calendar")
        verbose_name_plural = _("changes of calendars")
        constraints = [
            models.UniqueConstraint(
                fields=["calendar"], condition=Q(status="drafted"), name="slo_calendarchange_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(status="published", edition__isnull=False) | ~Q(status="published") & Q(edition=None),
                name="slo_calendarchange_edition",
            ),
        ]
        indexes = [unfinished_index("slo_calendarchange_work")]  # common.long_work.take

    def __str__(self) -> str:
        return f"{self.calendar} · {self.get_status_display()}"

    @property
    def says(self) -> dict[str, Any]:
        """What the edition would say, as the rule wants it."""
        return {"zone": self.zone, "weekly": self.weekly, "holidays": self.holidays}

    @property
    def text_hash(self) -> str:
        """Of what is previewed: who publishes says which words were read."""
        effective = self.effective_at.isoformat() if self.effective_at else ""
        return hashlib.sha256(json.dumps([self.says, effective], sort_keys=True).encode()).hexdigest()


class CalendarEvent(models.Model):
    """What was done to a calendar besides its editions, for ever. Calendars are no client's, so `audit.Event` can't hold it.

    data: of an address the host alone, for the rest of it may be a secret.
    """

    calendar = models.ForeignKey(
        "slo.BusinessCalendar", on_delete=models.PROTECT, related_name="events", verbose_name=_("calendar")
    )
    verb = models.CharField(_("event"), max_length=20, choices=CALENDAR_EVENT)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    data = models.JSONField(_("data"), default=dict)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("event of a calendar")
        verbose_name_plural = _("events of calendars")

    def __str__(self) -> str:
        return f"{self.calendar} · {self.get_verb_display()}"
