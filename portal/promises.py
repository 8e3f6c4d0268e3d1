"""A contract's effective terms as a page says them: the value in words, the clause that won, and those that gave way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from common.html import markdown
from contracts.agreement import agreement_of
from contracts.models import AgreementDocument, Clause, Contract
from contracts.precedence import Agreement, Effective, Lost, Setting, Unsettled, Why
from contracts.selectors import calendar_for, day_of
from contracts.terms import NUMBERS, REGISTRY, Kind, Term, TermError, Value, parse
from portal.templatetags.ui import duration
from slo import clock as rule
from slo.models import CalendarEdition
from slo.services import NoEdition, edition_at
from slo.words import holiday, week

# Term keys begin so; each group is a section of the page. The calendars have a section of their own.
GROUPS = (
    ("slo", gettext_lazy("Answer times"), gettext_lazy("by when a qualified person writes, and what else is promised")),
    ("channel", gettext_lazy("Channels"), gettext_lazy("where a promise begins to run")),
    ("hours", gettext_lazy("Hours"), gettext_lazy("how work is counted")),
    (
        "ticket",
        gettext_lazy("Reminders and closing"),
        gettext_lazy("when we ask again, and when a request ends by itself"),
    ),
    ("change", gettext_lazy("Changes"), gettext_lazy("how this agreement itself is changed")),
)
NOTES = {
    "slo.first_response": gettext_lazy("Automatic receipts and changes of status don’t count; only a person’s written answer does."),
    "slo.next_response": gettext_lazy("From a question of yours after the first answer until a person’s next written answer."),
    "slo.resolution": gettext_lazy("From your request until it is resolved. Reopened, it has what was left."),
    "slo.first_response.may_pause": gettext_lazy("Whether its time may stand still while we wait for you."),
    "slo.next_response.may_pause": gettext_lazy("Its time stands still while we wait for your answer, until a date that you are told."),
    "slo.resolution.may_pause": gettext_lazy("Its time stands still while we wait for your answer, until a date that you are told."),
    "slo.warning": gettext_lazy("When so much of the time is used, our people are warned. Nothing changes for you."),
    "hours.increment": gettext_lazy("The minutes worked are kept as they were; each entry is rounded up once."),
    "hours.estimate_threshold": gettext_lazy("Work on a larger estimate begins after an approver’s yes."),
    "ticket.closes_after": gettext_lazy("Until then a reply opens it again; later, a reply opens a request that follows it."),
}  # fmt: skip
UNPROMISED = {
    "next_response": (
        gettext_lazy("Next answer: not promised"),
        gettext_lazy("No clause sets a time for answers after the first one."),
    ),
    "resolution": (
        gettext_lazy("Resolution: not promised"),
        gettext_lazy("It depends on how complex a request is, and on the hours left. No clause sets a time for it."),
    ),
}
BY_HAND = gettext_lazy("Our people see to it; the portal does not do it by itself yet.")
PERIODS = {
    "monthly": gettext_lazy("each month"), "quarterly": gettext_lazy("each quarter"),
    "half_yearly": gettext_lazy("each half-year"), "yearly": gettext_lazy("each year"),
}  # fmt: skip
# What stands where no clause chooses.
UNCHOSEN = {
    Kind.CALENDAR: gettext_lazy("the calendar set with the contract"),
    Kind.PEOPLE: gettext_lazy("any approver of that side"),
}
REASONS = {
    Why.REPLACED: gettext_lazy("a later edition replaces it"),
    Why.DROPPED: gettext_lazy("a later incorporation dropped this amendment"),
    Why.AMENDED: gettext_lazy("an amendment changes it"),
    Why.OUTRANKED: gettext_lazy("documents of a higher rank come before it"),
    Why.OLDER: gettext_lazy("a newer document of the same rank comes before it"),
    Why.AGREES: gettext_lazy("it says the same"),
    Why.UNREADABLE: gettext_lazy("it holds no value that counts any more"),
}
SERVED = gettext_lazy("Such requests are served all the same, without a promised time.")


@dataclass(frozen=True)
class Origin:
    """Where a value comes from: a clause of an edition of a document."""

    setting: Setting
    value: str
    text: str = ""
    language: str = ""
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
    conflict: tuple[Origin, ...] = ()

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return self.key.replace(".", "-")


@dataclass(frozen=True)
class Difference:
    """A term that two days say differently: each day's value in words, and its origin (None: default)."""

    label: str
    anchor: str
    before: str
    after: str
    before_origin: Setting | None
    after_origin: Setting | None


