"""A client's objection to how a promise was counted, and what became of it. The words are messages of the ticket."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import TenantModel
from common.rls import TenantKey, TenantQuerySet, tenant_constraints
from slo.attainment import Outcome
from slo.models import Clock
from slo.words import OBJECTIVE
from tickets.words import ABOUT, OUTCOME

from .conversation import Message
from .ticket import Ticket


class ContestQuerySet(TenantQuerySet["Contest"]):
    """Questions about contests."""

    def open(self) -> ContestQuerySet:
        """Those that nobody has settled."""
        return self.filter(outcome=Outcome.OPEN)

    def told_apart(self) -> ContestQuerySet:
        """Those that attainment counts apart: open, or conceded."""
        return self.filter(outcome__in=[Outcome.OPEN, Outcome.CONCEDED])


class Contest(TenantModel):
    """One objection, to one thing that happened at one instant, once; written again when it is settled or withdrawn, and never after
    (a trigger holds this)."""

    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="contests",
        verbose_name=_("ticket"),
    )  # fmt: skip
    objective = models.CharField(_("objective"), max_length=30, choices=OBJECTIVE)
    clock = models.ForeignKey(
        Clock, on_delete=models.PROTECT, null=True, blank=True, db_constraint=False, db_index=False, related_name="+",
        verbose_name=_("clock"), help_text=_("Empty: what is contested is that none runs."),
    )  # fmt: skip
    about = models.CharField(
        _("what is contested"), max_length=20, choices=[(one.value, word) for one, word in ABOUT.items()]
    )
    happened_at = models.DateTimeField(_("when that happened"))
    before = models.CharField(_("priority before"), max_length=10, blank=True, help_text=_("Of a corrected priority."))
    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, db_constraint=False, related_name="+", verbose_name=_("words")
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("contested by")
    )
    opened_at = models.DateTimeField(_("contested at"))
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=[(one.value, word) for one, word in OUTCOME.items()], blank=True,
        default=Outcome.OPEN,
    )  # fmt: skip
    answer = models.ForeignKey(
        Message, on_delete=models.PROTECT, null=True, blank=True, db_constraint=False, related_name="+",
        verbose_name=_("answer"),
    )  # fmt: skip
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("settled by"),
    )  # fmt: skip
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    objects = ContestQuerySet.as_manager()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        verbose_name = _("contest")
        verbose_name_plural = _("contests")
        constraints = [
            *tenant_constraints("tickets_contest"),
            TenantKey(field="ticket", name="tickets_contest_ticket_tenant"),
            TenantKey(field="clock", name="tickets_contest_clock_tenant"),
            TenantKey(field="message", name="tickets_contest_message_tenant"),
            TenantKey(field="answer", name="tickets_contest_answer_tenant"),
            models.UniqueConstraint(
                fields=["organization", "ticket", "objective", "about", "happened_at"], name="tickets_contest_once"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="", answer=None, settled_by=None, settled_at=None)
                | models.Q(
                    outcome__in=["upheld", "corrected", "conceded", "withdrawn"], answer__isnull=False, settled_by__isnull=False,
                    settled_at__isnull=False,
                ),
                name="tickets_contest_settled",
            ),
            models.CheckConstraint(
                condition=models.Q(about="coverage", clock=None) | ~models.Q(about="coverage"),
                name="tickets_contest_coverage",
            ),
        ]  # fmt: skip
        indexes = [
            # those that wait for an answer, over all clients: portal.selectors.unsettled
            models.Index(fields=["opened_at", "id"], condition=models.Q(outcome=""), name="tickets_contest_open"),
            # what attainment counts apart: portal.selectors.scores, an Index Scan of a few rows of a client
            models.Index(
                fields=["organization", "-id"], condition=models.Q(outcome__in=["", "conceded"]), name="tickets_contest_apart"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.ticket_id} · {self.objective} · {self.about}"
