"""Ladders, to edit; escalations, to look at. The ladder also shows on its contract's page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import StackedInline, TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import action
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.models import User
from common.administration import Looking, LookingAdmin, ServiceAdmin, TenantForm, TenantFormSet, confirmed
from contracts import tabs
from contracts.models import Contract

from .models import Escalation, EscalationStep, Ladder, LadderLevel
from .services import ladders


@tabs.register("ladder", gettext_lazy("Ladder"), position=30, template="admin/contracts/contract/ladder.html")
def ladder_tab(request: Any, contract: Contract) -> dict[str, Any]:
    """On the contract's page: the levels with their people, and the way to edit them."""
    ladder = Ladder.objects.filter(organization_id=contract.organization_id, contract=contract).first()
    levels = ladder.levels.prefetch_related("people").order_by("position") if ladder else ()
    return {"ladder": ladder, "levels": levels}


class LevelForm(TenantForm):
    """A level and the people named on it."""

    named = forms.ModelMultipleChoiceField(
        label=gettext_lazy("People"),
        required=False,
        queryset=User.objects.none(),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = LadderLevel
        fields = ("position", "title", "acknowledge_minutes", "includes_assignee")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["named"]
        field.queryset = User.objects.exclude(staff_role="").filter(is_active=True).order_by("name", "id")
        if self.instance.pk:
            self.initial["named"] = list(self.instance.members.values_list("user_id", flat=True))

    def _save_m2m(self) -> None:
        """Nothing: the service writes who is named."""


class LevelInline(StackedInline):
    """The levels, from the first."""

    model = LadderLevel
    form = LevelForm
    formset = TenantFormSet
    fields = (("position", "title"), ("acknowledge_minutes", "includes_assignee"), "named")
    ordering = ("position",)
    extra = 0


class LadderForm(TenantForm):
    """A contract's ladder; it belongs to the contract's client."""

    def _post_clean(self) -> None:
        contract = self.cleaned_data.get("contract")
        if contract:
            self.instance.organization_id = contract.organization_id
        super()._post_clean()


@admin.register(Ladder)
class LadderAdmin(ServiceAdmin):
    """The ordered levels of a contract, agreed at onboarding."""

    form = LadderForm
    list_display = ("contract", "organization", "level_count")
    list_filter = ("contract__status",)
    list_select_related = ("contract", "organization")
    search_fields = ("contract__reference", "organization__name")
    search_help_text = gettext_lazy("The contract’s reference, or the client’s name.")
    autocomplete_fields = ("contract",)
    actions_detail = ("withdraw",)
    fields = ("contract",)
    inlines = (LevelInline,)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(number_of_levels=Count("levels"))

    @admin.display(description=gettext_lazy("levels"), ordering="number_of_levels")
    def level_count(self, ladder: Any) -> int:
        """How many."""
        number: int = ladder.number_of_levels
        return number

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("contract",) if obj else ()

    @action(description=gettext_lazy("Withdraw…"))
    def withdraw(self, request: Any, object_id: str) -> HttpResponse:
        """Asks first."""
        ladder = self.found(request, object_id)
        return confirmed(
            request, self, ladder, title=_("Withdraw the ladder of %(contract)s?") % {"contract": ladder.contract},
            says=(
                _("Its levels go, with the people named on them: it has to be written again."),
                _("Without a ladder only the service leads hear of a late answer. A contract that has gone live keeps its ladder."),
            ),
            button=_("Withdraw the ladder"), done=_("The ladder is withdrawn."),
            act=lambda: ladders.withdraw_ladder(actor=request.user, ladder=ladder, now=request.now),
            back=reverse("admin:escalation_ladder_changelist"),
        )  # fmt: skip

    def save_formset(self, request: Any, form: Any, formset: Any, change: bool) -> None:
        for level in formset.forms:
            level.instance.named = level.cleaned_data.get("named")
        super().save_formset(request, form, formset, change)

    def write(self, request: Any, row: Any, fields: list[str]) -> None:
        if isinstance(row, Ladder):
            ladders.save_ladder(actor=request.user, ladder=row, now=request.now)
            return
        ladders.save_level(actor=request.user, level=row, people=row.named, fields=fields, now=request.now)

    def erase(self, request: Any, row: Any) -> None:
        ladders.remove_level(actor=request.user, level=row, now=request.now)


class StepInline(Looking, TabularInline):
    """Levels reached."""

    model = EscalationStep
    fields = ("level", "cause", "is_empty", "reason", "at")
    ordering = ("id",)
    extra = 0


@admin.register(Escalation)
class EscalationAdmin(LookingAdmin):
    """Escalations, to look at."""

    list_display = ("ticket", "organization", "cause", "level", "opened_at", "acknowledged_at", "closed_at")
    list_filter = (
        "cause", "level", ("closed_at", admin.EmptyFieldListFilter), ("organization", AutocompleteSelectFilter),
    )  # fmt: skip
    list_filter_submit = True
    list_select_related = ("ticket__organization", "organization")
    search_fields = ("ticket__subject", "=ticket__number")
    search_help_text = gettext_lazy("Words of the ticket’s subject, or its number without its key.")
    date_hierarchy = "opened_at"
    ordering = ("-id",)
    inlines = (StepInline,)
