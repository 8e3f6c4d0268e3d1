"""What a proposed amendment would move: counted by a worker, kept for a while, read by whoever may read the proposal."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import TenantModel
from common.long_work import LongWork, unfinished_index
from common.rls import TenantKey, tenant_constraints
from contracts.models import Proposal

from .ticket import Ticket


class ImpactPreview(LongWork, TenantModel):
    """The newest count for a proposal. What it was counted on is kept with it: other words, another day or agreement make it stale.
    Once the amendment is in effect the same row is the moving of open clocks, and its moves are what was done.

    `result`: moved, sooner, newly_late, paused (promised anew, due once they go on), open_requests, requesters, hours; or impossible.
    """

    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+", verbose_name=_("proposal")
    )  # fmt: skip
    text_hash = models.CharField(_("hash of the text"), max_length=64)
    basis_hash = models.CharField(_("hash of the agreement"), max_length=64)
    counted_on = models.DateField(_("as if signed on"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("asked by")
    )
    moving_since = models.DateTimeField(
        _("in effect at"), null=True, blank=True, help_text=_("Empty: a preview. Open clocks follow from then on.")
    )

    class Meta(TenantModel.Meta):
        verbose_name = _("preview of an amendment")
        verbose_name_plural = _("previews of amendments")
        constraints = [
            *tenant_constraints("tickets_impactpreview"),
            TenantKey(field="proposal", name="tickets_impactpreview_proposal_tenant"),
            models.UniqueConstraint(fields=["organization", "proposal"], name="tickets_impactpreview_once"),
        ]
        indexes = [unfinished_index("tickets_impactpreview_work")]  # common.long_work.take

    def __str__(self) -> str:
        return f"{self.proposal_id} · {self.state}"


class ImpactMove(TenantModel):
    """A first answer that would be due at another instant. Who may see the request is asked when it is shown."""

    preview = models.ForeignKey(
        ImpactPreview, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="moves",
        verbose_name=_("preview"),
    )  # fmt: skip
    ticket = models.ForeignKey(
        Ticket,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("ticket"),
    )
    before = models.DateTimeField(_("due now"))
    after = models.DateTimeField(_("due then"))
    shift_seconds = models.BigIntegerField(_("later by, seconds"), help_text=_("Negative: sooner."))

    class Meta(TenantModel.Meta):
        verbose_name = _("move of a preview")
        verbose_name_plural = _("moves of a preview")
        constraints = [
            *tenant_constraints("tickets_impactmove"),
            TenantKey(field="preview", name="tickets_impactmove_preview_tenant"),
            TenantKey(field="ticket", name="tickets_impactmove_ticket_tenant"),
        ]
        indexes = [  # the most tightened first: portal.impact.impact
            models.Index(fields=["organization", "preview", "shift_seconds", "id"], name="tickets_impactmove_worst"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} · {self.shift_seconds}"

    @property
    def upward(self) -> bool:
        """Whether it would be due sooner."""
        return self.shift_seconds < 0
