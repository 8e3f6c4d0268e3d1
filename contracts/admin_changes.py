"""Changes and amendments, to look at: asked for, proposed, signed. They are worked on in the portal; here they end, with a reason."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter
from unfold.decorators import action

from accounts import permissions
from common.administration import Looking, LookingAdmin, confirmed, link_to

from . import amendment, services, signing
from .admin_tabs import happened
from .models import Approval, ChangeRequest, Proposal


class ChangesAdmin(LookingAdmin):
    """A page whose one act asks first, and is a service's call; `act` is offered while `may_act`."""

    list_filter_submit = True
    change_form_after_template = ""

    def may_act(self, row: Any) -> bool:
        """Whether the act makes sense now; its service has the last word."""
        raise NotImplementedError

    def found(self, request: HttpRequest, object_id: str) -> Any:
        """The row that an address names; Http404 or PermissionDenied for who may not act on it."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        permissions.check(request.user, "change.draft", row.organization_id)  # type: ignore[arg-type]
        return row

    def shown(self, request: Any, row: Any) -> dict[str, Any]:
        """What the page shows under its fields."""
        raise NotImplementedError

    def render_change_form(self, request: Any, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        row = context["original"]
        context |= self.shown(request, row)
        if not self.may_act(row):
            context["actions_detail"] = []
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=gettext_lazy("in the portal"))
    def page(self, row: Any) -> str:
        """The change's own page, with the redline: a floor above, known by its path alone."""
        change = row.change_id if isinstance(row, Proposal) else row.pk
        return format_html('<a class="tc-link" href="/changes/{}/">{}</a>', change, _("Text, redline and impact"))


class ApprovalInline(Looking, TabularInline):
    """Who signed, under which hash; and what voided it."""

    model = Approval
    fields = ("side", "user", "typed_name", "role_then", "at", "ip_address", "version", "form", "text_hash", "standing")
    readonly_fields = ("role_then", "standing")
    ordering = ("id",)
    extra = 0

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user", "voided")

    @admin.display(description=gettext_lazy("role at the time"))
    def role_then(self, approval: Approval) -> str:
        """In words."""
        return approval.role_in_words

    @admin.display(description=gettext_lazy("stands"))
    def standing(self, approval: Approval) -> str:
        """Yes, or what ended it."""
        voided = getattr(approval, "voided", None)
        return str(voided.get_cause_display()) if voided else _("yes")


@admin.register(Proposal)
class ProposalAdmin(ChangesAdmin):
    """One text on its way to signature: what it says, who signed it, what happened."""

    list_display = (
        "document", "organization", "contract", "status", "proposed_at", "expires_on", "signed_at", "in_effect_at",
    )  # fmt: skip
    list_filter = (
        "status", ("organization", AutocompleteSelectFilter), "proposed_at",
        ("expires_on", RangeDateFilter), "signed_at",
    )  # fmt: skip
    list_select_related = ("organization", "document__contract", "document__amends")
    search_fields = ("document__title", "document__contract__reference", "organization__name", "change__what")
    search_help_text = gettext_lazy("Title, contract, client, or what was asked for.")
    ordering = ("-id",)
    fields = (
        ("change_page", "page"), ("organization", "contract"), ("document_page", "amends"), ("status", "version"),
        ("not_before", "expires_on"), ("drafted_by", "drafted_at"), ("proposed_at", "signed_at"), "in_effect_at",
        ("closed_by", "closed_at"), "reason",
    )  # fmt: skip
    readonly_fields = ("change_page", "page", "contract", "document_page", "amends")
    inlines = (ApprovalInline,)
    actions_detail = ("withdraw",)
    change_form_after_template = "admin/contracts/proposal/parts.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.select_related("change", "document__contract__organization", "document__amends", "organization")

    @admin.display(description=gettext_lazy("contract"), ordering="document__contract__reference")
    def contract(self, proposal: Proposal) -> str:
        """Its reference."""
        return proposal.document.contract.reference

    @admin.display(description=gettext_lazy("change"))
    def change_page(self, proposal: Proposal) -> str:
        """What was asked for."""
        return link_to(proposal.change, proposal.change.what)

    @admin.display(description=gettext_lazy("document"))
    def document_page(self, proposal: Proposal) -> str:
        """Its clauses and terms, which are edited there."""
        return link_to(proposal.document, str(proposal.document))

    @admin.display(description=gettext_lazy("amends"))
    def amends(self, proposal: Proposal) -> str:
        """What it amends."""
        return str(proposal.document.amends)

    def may_act(self, row: Proposal) -> bool:
        return row.status in amendment.OPEN

    def shown(self, request: Any, row: Proposal) -> dict[str, Any]:
        clauses, files = signing.clauses_of(row.document), signing.files_of(row.document)
        text = signing.text_of(row, clauses, files)
        return {
            "clauses": clauses, "files": files, "text_hash": amendment.digest(text), "text_form": amendment.form_of(text),
            "data": happened(request.user, row.document.contract, data__proposal_id=row.pk),
        }  # fmt: skip

    @action(description=gettext_lazy("Withdraw…"), url_path="withdraw")
    def withdraw(self, request: Any, object_id: str) -> HttpResponse:
        """Asks first, and why."""
        proposal = self.found(request, object_id)
        return confirmed(
            request, self, proposal, title=_("Withdraw the amendment “%(title)s”?") % {"title": proposal.document},
            says=(
                _("This text will not be signed any more, and signatures given are void."),
                _("Both sides are told, with your reason. Another text can be drafted for the same change."),
            ),
            button=_("Withdraw"), done=_("The amendment is withdrawn, and those whom it concerns are told."),
            asks=_("Why? Both sides read it."),
            act=lambda reason: services.withdraw(
                actor=request.user, proposal=proposal, reason=reason, now=request.now
            ),
        )  # fmt: skip


