"""What mails write the same way. Their contexts are JSON: instants come as ISO 8601 texts, durations as minutes."""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.utils import formats, timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop

from common.html import markdown as as_html

register = template.Library()

WORDS = {
    "critical": gettext_noop("critical"),
    "high": gettext_noop("high"),
    "medium": gettext_noop("medium"),
    "low": gettext_noop("low"),
    "undecided": gettext_noop("not decided"),
    "in_scope": gettext_noop("in scope"),
    "looks_excluded": gettext_noop("looks out of scope"),
    "excluded": gettext_noop("out of scope"),
    "to_be_quoted": gettext_noop("to be quoted"),
    "priority": gettext_noop("the priority was lowered"),
    "pause": gettext_noop("the clock was paused"),
    "verdict": gettext_noop("the verdict"),
    "coverage": gettext_noop("no promise covers it"),
    "upheld": gettext_noop("upheld: it stays as it is"),
    "corrected": gettext_noop("corrected"),
    "conceded": gettext_noop("conceded: it counts as not kept"),
    "breach": gettext_noop("the first answer is late"),
    "silence": gettext_noop("nobody has taken the level below in time"),
    "persists": gettext_noop("the client says that the problem persists"),
    "broken_promise": gettext_noop("the update that was promised has not come"),
    "empty_level": gettext_noop("nobody is there on the level below"),
}


@register.filter
def instant(value: str | None) -> str:
    """An ISO 8601 instant in the reader's zone and language, with the zone's name: it is read far from any page."""
    if not value:
        return ""
    local = timezone.localtime(datetime.fromisoformat(value))
    return f"{formats.date_format(local, 'DATETIME_FORMAT')} ({timezone.get_current_timezone_name()})"


@register.filter
def day(value: str | None) -> str:
    """An ISO 8601 date in the reader's language."""
    return str(formats.date_format(date.fromisoformat(value), "DATE_FORMAT")) if value else ""


@register.filter
def duration(minutes: int | str | None) -> str:
    """Minutes as `2 h 30` or `45 min`."""
    hours, rest = divmod(int(minutes or 0), 60)
    return f"{hours}\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}{rest:02d}" if hours else f"{rest}\N{NO-BREAK SPACE}min"


@register.filter
def word(value: str) -> str:
    """A priority, a scope or a cause, in the reader's language."""
    return gettext(WORDS[value]) if value in WORDS else str(value)


@register.filter
def markdown(value: str) -> SafeString:
    """What somebody wrote, as safe HTML."""
    return as_html(value or "")
