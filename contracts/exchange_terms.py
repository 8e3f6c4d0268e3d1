"""The clauses and terms of an edition as a file: a row for each term, and one for a clause that sets none."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Resource

from common.exchange import Table
from common.exchange_files import FORMULA, plain

from . import services, terms, words
from .models import AgreementDocument, StandardClause, StandardEdition
from .services import Written

TEXTS = ("heading_en", "heading_fr", "text_en", "text_fr")
COLUMN = {"key": "term", "value": "value"}  # where the registry's refusals stand


@dataclass
class Line:
    """A row of the file."""

    clause: str = ""
    heading_en: str = ""
    heading_fr: str = ""
    text_en: str = ""
    text_fr: str = ""
    term: str = ""
    value: str = ""


def _column(name: str) -> Field:
    return Field(attribute=name, column_name=name)


class ClauseRows(Table, Resource):
    """What a draft says, and what a file adds or changes. A row is known by its clause and its term together."""

    workbooks = raw = True
    texts = ("clause",)
    clause, text_en, text_fr, term, value = (
        _column(name) for name in ("clause", "text_en", "text_fr", "term", "value")
    )

    class Meta:
        fields = ("clause", "text_en", "text_fr", "term", "value")
        import_id_fields = ("clause", "term")
        instance_loader_class = BaseInstanceLoader  # nothing is loaded: the lines are read once
        skip_unchanged = report_skipped = store_instance = skip_html_diff = True

    def __init__(self, *, lines: list[Line], prevailing: str, actor: Any, now: Any):
        super().__init__(actor=actor, now=now)
        self.lines, self.prevailing = lines, prevailing
        self.known = {(one.clause, one.term): one for one in lines}
        self.setters = {one.term: one.clause for one in lines if one.term}
        self.seen: dict[str, dict[str, str]] = {}  # the file's clauses, as their first row says them
        self.taken: set[tuple[str, str]] = set()
        self.changed: list[Line] = []

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        """Everything that is wrong with a row, each beside its cell."""
        if wrong := {name: why for name, cell in row.items() if (why := _formula(cell))}:
            raise ValidationError(wrong)
        for name, cell in row.items():
            row[name] = _one_end(plain(cell or ""))
        number, key = row["clause"], row["term"]
        for name in (name for name in TEXTS if name in row):
            said = self.seen.get(number, {}).get(name)
            if said is not None and row[name] and row[name] != said:
                wrong[name] = _("§%(number)s stands in the file with another text: write it once, or the same.") % {"number": number}  # fmt: skip
            row[name] = row[name] or said or ""
        wrong |= self._clause(number, row) | self._term(number, key, row["value"])
        if wrong:
            raise ValidationError(wrong)
        self.seen.setdefault(number, {name: row[name] for name in TEXTS if name in row})
        self.taken.add((number, key))
        if key:
            self.setters[key] = number

    def _clause(self, number: str, row: Any) -> dict[str, str]:
        if not number:
            return {"clause": _("Say which clause this row is about.")}
        if len(number) > 20:
            return {"clause": _("A clause’s number has 20 characters at most.")}
        if not row[f"text_{self.prevailing}"]:
            return {f"text_{self.prevailing}": _("A clause has its text in the language that prevails.")}
        return self._texts(row)

    def _texts(self, row: Any) -> dict[str, str]:
        """Of a standard clause more is asked; see EditionRows."""
        return {}

    def _term(self, number: str, key: str, value: str) -> dict[str, str]:
        if not key:
            return {"term": _("Choose the term that this value is for.")} if value else {}
        if (number, key) in self.taken:
            return {"term": _("This term stands here twice: keep one of them.")}
        try:
            terms.parse(key, value)
        except terms.TermError as error:
            return {COLUMN[error.field]: words.refusal(error)}
        setter = self.setters.get(key, number)
        if setter != number:
            return {
                "term": _("%(key)s is set twice in this document, by §%(one)s and §%(other)s: keep one of them.")
                % {"key": key, "one": setter, "other": number}
            }
        return {}

    def init_instance(self, row: Any = None) -> Line:
        """A row that the draft doesn't have."""
        return Line()

    def get_instance(self, instance_loader: Any, row: Any) -> Line | None:
        """The draft's row of that clause and term; of a clause without terms, the row that gets its first."""
        found = self.known.get((row["clause"], row["term"]))
        return Line(**vars(found)) if found else None

    def write(self, instance: Line) -> None:
        """Kept until the whole file is read."""
        self.changed.append(instance)

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """All of it in one act of the service."""
        if self.changed and not result.has_validation_errors() and not result.has_errors():
            self.write_all(self._written())

    def _written(self) -> list[Written]:
        found: dict[str, Written] = {}
        for line in self.changed:
            one = found.setdefault(line.clause, Written(line.clause, self.texts_of(line), {}))
            if line.term:
                cast("dict[str, str]", one.terms)[line.term] = line.value
        return list(found.values())

    def texts_of(self, line: Line) -> dict[str, str]:
        """A row's texts by the names of the clause's fields."""
        raise NotImplementedError

    def write_all(self, written: list[Written]) -> None:
        """By the service."""
        raise NotImplementedError


