"""A contract's effective terms as a page says them: the value in words, the clause that won, and those that gave way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from common.html import markdown
from contracts.models import AgreementDocument, Clause, Contract
from contracts.selectors import day_of, settings_of
from contracts.terms import REGISTRY, SUBORDINATE, Effective, Kind, Setting, Term, effective, parse
from portal.templatetags.ui import duration
from slo import clock as rule
from slo.models import CalendarEdition
from slo.services import NoEdition, edition_at
from slo.words import week

# Term keys begin so; each group is a section of the page.
GROUPS = (
    ("slo", gettext_lazy("Answer times"), gettext_lazy("the first answer of a qualified person")),
    ("channel", gettext_lazy("Channels"), gettext_lazy("where a promise begins to run")),
    ("hours", gettext_lazy("Hours"), gettext_lazy("how work is counted")),
    ("ticket", gettext_lazy("Closing"), gettext_lazy("when a request ends by itself")),
)
NOTES = {
    "slo.first_response": gettext_lazy("Automatic receipts and changes of status don’t count; only a person’s written answer does."),
    "slo.warning": gettext_lazy("When so much of the time is used, our people are warned. Nothing changes for you."),
    "hours.increment": gettext_lazy("The minutes worked are kept as they were; each entry is rounded up once."),
    "hours.estimate_threshold": gettext_lazy("Work on a larger estimate begins after an approver’s yes."),
    "ticket.closes_after": gettext_lazy("Until then a reply opens it again; later, a reply opens a request that follows it."),
}  # fmt: skip
SERVED = gettext_lazy("Such requests are served all the same, without a promised time.")


@dataclass(frozen=True)
class Origin:
    """Where a value comes from: a clause of an edition of a document."""

    setting: Setting
    value: str
    text: str = ""
    why: str = ""

    @property
    def kind(self) -> str:
        """What kind of document it is, in words."""
        return str(AgreementDocument.Kind(self.setting.kind).label)


@dataclass(frozen=True)
class Line:
    """One term. `winner` None: the default holds, and no clause sets it. `due_at`: what it would mean for a request sent now."""

    key: str
    label: str
    value: str
    unit: str
    note: str
    winner: Origin | None
    losers: tuple[Origin, ...]
    calendar: str = ""
    due_at: datetime | None = None

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return self.key.replace(".", "-")


def compose(contract: Contract, on: date, now: datetime, clauses: dict[int, Clause]) -> dict[str, Any]:
    """The page's context: groups of lines as they hold on a day, and the next day on which something changes."""
    settings = settings_of(contract)
    terms = effective(settings, tier=contract.tier, on=on)
    today = day_of(now)
    noon = timezone.make_aware(datetime.combine(on, time(12)), timezone.get_default_timezone())
    calendars = _calendars(contract, now if on == today else noon)
    lines = [_line(terms[key], clauses, calendars, now if on == today else None) for key in REGISTRY]
    return {
        "groups": [
            {"key": key, "title": title, "aside": aside, "lines": [one for one in lines if one.key.startswith(f"{key}.")]}
            for key, title, aside in GROUPS
        ],
        "hours": _hours(calendars, on),
        "change": _next_change(settings, contract, on),
        "on": on,
        "today": today,
    }  # fmt: skip


def _line(
    term: Effective, clauses: dict[int, Clause], calendars: dict[str, CalendarEdition], now: datetime | None
) -> Line:
    key = term.term.key
    won = term.winner
    answer = key.startswith("slo.first_response.")
    calendar = calendars.get(key, calendars.get("")) if answer else None
    note = NOTES.get(key) or NOTES.get(key.rpartition(".")[0]) or ""
    if term.term.kind is Kind.BOOLEAN and not term.value:
        note = SERVED
    value, unit = in_words(term.term, term.value)
    return Line(
        key=key,
        label=term.term.label(get_language() or "en"),
        value=value,
        unit=unit,
        note=str(note),
        winner=_origin(won, clauses) if won else None,
        losers=tuple(_origin(one, clauses, won) for one in term.losers),
        calendar=calendar.calendar.name if calendar else "",
        due_at=rule.due(calendar.rule(), now, timedelta(minutes=int(term.value))) if calendar and now else None,
    )


def in_words(term: Term, value: int | bool) -> tuple[str, str]:
    """A value and its unit, as people say them: ("2 h 00", "of business time")."""
    if term.kind is Kind.BUSINESS_MINUTES:
        return duration(int(value)), _("of business time")
    if term.kind is Kind.MINUTES:
        return duration(int(value)), ""
    if term.kind is Kind.BUSINESS_DAYS:
        return ngettext("%(count)d business day", "%(count)d business days", int(value)) % {"count": value}, ""
    if term.kind is Kind.PERCENTAGE:
        return _("%(count)d %%") % {"count": value}, _("of the time")
    return (_("yes") if value else _("no")), ""


def _origin(setting: Setting, clauses: dict[int, Clause], winner: Setting | None = None) -> Origin:
    clause = clauses.get(setting.clause_id)
    value, unit = in_words(REGISTRY[setting.key], parse(setting.key, setting.text))
    return Origin(setting, f"{value} {unit}".strip(), markdown(clause.text) if clause else "", _why(setting, winner))


def _why(lost: Setting, won: Setting | None) -> str:
    if won is None:
        return ""
    if lost.kind in SUBORDINATE and won.kind not in SUBORDINATE:
        return _("the contract’s own documents come before it")
    return _("a later document replaces it")


def _calendars(contract: Contract, at: datetime) -> dict[str, CalendarEdition]:
    """Term key → the edition it is counted by; "" for all the others."""
    found = {}
    for key, calendar_id in (
        ("", contract.calendar_id),
        ("slo.first_response.critical", contract.critical_calendar_id),
    ):
        try:
            found[key] = edition_at(calendar_id, at)
        except NoEdition:
            continue
    return found


def _hours(calendars: dict[str, CalendarEdition], on: date) -> list[dict[str, Any]]:
    """Each calendar in words: its week, and the first closed day from `on` as (date, name)."""
    return [
        {
            "edition": edition,
            "critical": bool(key),
            "week": week(edition.weekly),
            "next_closed": min(
                ((date.fromisoformat(day), name) for day, name in edition.holidays.items() if day >= on.isoformat()),
                default=None,
            ),
        }
        for key, edition in calendars.items()
    ]


def _next_change(settings: list[Setting], contract: Contract, on: date) -> dict[str, Any] | None:
    """The first later day on which a term says something else, and how many do."""
    before = effective(settings, tier=contract.tier, on=on)
    for day in sorted({one.effective_on for one in settings if one.effective_on > on}):
        after = effective(settings, tier=contract.tier, on=day)
        changed = [
            REGISTRY[key].label(get_language() or "en") for key in REGISTRY if after[key].value != before[key].value
        ]
        if changed:
            return {"on": day, "labels": changed}
    return None
