"""What must be there before a contract goes live. Upper floors add their own checks in their AppConfig.ready()."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from .models import Contract

Check = Callable[["Contract"], list[str]]
CHECKS: list[Check] = []


def register(check: Check) -> Check:
    """Add a check: it returns what is missing, in words; an empty list when it is content."""
    if check not in CHECKS:
        CHECKS.append(check)
    return check


def missing(contract: Contract) -> list[str]:
    """All that is missing, from every floor."""
    return [words for check in CHECKS for words in check(contract)]


@register
def has_calendar(contract: Contract) -> list[str]:
    """Promises are measured in its business hours."""
    return [] if contract.calendar_id else [_("a business calendar")]
