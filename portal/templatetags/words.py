"""What tickets' own words are called, for pages: a status, a priority, in the reader's language."""

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common.html import markdown
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