class ProposalInline(Looking, TabularInline):
    """What came of a request, newest first."""

    model = Proposal
    fields = ("title", "status", "version", "expires_on", "signed_at", "reason")
    readonly_fields = ("title",)
    ordering = ("-id",)
    extra = 0

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("document")

    @admin.display(description=gettext_lazy("amendment"))
    def title(self, proposal: Proposal) -> str:
        """Its page."""
        return link_to(proposal, str(proposal.document))


@admin.register(ChangeRequest)
class ChangeRequestAdmin(ChangesAdmin):
    """What somebody wants changed, why, and what came of it."""

    list_display = ("what", "organization", "contract", "status", "asked_by", "asked_at")
    list_filter = ("status", ("organization", AutocompleteSelectFilter), "asked_at")
    list_select_related = ("organization", "contract", "asked_by")
    search_fields = ("what", "contract__reference", "organization__name", "ticket_reference", "asked_by__name")
    search_help_text = gettext_lazy("What was asked for, contract, client, request, or who asked.")
    date_hierarchy = "asked_at"
    ordering = ("-id",)
    fields = (
        ("what", "page"), ("organization", "contract"), ("status", "ticket_reference"), ("asked_by", "asked_at"), "why",
        *ChangeRequest.EFFECTS, "declined_reason",
    )  # fmt: skip
    readonly_fields = ("page",)
    inlines = (ProposalInline,)
    actions_detail = ("decline",)
    change_form_after_template = "admin/contracts/proposal/parts.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("contract__organization", "organization", "asked_by")

    def may_act(self, row: ChangeRequest) -> bool:
        return row.status != ChangeRequest.Status.DECLINED and services.alive(row) is None

    def shown(self, request: Any, row: ChangeRequest) -> dict[str, Any]:
        return {"data": happened(request.user, row.contract, data__change_id=row.pk)}

    @action(description=gettext_lazy("Decline…"), url_path="decline")
    def decline(self, request: Any, object_id: str) -> HttpResponse:
        """Asks first, and why."""
        change = self.found(request, object_id)
        return confirmed(
            request, self, change, title=_("Decline the change “%(what)s”?") % {"what": change},
            says=(_("Nothing changes. Whoever asked is told, with your reason."),),
            button=_("Decline"), done=_("The change is declined, and whoever asked is told."),
            asks=_("Why? Whoever asked reads it."),
            act=lambda reason: services.decline(actor=request.user, change=change, reason=reason, now=request.now),
        )  # fmt: skip
