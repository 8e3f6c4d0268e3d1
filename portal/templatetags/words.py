"""What tickets' own words are called, for pages: a status, a priority, in the reader's language."""

from django import template

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