def compose(
    contract: Contract, on: date, now: datetime, clauses: dict[int, Clause], against: date | None = None
) -> dict[str, Any]:
    """The page's context: groups of lines as they hold on a day, the next day on which something changes, and the
    difference to another day if one is asked for."""
    agreement = agreement_of(contract)
    terms = agreement.on(on)
    today = day_of(now)
    noon = timezone.make_aware(datetime.combine(on, time(12)), timezone.get_default_timezone())
    calendars = _calendars(contract, terms, now if on == today else noon)
    unpromised = [one for one in UNPROMISED if not _promised(terms, one)]
    silent = {
        key for key in REGISTRY if key.startswith(tuple(f"slo.{one}." for one in UNPROMISED)) and _is_silent(terms, key)
    }
    lines = [_line(terms[key], clauses, calendars, now if on == today else None) for key in REGISTRY]
    return {
        "groups": [
            {
                "key": key, "title": title, "aside": aside,
                "lines": [one for one in lines if one.key.startswith(f"{key}.") and one.key not in silent],
                "unpromised": [UNPROMISED[one] for one in unpromised] if key == "slo" else [],
            }
            for key, title, aside in GROUPS
        ],
        "hours": _hours(calendars, on, {one.key: one for one in lines}),
        "change": _next_change(agreement, on),
        "differences": differences(agreement, on, against) if against else None,
        "on": on,
        "against": against,
        "today": today,
    }  # fmt: skip


def _promised(terms: Mapping[str, Effective], objective: str) -> bool:
    """Whether a clause speaks of its targets."""
    return any(one.winner or one.conflict for key, one in terms.items() if _is_target(key, objective))


def _is_target(key: str, objective: str) -> bool:
    return key.startswith(f"slo.{objective}.") and REGISTRY[key].kind is Kind.BUSINESS_MINUTES


def _is_silent(terms: Mapping[str, Effective], key: str) -> bool:
    """A term of an objective that a contract may add, of which nobody has said anything: no promise was made."""
    found, objective = terms[key], key.split(".")[1]
    if found.winner or found.conflict:
        return False
    return _is_target(key, objective) or not _promised(terms, objective)


def in_their_order(contract: Contract, documents: Iterable[AgreementDocument]) -> list[AgreementDocument]:
    """Documents as they count: by rank, an amendment before what it amends, the newer before the older."""
    rank = {kind: position for position, kinds in enumerate(contract.order()) for kind in kinds}

    def place(document: AgreementDocument) -> tuple[int, bool, int]:
        amended = document.amends
        kind = amended.kind if amended else document.kind
        return rank.get(kind, len(rank)), amended is None, -document.effective_on.toordinal()

    return sorted(documents, key=place)


def differences(agreement: Agreement, one: date, other: date) -> list[Difference]:
    """The terms that two days say differently, the earlier day before the later."""
    before, after = (agreement.on(day) for day in sorted((one, other)))
    return [
        Difference(
            term.label(get_language() or "en"), key.replace(".", "-"), said(before[key]), said(after[key]),
            before[key].winner, after[key].winner,
        )
        for key, term in REGISTRY.items()
        if before[key].settled != after[key].settled
    ]  # fmt: skip


def said(found: Effective) -> str:
    """A term's value with its unit, in one breath; that it is open where clauses conflict."""
    if found.settled is None:
        return _("not settled")
    return " ".join(filter(None, in_words(found.term, found.settled)))


