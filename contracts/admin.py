"""Contracts with their documents, clauses, terms and hours. Changes go through the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from common.administration import (
    Looking,
    LookingAdmin,
    TenantForm,
    confirmed,
)

from . import (  # noqa: F401 - they register themselves
    admin_changes,
    admin_library,
    admin_scope,
    admin_tabs,
    admin_template,
    selectors,
    services,
    tabs,
    terms,
    words,
)
from .admin_documents import ContractPart, DocumentInline
from .models import Contract, HoursAccount, HoursEntry, StandardEdition
from .models.contract import guide_last
from .precedence import OrderError, order_of


class OrderField(forms.CharField):
    """An order of precedence as lines of text: a line is a rank, the highest first, its kinds separated by commas."""

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else "\n".join(", ".join(rank) for rank in value or ())

    def to_python(self, value: Any) -> list[list[str]]:  # type: ignore[override]
        ranks = [[kind.strip() for kind in line.split(",") if kind.strip()] for line in str(value or "").splitlines()]
        try:
            return [list(rank) for rank in order_of(ranks)]
        except OrderError as error:
            raise forms.ValidationError(
                _("Each kind of document stands in the order exactly once. Look at: %(kinds)s.")
                % {"kinds": ", ".join(error.kinds)}
            ) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != initial)
        except forms.ValidationError:
            return True


class ContractForm(TenantForm):
    """A contract's own fields, and a grant of Reserved Hours to post with them."""

    precedence = OrderField(
        label=gettext_lazy("Order of precedence"), initial=guide_last, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=format_lazy(
            "{} ms_terms, general_terms, msa, order / policy, guide. {} ms_terms, msa / general_terms / order / policy, guide.",
            gettext_lazy("A line is a rank, the highest first. The guide of 2025:"), gettext_lazy("Later editions:"),
        ),
    )  # fmt: skip
    grant_minutes = forms.IntegerField(
        label=gettext_lazy("Grant, minutes"), required=False, min_value=1, widget=UnfoldAdminIntegerFieldWidget,
        help_text=gettext_lazy("Posts a line to the ledger when you save. 600 is ten hours."),
    )  # fmt: skip
    grant_memo = forms.CharField(
        label=gettext_lazy("Memo"), required=False, max_length=200, widget=UnfoldAdminTextInputWidget
    )
    incorporate_edition = forms.ModelChoiceField(
        StandardEdition.objects.filter(status=StandardEdition.Status.PUBLISHED).select_related("document"),
        label=gettext_lazy("Edition"), required=False, widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("Its clauses and terms become part of this contract, for ever, when you save."),
    )  # fmt: skip
    incorporate_on = forms.DateField(label=gettext_lazy("Effective on"), required=False, widget=UnfoldAdminDateWidget)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("calendar", "critical_calendar"):
            if name in self.fields:  # a retired calendar is for those that have it
                offered = Q(retired_at__isnull=True) | Q(pk=getattr(self.instance, f"{name}_id"))
                field: Any = self.fields[name]
                field.queryset = field.queryset.filter(offered)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("incorporate_edition") and not cleaned.get("incorporate_on"):
            self.add_error("incorporate_on", _("Say from which day the edition binds."))
        return cleaned


# Which buttons a contract in each state offers; a forged one is refused by its service.
MOVES = {
    Contract.Status.DRAFT: {"begin_onboarding", "go_live"},
    Contract.Status.ONBOARDING: {"go_live", "end"},
    Contract.Status.ACTIVE: {"suspend", "end"},
    Contract.Status.SUSPENDED: {"go_live", "end"},
    Contract.Status.ENDED: set(),
}


