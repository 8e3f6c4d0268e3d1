"""An edition's clauses and terms as a file in the administration: it leaves always, and comes back into drafts only."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from common import exchange_files
from common.exchange_pages import give, take


class ExchangedClauses:
    """A page of a draft or an edition; `table` makes its rows."""

    actions_detail = ("export_csv", "export_xlsx", "import_clauses")

    def table(self, request: Any, row: Any) -> Any:
        """The rows of this page's edition."""
        raise NotImplementedError

    def render_change_form(self: Any, request: Any, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        row = context.get("original")
        if row is not None and not self.is_open(row):
            context["actions_detail"] = [one for one in context["actions_detail"] if "/import/" not in one["path"]]
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    @action(description=gettext_lazy("Export CSV"), url_path="clauses/csv")
    def export_csv(self, request: Any, object_id: str) -> HttpResponse:
        """Clauses and terms, a row each."""
        row = self._seen(request, object_id)
        table = self.table(request, row)
        return give(exchange_files.write(table, table.lines), slugify(str(row)))

    @action(description=gettext_lazy("Export XLSX"), url_path="clauses/xlsx")
    def export_xlsx(self, request: Any, object_id: str) -> HttpResponse:
        """The same as a workbook."""
        row = self._seen(request, object_id)
        table = self.table(request, row)
        return give(exchange_files.write_workbook(table, table.lines), slugify(str(row)), "xlsx")

    @action(description=gettext_lazy("Import clauses"), url_path="clauses/import")
    def import_clauses(self: Any, request: Any, object_id: str) -> HttpResponse:
        """A file, its preview, and then its rows."""
        row = self.found(request, object_id)
        meta = self.model._meta
        return take(
            request, self, lambda: self.table(request, row), title=_("Import clauses of “%(title)s”") % {"title": row},
            says=_(
                "A row is a clause and one term that it sets; a clause that sets none has one row. Those that the draft has "
                "are changed, others are added, and what the file doesn’t name stays."
            ),
            name=f"{meta.label} {row.pk}", back=reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk]),
            remember=lambda result: self.log_change(request, row, _("Clauses imported.")),
        )  # fmt: skip

    def _seen(self: Any, request: Any, object_id: str) -> Any:
        """The row that an address names, published or not."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return row