def _one_end(text: str) -> str:
    """Lines end by LF in every kind of file."""
    return text.replace("\r\n", "\n").strip()


def _formula(cell: Any) -> str:
    """Why a cell is refused that a spreadsheet would run; a list of Markdown, "- so", is none."""
    text = str(cell or "")
    if not text.startswith(FORMULA) or text[:2] in {"- ", "+ "}:
        return ""
    return _("This is a formula, or a spreadsheet would take it for one: write its value, or an apostrophe before it.")


class DocumentRows(ClauseRows):
    """Of a contract's document: its text is in the language that prevails, its translation in the other one."""

    def __init__(self, *, document: AgreementDocument, actor: Any, now: Any):
        self.document = document
        english = document.language == "en"
        rows = [
            Line(
                clause=one.number, text_en=_one_end(one.text if english else one.translation),
                text_fr=_one_end(one.translation if english else one.text), term=key, value=value,
            )
            for one in document.clauses.prefetch_related("terms")
            for key, value in _terms_of(one)
        ]  # fmt: skip
        super().__init__(lines=rows, prevailing=document.language, actor=actor, now=now)

    def texts_of(self, line: Line) -> dict[str, str]:
        english = self.document.language == "en"
        return {
            "text": line.text_en if english else line.text_fr,
            "translation": line.text_fr if english else line.text_en,
        }

    def write_all(self, written: list[Written]) -> None:
        services.write_clauses(actor=self.actor, document=self.document, clauses=written, now=self.now)


class EditionRows(ClauseRows):
    """Of a standard edition: headings too, and a text in both languages."""

    heading_en, heading_fr = _column("heading_en"), _column("heading_fr")

    class Meta:
        fields = tuple(one.name for one in fields(Line))
        import_order = export_order = fields

    def __init__(self, *, edition: StandardEdition, actor: Any, now: Any):
        self.edition = edition
        rows = [
            Line(
                one.number,
                _one_end(one.heading_en),
                _one_end(one.heading_fr),
                _one_end(one.text_en),
                _one_end(one.text_fr),
                key,
                value,
            )
            for one in edition.clauses.prefetch_related("terms")
            for key, value in _terms_of(one)
        ]
        super().__init__(lines=rows, prevailing=edition.language, actor=actor, now=now)

    def _texts(self, row: Any) -> dict[str, str]:
        most = StandardClause._meta.get_field("heading_en").max_length or 0
        wrong = {
            name: _("A heading has %(count)s characters at most.") % {"count": most}
            for name in ("heading_en", "heading_fr")
            if len(row[name]) > most
        }
        other = "text_en" if self.prevailing == "fr" else "text_fr"
        return wrong | ({} if row[other] else {other: _("A standard clause has its text in both languages.")})

    def texts_of(self, line: Line) -> dict[str, str]:
        return {name: getattr(line, name) for name in TEXTS}

    def write_all(self, written: list[Written]) -> None:
        services.write_standard_clauses(actor=self.actor, edition=self.edition, clauses=written)


def _terms_of(clause: Any) -> list[tuple[str, str]]:
    """Its terms by key; one empty pair where it sets none."""
    return sorted((term.key, term.value) for term in clause.terms.all()) or [("", "")]
