"""The pages of an import: choose a file, look at what it would do, do it. And the file of an export."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.results import Result
from unfold.decorators import action
from unfold.widgets import UnfoldAdminFileFieldWidget

from . import exchange

MINUTES = 60  # that a preview waits for its yes
SALT = "common.exchange"
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class FileForm(forms.Form):
    """A file to look at first."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,text/csv,.xlsx"}),
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose a file.")},
    )

    def content(self) -> bytes:
        """Its bytes: no more is read than may come."""
        content: bytes = self.cleaned_data["file"].read(exchange.MOST_BYTES + 1)
        return content


def take(
    request: Any, page: Any, table: Callable[[], Any], *, title: str, says: str, name: str, back: str,
    remember: Callable[[Result], None], ask: Callable[..., Any] = FileForm,
) -> HttpResponse:  # fmt: skip
    """GET asks for a file, or for what `ask` makes rows of. POST with it shows what it would do; POST with the preview's seal
    does it.

    The file travels in the page, sealed and with its reader's number, so that no server has to keep it.
    """
    form, shown, seal, wrong = ask(), None, "", []
    rows = table()
    if request.method == "POST":
        sealed = request.POST.get("sealed", "")
        form = ask(request.POST, request.FILES) if not sealed else form
        try:
            content = _opened(sealed, name, request.user.pk) if sealed else _sent(form)
            dataset = exchange.read(
                content, exchange.columns(rows), rows.key, workbooks=rows.workbooks, raw=rows.raw, texts=rows.texts
            )
            result = exchange.bring(rows, dataset, for_real=bool(sealed))
            shown = exchange.preview(table(), dataset, result)
        except ValidationError as error:
            wrong = error.messages
        else:
            right = not shown["base"] and not shown["counts"]["wrong"]
            if sealed and right:
                remember(result)
                messages.success(request, said(shown["counts"]))
                return HttpResponseRedirect(back)
            seal = signing.dumps([name, request.user.pk, base64.b64encode(content).decode()], salt=SALT, compress=True)
            seal = seal if right and len(dataset) else ""
    context = {
        **page.admin_site.each_context(request), "opts": page.model._meta, "title": title, "says": says, "back": back,
        "form": form, "of_a_table": ask is FileForm, "wrong": wrong, "shown": shown, "seal": seal, "columns": exchange.columns(rows),
        "workbooks": rows.workbooks,
        "limit_rows": exchange.MOST_ROWS, "limit_kilobytes": exchange.MOST_BYTES // 1024,
    }  # fmt: skip
    return TemplateResponse(request, "admin/import.html", context, status=200 if shown or not wrong else 422)


def _sent(form: Any) -> bytes:
    if not form.is_valid():
        raise ValidationError([str(words) for found in form.errors.values() for words in found])
    content: bytes = form.content()
    return content


def _opened(sealed: str, name: str, person: int) -> bytes:
    try:
        where, who, content = signing.loads(sealed, salt=SALT, max_age=MINUTES * 60)
    except (signing.BadSignature, ValueError, TypeError):
        where, who, content = "", 0, ""
    if (where, who) != (name, person):
        raise ValidationError(_("This preview is too old. Choose the file again: nothing was written."))
    return base64.b64decode(content)


def said(counts: dict[str, int]) -> str:
    """What was done, in one sentence."""
    return _("Imported: %(new)s new, %(update)s changed, %(skip)s as they were.") % counts


def give(content: bytes, name: str, kind: str = "csv") -> HttpResponse:
    """A file to keep."""
    response = HttpResponse(content, content_type=TYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


class Exchanged:
    """A page of the administration whose table leaves as a file and comes back. `table` is an `exchange.Rows`."""

    table: Any
    actions_list = ("export_rows", "import_rows")

    @action(description=gettext_lazy("Export"), url_path="export", icon="download")
    def export_rows(self: Any, request: Any) -> HttpResponse:
        """The whole table."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.table(actor=request.user, now=request.now)
        return give(exchange.write(rows, self.get_queryset(request)), self.model._meta.model_name)

    @action(description=gettext_lazy("Import"), url_path="import", icon="upload")
    def import_rows(self: Any, request: Any) -> HttpResponse:
        """A file, its preview, and then its rows."""
        if not self.has_change_permission(request) or not self.has_add_permission(request):
            raise PermissionDenied
        meta = self.model._meta
        return take(
            request, self, lambda: self.table(actor=request.user, now=request.now),
            title=_("Import %(what)s") % {"what": meta.verbose_name_plural},
            says=_(
                "A row is known by its “%(key)s”: one that is there already is changed, any other is new. "
                "What the file doesn’t name stays as it is."
            ) % {"key": self.table.key},
            name=meta.label, back=reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"),
            remember=lambda result: self.remember(request, result),
        )  # fmt: skip

    def remember(self: Any, request: HttpRequest, result: Result) -> None:
        """One line a row in Django's admin log, as when it is saved by hand."""
        for row in result.rows:
            if row.is_new():
                self.log_addition(request, row.instance, [{"added": {}}])
            elif row.is_update():
                self.log_change(request, row.instance, [{"changed": {"fields": []}}])
