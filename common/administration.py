"""How our admin pages behave: looking for most things; what may change goes through a service, with its refusals in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.postgres.fields import ArrayField
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminTextareaWidget

from .errors import Refused
from .fields import Lines

# For `formfield_overrides`: an array is edited as lines of text.
LINES: dict[Any, dict[str, Any]] = {
    ArrayField: {"form_class": Lines, "widget": UnfoldAdminTextareaWidget(attrs={"rows": 10})}
}


class Looking:
    """Nothing is added, changed or deleted here; for pages and inlines alike."""

    hide_title = True

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, *args: Any, **kwargs: Any) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, *args: Any, **kwargs: Any) -> bool:
        return False


class OfADraft:
    """Rows of an inline that are edited while what they belong to is a draft: `is_open` tells of the page's own row."""

    is_open: Callable[[Any], bool]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None or self.is_open(obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None or self.is_open(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None or self.is_open(obj)


class LookingAdmin(Looking, ModelAdmin):
    """Pages to look at."""

    actions = ()
    show_full_result_count = False


class ServiceAdmin(ModelAdmin):
    """Pages whose changes are services' calls: `write` and `erase` replace Django's save and delete."""

    actions = ()
    show_full_result_count = False

    def write(self, request: HttpRequest, row: Any, fields: list[str]) -> None:
        """Save one row, new or changed, by its service. `fields` names what was changed."""
        raise NotImplementedError

    def erase(self, request: HttpRequest, row: Any) -> None:
        """Take one row away by its service."""
        raise NotImplementedError

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def found(self, request: HttpRequest, object_id: str) -> Any:
        """The row that an address names, for somebody who may change it; Http404 otherwise."""
        row = self.get_object(request, object_id)
        if row is None or not self.has_change_permission(request, row):
            raise Http404
        return row

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        if not change or form.changed_data:
            self.write(request, obj, form.changed_data)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        for row in formset.deleted_objects:
            self.erase(request, row)
        for row, fields in formset.changed_objects:
            self.write(request, row, fields)
        for row in formset.new_objects:
            self.write(request, row, [])
        for inner in formset.forms:
            if inner not in formset.deleted_forms and inner.instance.pk:
                for nested in getattr(inner, "nested_formsets", ()):
                    self.save_formset(request, inner, nested.formset, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        for formset in formsets:
            self.save_formset(request, form, formset, change=change)
        for button in self.get_actions_submit_line(request, form.instance.pk):
            if button.action_name in request.POST:  # after its parts: going live or publishing looks at all of them
                button.method(request, form.instance)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self.erase(request, obj)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return answered(request, super().changeform_view, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return answered(request, super().delete_view, *args, **kwargs)


class DraftAdmin(ServiceAdmin):
    """A page that is edited while its row belongs to a draft; what is published is looked at only."""

    is_open: Callable[[Any], bool]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if obj is not None and not self.is_open(obj):
            return False
        return bool(super().has_change_permission(request, obj))


def confirmed(
    request: HttpRequest, page: ModelAdmin, row: Model, *, title: str, says: Iterable[str], button: str, done: str,
    act: Callable[..., Any], back: str = "", asks: str = "",
) -> HttpResponse:  # fmt: skip
    """What can't be undone: GET says in sentences what it will do, POST does it by its service, or says why not.

    `back` is where one goes afterwards; the row's own page unless it is given. `asks` labels a reason that `act` is called with;
    refused, the page comes back with what was typed.
    """
    own = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    reason, wrong = request.POST.get("reason", ""), ""
    if request.method == "POST":
        try:
            act(*([reason] if asks else []))
        except Refused as refusal:
            wrong = str(refusal)
        else:
            messages.success(request, done)
            return HttpResponseRedirect(back or own)
    if wrong and not asks:
        messages.error(request, wrong)
        return HttpResponseRedirect(own)
    context = {
        **page.admin_site.each_context(request), "opts": page.model._meta, "original": row, "title": title, "says": says,
        "button": button, "own": own, "asks": asks, "reason": reason, "wrong": wrong,
    }  # fmt: skip
    return TemplateResponse(request, "admin/confirm.html", context, status=422 if wrong else 200)


def link_to(row: Model | None, words: str) -> str:
    """A link to a row's own admin page, for a column of an inline; nothing for a row that isn't saved yet."""
    if row is None or row.pk is None:
        return ""
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}" class="font-medium text-primary-600 dark:text-primary-500">{}</a>', url, words)


def answered(request: HttpRequest, view: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """The view's answer; a service's refusal, whose transaction is rolled back already, as a message on the page."""
    try:
        response: HttpResponse = view(request, *args, **kwargs)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(request.get_full_path())
    return response


class TenantForm(forms.ModelForm):  # type: ignore[type-arg]
    """The organization is not on the form and is validated all the same: uniqueness within a client depends on it.

    In a TenantFormSet it is the parent's, asked for when this form is validated: a new parent knows it only by then.
    """

    parent: Any = None

    def _post_clean(self) -> None:
        if self.parent is not None:
            self.instance.organization_id = getattr(self.parent, "organization_id", None) or self.parent.pk
        super()._post_clean()  # type: ignore[misc]

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded - {"organization"} if self.instance.organization_id else excluded


class TenantFormSet(PaginationInlineFormSet):
    """Rows of an inline belong to the organization of their parent. Its form is a TenantForm."""

    def _construct_form(self, index: int, **kwargs: Any) -> Any:
        form = super()._construct_form(index, **kwargs)
        form.parent = self.instance
        for field in form.fields.values():  # a table's cells have no label of their own
            if field.label:
                field.widget.attrs.setdefault("aria-label", field.label)
        return form
