"""What tickets' own words are called, for pages: a status, a priority, in the reader's language."""

from django import template
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from common.html import markdown
from slo.attainment import Score
from tickets import words
from tickets.priority import Priority
from tickets.workflow import Status

register = template.Library()

# The first that fits: each calls itself by the names of those before it, too.
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip
APART = {
    "missed": ngettext_lazy("%(n)d missed", "%(n)d missed", "n"),
    "conceded": ngettext_lazy("%(n)d conceded", "%(n)d conceded", "n"),
    "excused": ngettext_lazy("%(n)d excused", "%(n)d excused", "n"),
    "void": ngettext_lazy("%(n)d withdrawn", "%(n)d withdrawn", "n"),
    "not_covered": ngettext_lazy("%(n)d not covered", "%(n)d not covered", "n"),
    "contested": ngettext_lazy("%(n)d contested", "%(n)d contested", "n"),
}


@register.filter
def status_words(status: str) -> str:
    """`in_progress` → In progress."""
    return str(words.STATUS[Status(status)])


@register.filter
def priority_words(priority: str) -> str:
    """`high` → High."""
    return str(words.PRIORITY[Priority(priority)])


@register.filter
def as_markdown(text: str) -> SafeString:
    """What somebody wrote, as safe HTML."""
    return markdown(text)


@register.filter
def device(agent: str) -> str:
    """A browser by its user agent, as people know it: Firefox, Windows. What nobody knows is shown as it came."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return ", ".join(one for one in (browser, system) if one) or agent[:60] or _("unknown")


@register.filter
def parts(score: Score) -> list[dict[str, str]]:
    """What a score says besides "so many of so many": the percentage, and what is counted as something else."""
    attainment = score.attainment if score.is_telling else None
    percent = number_format(attainment, 1 if attainment % 1 else 0) if attainment is not None else ""
    found = [{"counted": "", "words": _("%(n)s%%") % {"n": percent}}] if percent else []
    for name, one in APART.items():
        n = getattr(score, name)
        if n:
            found.append({"counted": name, "words": str(one % {"n": n})})
    return found
