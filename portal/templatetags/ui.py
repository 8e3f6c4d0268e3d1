"""What every page writes the same way: icons, durations, instants, people's initials.

A duration is `2 h 54`, an instant is `14:18`; both hold together with no-break spaces. Durations are business time:
this module prints what it is given and computes nothing.
"""

import datetime as dt
import re
import zoneinfo
from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
EN_DASH = "\N{EN DASH}"

# How each language writes an instant, by style, in Django's date letters. Days and months are translated by Django.
STYLES = {
    "en": {
        "short": "D j M, H:i",
        "dated": "D j M Y, H:i",
        "day": "D j M",
        "date": "j M Y",
        "time": "H:i",
        "weekday": "D H:i",
        "month": "F Y",
        "mark": "j M",
        "long": "l j F Y, H:i",
    },
    "fr": {
        "short": "D. j N, H:i",
        "dated": "D. j N Y, H:i",
        "day": "D. j N",
        "date": "j N Y",
        "time": "H:i",
        "weekday": "D. H:i",
        "month": "F Y",
        "mark": "j N",
        "long": "l j F Y, H:i",
    },
}


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """The icon `name` of the sprite, hidden from screen readers: the word beside it carries the meaning.

    `{% icon "clock" %}`, or `{% icon "check-circle" size="lg" %}` for 20 px instead of 16.
    """
    return _drawn(name, size, static("img/icons.svg"))


@lru_cache(maxsize=500)  # a queue has two hundred, of a dozen kinds
def _drawn(name: str, size: str, sprite: str) -> SafeString:
    return format_html(
        '<svg class="icon"{} aria-hidden="true"><use href="{}#i-{}"/></svg>',
        format_html(' data-size="{}"', size) if size else "",
        sprite,
        name,
    )


@register.filter
def duration(value: int | float | dt.timedelta | None) -> str:
    """Minutes, or a timedelta, as `2 h 54`, `45 min`, `− 1 h 18`; nothing for None. Seconds are cut, never rounded up."""
    if value is None or value == "":
        return ""
    minutes = int(value.total_seconds() / 60) if isinstance(value, dt.timedelta) else int(value)
    hours, rest = divmod(abs(minutes), 60)
    sign = f"{MINUS}{NBSP}" if minutes < 0 else ""
    if not hours:
        return f"{sign}{rest}{NBSP}min"
    return f"{sign}{_grouped(hours)}{NBSP}h{NBSP}{rest:02d}"