@admin.register(Contract)
class ContractAdmin(ContractPart):
    """What one client was promised: its documents and terms, hours, ladder, people, calendars and events."""

    form = ContractForm
    list_display = ("reference", "organization", "plan", "tier", "status", "starts_on", "ends_on", "renews_on")
    list_filter = ("status", "plan", "tier", "calendar", ("organization", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("organization",)
    search_fields = ("reference", "organization__name", "organization__key")
    search_help_text = gettext_lazy("Reference, or the client’s name or key.")
    date_hierarchy = "starts_on"
    ordering = ("organization__name", "reference")
    autocomplete_fields = ("organization",)
    actions_submit_line = ("begin_onboarding", "go_live", "suspend")
    actions_detail = ("end",)
    warn_unsaved_form = True

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("organization", "status", "ended_reason") if obj else ("status",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        own = (
            ("organization", "reference"), ("plan", "tier"), ("status", "renews_on"), ("starts_on", "ends_on"),
            ("calendar", "critical_calendar"), "precedence",
            *(("ended_reason",) if obj and obj.ended_reason else ()),
        )  # fmt: skip
        grant = (_("Grant Reserved Hours"), {"fields": (("grant_minutes", "grant_memo"),)})
        standard = (
            _("Incorporate a standard document"), {"fields": (("incorporate_edition", "incorporate_on"),)}
        )  # fmt: skip
        return ((None, {"fields": own}), *((standard, grant) if obj else ()))

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return [DocumentInline]

    def render_change_form(self, request: Any, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        contract = context.get("original")
        if contract is not None:
            context["tabs"] = tabs.shown(request, contract)
            moves = {f"contracts_contract_{name}" for name in MOVES[contract.status]}
            context["actions_submit_line"] = [one for one in context["actions_submit_line"] if one.action_name in moves]
            if "end" not in MOVES[contract.status]:
                context["actions_detail"] = []
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        own = [name for name in form.changed_data if not name.startswith(("grant_", "incorporate_"))]
        if own or not change:
            self.write(request, obj, own)
        if minutes := form.cleaned_data.get("grant_minutes"):
            services.grant(
                actor=request.user, contract=obj, minutes=minutes, worked_on=request.now.date(),
                memo=form.cleaned_data["grant_memo"], now=request.now,
            )  # fmt: skip
            messages.success(request, _("%(minutes)s minutes are granted.") % {"minutes": minutes})
        if edition := form.cleaned_data.get("incorporate_edition"):
            services.incorporate(
                actor=request.user, contract=obj, edition=edition, effective_on=form.cleaned_data["incorporate_on"],
                now=request.now,
            )  # fmt: skip
            messages.success(request, _("“%(title)s” is part of this contract now.") % {"title": edition})

    @action(description=gettext_lazy("Save and begin onboarding"))
    def begin_onboarding(self, request: Any, obj: Contract) -> None:
        """Make the plan from the template, with its due dates; both sides are told."""
        services.begin_onboarding(actor=request.user, contract=obj, now=request.now)
        messages.success(request, _("The onboarding has begun: both sides have its plan, and are told."))

    @action(description=gettext_lazy("Save and go live"))
    def go_live(self, request: Any, obj: Contract) -> None:
        """Activate, or resume; refused with what is missing."""
        services.activate(actor=request.user, contract=obj, now=request.now)

    @action(description=gettext_lazy("Save and suspend"))
    def suspend(self, request: Any, obj: Contract) -> None:
        """No ticket is opened, no clock starts."""
        services.suspend(actor=request.user, contract=obj, now=request.now)

    @action(description=gettext_lazy("End the contract…"))
    def end(self, request: Any, object_id: str) -> HttpResponse:
        """Asks first: an ended contract never comes back."""
        contract = self.found(request, object_id)
        if contract.status == Contract.Status.ONBOARDING:
            return self._fall_through(request, contract)
        return confirmed(
            request, self, contract,
            title=_("End the contract %(reference)s of %(client)s?")
            % {"reference": contract.reference, "client": contract.organization},
            says=(
                _("Today is its last day: no request can be opened under it any more, and no clock starts."),
                _("Its requests can still be read. Time worked until today can still be logged."),
                _("Its hours, documents and events stay, and the client keeps its exports."),
                _("An ended contract never goes live again: a new one follows it."),
            ),
            button=_("End the contract"), done=_("The contract has ended."),
            act=lambda: services.end(actor=request.user, contract=contract, now=request.now),
        )  # fmt: skip

    def _fall_through(self, request: Any, contract: Contract) -> HttpResponse:
        """The onboarding comes to nothing: why is asked, and told to both sides."""
        return confirmed(
            request, self, contract,
            title=_("End the contract %(reference)s of %(client)s before it goes live?")
            % {"reference": contract.reference, "client": contract.organization},
            says=(
                _("Its onboarding can still be read, and is worked on no more: nobody is waited for any longer."),
                _("Both sides are told, with your reason."),
                _("An ended contract never goes live again: a new one follows it."),
            ),
            button=_("End the contract"), done=_("The contract has ended."), asks=_("Why? Both sides read it."),
            act=lambda reason: services.end(actor=request.user, contract=contract, reason=reason, now=request.now),
        )  # fmt: skip


class EntryInline(Looking, TabularInline):
    """The ledger; newest first."""

    model = HoursEntry
    fields = ("posted_at", "kind", "minutes", "worked_on", "memo", "cause")
    readonly_fields = ("cause",)
    ordering = ("-id",)
    per_page = 100
    extra = 0

    @admin.display(description=gettext_lazy("cause"))
    def cause(self, entry: HoursEntry) -> str:
        """Why it was posted."""
        return words.cause(entry.cause_kind)


@admin.register(HoursAccount)
class HoursAccountAdmin(LookingAdmin):
    """A contract's Reserved Hours, to look at; they are granted on the contract's page."""

    list_display = ("contract", "organization", "granted_minutes", "consumed_minutes", "usage_minutes", "balance")
    list_filter = ("contract__status", "contract__plan")
    list_select_related = ("contract", "organization")
    search_fields = ("contract__reference", "organization__name")
    search_help_text = gettext_lazy("The contract’s reference, or the client’s name.")
    ordering = ("contract__reference",)
    inlines = (EntryInline,)

    @admin.display(description=gettext_lazy("balance, minutes"))
    def balance(self, account: HoursAccount) -> int:
        """What is left."""
        return account.balance_minutes