def _line(
    term: Effective, clauses: dict[int, Clause], calendars: dict[str, CalendarEdition], now: datetime | None
) -> Line:
    key = term.term.key
    won = term.winner
    answer = key.startswith("slo.first_response.") and term.term.kind is Kind.BUSINESS_MINUTES
    calendar = calendars.get(key, calendars.get("")) if answer else None
    note = NOTES.get(key) or NOTES.get(key.rpartition(".")[0]) or ""
    if key.startswith("channel.") and term.settled is False:
        note = SERVED
    if not term.term.obeyed:
        note = BY_HAND
    value, unit = (_("not settled"), "") if term.settled is None else in_words(term.term, term.settled)
    return Line(
        key=key,
        label=term.term.label(get_language() or "en"),
        value=value,
        unit=unit,
        note=str(note),
        winner=_origin(won, clauses) if won else None,
        losers=tuple(_lost(one, clauses) for one in term.losers),
        calendar=calendar.calendar.name if calendar else "",
        due_at=rule.due(calendar.planned, now, timedelta(minutes=int(term.settled)))
        if calendar and now and term.settled
        else None,
        conflict=tuple(_origin(one, clauses) for one in term.conflict),
    )


def in_words(term: Term, value: Value) -> tuple[str, str]:
    """A value and its unit, as people say them: ("2 h 00", "of business time")."""
    if term.kind in NUMBERS:
        return _number_in_words(term.kind, int(value))
    if term.kind is Kind.BOOLEAN:
        return (_("yes") if value else _("no")), ""
    if term.kind is Kind.CHOICE:
        return str(PERIODS[str(value)]), ""
    return str(value or UNCHOSEN[term.kind]), ""


def _number_in_words(kind: Kind, count: int) -> tuple[str, str]:
    if kind is Kind.BUSINESS_MINUTES:
        return (duration(count), _("of business time")) if count else (_("not promised"), "")
    if kind is Kind.MINUTES:
        return duration(count), ""
    if kind is Kind.PERCENTAGE:
        return _("%(count)d %%") % {"count": count}, _("of the time")
    if kind is Kind.BUSINESS_DAYS:
        words = ngettext("%(count)d business day", "%(count)d business days", count)
    elif kind is Kind.DAYS:
        words = ngettext("%(count)d day", "%(count)d days", count)
    elif kind is Kind.MONTHS:
        words = ngettext("%(count)d month", "%(count)d months", count)
    else:
        words = "%(count)d"
    return words % {"count": count}, ""


def _origin(setting: Setting, clauses: dict[int, Clause], why: str = "") -> Origin:
    clause = clauses.get(setting.clause_id)
    try:
        value, unit = in_words(REGISTRY[setting.key], parse(setting.key, setting.text))
    except TermError:
        value, unit = setting.text, ""
    text, language = clause.reading if clause else ("", "")
    return Origin(setting, f"{value} {unit}".strip(), markdown(text) if text else "", language, why)


def _lost(lost: Lost, clauses: dict[int, Clause]) -> Origin:
    return _origin(lost.setting, clauses, str(REASONS[lost.why]))


def _calendars(contract: Contract, terms: Mapping[str, Effective], at: datetime) -> dict[str, CalendarEdition]:
    """Term key → the edition it is counted by; "" for all the others."""
    found: dict[str, CalendarEdition] = {}
    for key, priority in (("", "high"), ("slo.first_response.critical", "critical")):
        try:
            edition = edition_at(calendar_for(contract, terms, priority), at)
        except (NoEdition, Unsettled):
            continue
        if edition.pk not in {one.pk for one in found.values()}:
            found[key] = edition
    return found


def _hours(calendars: dict[str, CalendarEdition], on: date, lines: dict[str, Line]) -> list[dict[str, Any]]:
    """Each calendar in words: its week, the first holiday from `on` as (date, words), and the clause that chose it."""
    return [
        {
            "edition": edition,
            "critical": bool(key),
            "week": week(edition.weekly),
            "line": lines["calendar.critical" if key else "calendar.business"],
            "next_holiday": min(
                (
                    (date.fromisoformat(day), holiday(one))
                    for day, one in edition.holidays.items()
                    if day >= on.isoformat()
                ),
                default=None,
            ),
        }
        for key, edition in calendars.items()
    ]


def _next_change(agreement: Agreement, on: date) -> dict[str, Any] | None:
    """The first later day on which a term says something else, and which ones do."""
    for day in agreement.changes(on):
        changed = differences(agreement, on, day)
        if changed:
            return {"on": day, "labels": [one.label for one in changed]}
    return None
