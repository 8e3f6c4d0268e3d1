"""Tables that leave as files and come back: nothing is written before a preview, and then by the service, row by row.

django-import-export reads, compares and writes; the pages are ours. A file is whole or nothing: one wrong row, and nothing
of it is kept. What spreadsheets would take for a formula leaves with an apostrophe before it, and comes back without.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.results import Result, RowResult
from import_export.widgets import Widget
from tablib import Dataset

from .errors import Refused
from .exchange_files import MOST_BYTES, MOST_ROWS, read, write

__all__ = ["MOST_BYTES", "MOST_ROWS", "read", "write"]


class Table:
    """What a file may bring, on top of a resource of the library. `key` names the column by which a row is known.

    Without a `key` the rows tell by themselves which of them are one too many. `workbooks`: files of Excel and LibreOffice are
    read too, in which the columns of `texts` must be texts. `raw`: cells arrive as they stand in the file, formulas too.
    """

    key = ""
    workbooks = raw = False
    texts: tuple[str, ...] = ()

    def __init__(self, *, actor: Any, now: Any):
        super().__init__()
        self.actor, self.now = actor, now

    def write(self, instance: Any) -> None:
        """Save one row by its service."""
        raise NotImplementedError

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        """The library's hook: a refusal becomes the row's, in the service's words."""
        try:
            self.write(instance)
        except Refused as refusal:
            raise ValidationError({NON_FIELD_ERRORS: [str(refusal)]}) from refusal


class Rows(Table, ModelResource):
    """The rows of a model; a subclass says its model, fields and key in Meta."""

    def after_import(self, dataset: Dataset, result: Result, **kwargs: Any) -> None:
        """Not the library's: it sets the sequence, which is the owner's to do; nothing here brings its own ids."""


class Checked(Widget):
    """A column that a form field reads, so that what is wrong is said as forms say it."""

    def __init__(self, field: forms.Field):
        super().__init__()
        self.field = field

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """The field's value, or its words."""
        try:
            return self.field.clean(value)
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from error

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """As it is written in the file."""
        return "" if value is None else str(value)


class YesNo(Widget):
    """Yes or no, in English, French or as spreadsheets write it; leaves as yes or no."""

    WORDS = {"yes": True, "oui": True, "true": True, "vrai": True, "1": True,
             "no": False, "non": False, "false": False, "faux": False, "0": False}  # fmt: skip

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        """True or False; anything else is asked again."""
        word = str(value).strip().lower()
        if word not in self.WORDS:
            raise ValueError(_("Write yes or no."))
        return self.WORDS[word]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """The same in every language: a file goes from one person to another."""
        return "yes" if value else "no"


class Listed(Widget):
    """Several texts in one cell, between semicolons."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[str]:
        """The texts, without blank ones."""
        return [text for one in str(value or "").split(";") if (text := one.strip())]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """As it is written in the file."""
        return "; ".join(value or [])


def column(model: Any, name: str) -> Field:
    """A column that says what is wrong as the model's own form field does."""
    return Field(attribute=name, column_name=name, widget=Checked(model._meta.get_field(name).formfield()))


class Named(Widget):
    """Another row, named by one of its fields."""

    def __init__(self, model: Any, field: str):
        super().__init__()
        self.model, self.field = model, field

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """The row; who names none is told which there are."""
        found = self.model.objects.filter(**{self.field: value}).first()
        if found is None:
            known = ", ".join(self.model.objects.order_by(self.field).values_list(self.field, flat=True)[:20])
            raise ValueError(_("There is no “%(value)s”. Known: %(known)s.") % {"value": value, "known": known})
        return found

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Its name."""
        return str(getattr(value, self.field, ""))


def columns(rows: Any) -> list[str]:
    """The file's columns, in order."""
    return [str(name) for name in rows.get_export_headers()]


def bring(rows: Any, dataset: Dataset, *, for_real: bool) -> Result:
    """What the import does, or did. One wrong row, and nothing of it is kept."""
    result = rows.import_data(
        dataset, dry_run=not for_real, use_transactions=True, rollback_on_validation_errors=True, raise_errors=False
    )
    for error in (*result.base_errors, *(one for row in result.rows for one in row.errors)):
        if isinstance(error.error, PermissionDenied | Http404):
            raise error.error
    return result


WORDS = {
    RowResult.IMPORT_TYPE_NEW: gettext_lazy("new"),
    RowResult.IMPORT_TYPE_UPDATE: gettext_lazy("changed"),
    RowResult.IMPORT_TYPE_SKIP: gettext_lazy("as it was"),
    RowResult.IMPORT_TYPE_INVALID: gettext_lazy("wrong"),
    RowResult.IMPORT_TYPE_ERROR: gettext_lazy("wrong"),
}


def preview(rows: Any, dataset: Dataset, result: Result) -> dict[str, Any]:
    """For the page: [{number, kind, word, cells: [{name, value, before, wrong}], wrong}], and how many of each kind."""
    headers = columns(rows)
    lines = []
    for number, (one, cells) in enumerate(zip(result.rows, dataset.dict, strict=True), start=2):
        wrong = _wrong(one)
        before = _cells(rows, one.original) if one.original is not None else {}
        if one.instance is not None:
            cells = _cells(rows, one.instance)
        lines.append(
            {
                "number": number,
                "kind": "wrong" if wrong else one.import_type,
                "word": WORDS[one.import_type],
                "wrong": wrong.pop("", []),
                "cells": [
                    {
                        "name": name, "value": cells[name], "wrong": wrong.get(name, []),
                        "before": before[name] if before and before[name] != cells[name] else None,
                    }
                    for name in headers
                ],
            }
        )  # fmt: skip
    kinds = [line["kind"] for line in lines]
    counts = {kind: kinds.count(kind) for kind in ("new", "update", "skip", "wrong")}
    return {
        "headers": headers,
        "lines": lines,
        "counts": counts,
        "base": [str(one.error) for one in result.base_errors],
    }


def _cells(rows: Any, instance: Any) -> dict[str, str]:
    return dict(zip(columns(rows), (str(cell) for cell in rows.export_resource(instance)), strict=True))


def _wrong(row: RowResult) -> dict[str, list[str]]:
    """Column → sentences; "" for the whole row."""
    if row.validation_error is not None:
        found = row.validation_error
        by_field = found.message_dict if hasattr(found, "error_dict") else {"": found.messages}
        return {("" if name == NON_FIELD_ERRORS else name): list(words) for name, words in by_field.items()}
    return {"": [str(error.error) for error in row.errors]} if row.errors else {}