@register.filter
def age(value: dt.timedelta | None) -> str:
    """Real time that has passed, to the second while that says something: `42 s`, `4 min`, `2 h 05`; nothing for None."""
    if value is None:
        return ""
    seconds = max(0, int(value.total_seconds()))
    return f"{seconds}{NBSP}s" if seconds < 120 else duration(seconds // 60)


@register.filter
def hours(value: int | float | dt.timedelta | None) -> str:
    """As `duration`, but always in hours (`0 h 48`): for columns and statements, where numbers stand under each other."""
    if value is None or value == "":
        return ""
    minutes = int(value.total_seconds() / 60) if isinstance(value, dt.timedelta) else int(value)
    whole, rest = divmod(abs(minutes), 60)
    return f"{f'{MINUS}{NBSP}' if minutes < 0 else ''}{_grouped(whole)}{NBSP}h{NBSP}{rest:02d}"


@register.filter
def machine_duration(value: int | dt.timedelta | None) -> str:
    """Minutes or a timedelta in ISO 8601, for `<time datetime>`: `PT2H54M`."""
    if value is None or value == "":
        return ""
    minutes = int(value.total_seconds() // 60) if isinstance(value, dt.timedelta) else int(value)
    return f"{'-' if minutes < 0 else ''}PT{abs(minutes) // 60}H{abs(minutes) % 60}M"


@register.filter
def instant(value: dt.datetime | dt.date | None, style: str = "short") -> str:
    """An aware instant in the reader's zone and language: `Tue 24 Nov, 10:30`; a date as `Tue 24 Nov`.

    Styles: short, dated (with its year), day, date, time, weekday (`Thu 13:40`), month, mark (`24 Nov`), long. A short one of another
    year shows the year.
    """
    if value is None or value == "":
        return ""
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
        if style == "short" and value.year != timezone.localtime().year:
            style = "dated"
    elif style in {"short", "dated", "time", "weekday"}:
        style = "day" if style != "dated" else "date"
    written = formats.date_format(value, _styles()[style])
    return written.replace(" ", NBSP) if style in {"day", "date", "weekday", "month", "mark"} else _hold(written)


@register.simple_tag
def when(value: dt.datetime | dt.date | None, style: str = "short", zone: str | dt.tzinfo | None = None) -> str:
    """`<time>` in the reader's zone; with `zone`, the business time zone, the same instant there is shown on hover.

    `{% when ticket.due_at zone=calendar.time_zone %}` and `{% when message.created_at style="weekday" %}`.
    """
    if value is None or value == "":
        return ""
    shown = instant(value, style)
    if not isinstance(value, dt.datetime):
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), shown)
    machine = (timezone.localtime(value) if timezone.is_aware(value) else value).isoformat(timespec="minutes")
    if zone is None:
        return format_html('<time datetime="{}">{}</time>', machine, shown)
    there = zoneinfo.ZoneInfo(zone) if isinstance(zone, str) else zone
    with timezone.override(there):
        title = _("%(instant)s in %(zone)s, the business time zone") % {
            "instant": instant(value, "short"),
            "zone": str(zone),
        }
    return format_html('<time datetime="{}" title="{}">{}</time>', machine, title, shown)


@register.filter
def initials(person: Any) -> str:
    """One or two capitals for an avatar, from a user, anything with a name, or a text: `Léa Fontaine` → `LF`."""
    name = _name(person)
    if "@" in name and " " not in name:
        name = name.split("@")[0]
    words = [word for word in re.split(r"[\s._+\-–—'’]+", name) if word[:1].isalnum()]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"


@register.filter
def first_name(person: Any) -> str:
    """The first word of a person's name, for narrow columns: `Léa Fontaine` → `Léa`."""
    return next(iter(_name(person).split()), "")


@register.filter
def percent_of(part: int | None, whole: int | None) -> int:
    """`part` of `whole` in whole percent, kept within 0 and 100; 0 when there is no whole."""
    if not whole or not part:
        return 0
    return max(0, min(100, round(100 * int(part) / int(whole))))


@register.filter
def epoch(value: dt.datetime | None) -> str:
    """Seconds since 1970, for scripts."""
    return str(int(value.timestamp())) if value else ""


@register.filter
def startswith(text: Any, start: str) -> bool:
    """Whether the text begins so: for `aria-current` in lists of places."""
    return str(text or "").startswith(start)


@register.filter
def undo_key(tags: str) -> str:
    """The key in a message's `undo:<key>` tag: what was done can be taken back by it."""
    return next((tag.removeprefix("undo:") for tag in (tags or "").split() if tag.startswith("undo:")), "")


def _name(person: Any) -> str:
    if isinstance(person, str):
        return person.strip()
    for attribute in ("name", "get_full_name", "email"):
        found = getattr(person, attribute, "")
        found = found() if callable(found) else found
        if found:
            return str(found).strip()
    return str(person or "").strip()


def _grouped(whole: int) -> str:
    return str(formats.number_format(whole, use_l10n=True, force_grouping=True)) if whole > 999 else str(whole)


def _styles() -> dict[str, str]:
    return STYLES.get((get_language() or "en").split("-")[0], STYLES["en"])


def _hold(written: str) -> str:
    """Keeps `24 Nov` and the hour after it whole; a line may break after the weekday only."""
    day, space, rest = written.partition(" ")
    return day + space + rest.replace(" ", NBSP)
