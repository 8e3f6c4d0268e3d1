"""What tickets' own words are called, for pages: a status, a priority, in the reader's language."""

from django import template
from django.utils.safestring import SafeString

from common.html import markdown
from tickets import words
from tickets.priority import Priority
from tickets.workflow import Status

register = template.Library()


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
