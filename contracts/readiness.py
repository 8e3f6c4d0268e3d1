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
    """Promises are measured in its business hours, so there must be some."""
    if contract.calendar is None:
        return [_("a business calendar")]
    chosen = (contract.calendar, contract.critical_calendar)
    return [
        _("opening hours for the calendar “%(name)s”") % {"name": calendar}
        for calendar in chosen
        if calendar is not None and not calendar.editions.exists()
    ]


@register
def has_no_conflict(contract: Contract) -> list[str]:
    """Two clauses that say different things about one term, on one date: nothing is guessed (domain §1.1)."""
    from contracts.agreement import agreement_of  # it imports the models, which this module is loaded before

    return [
        _("one value for %(key)s, that §%(one)s of “%(document)s” and §%(other)s of “%(against)s” set differently")
        % {"key": found.key, "one": a.clause, "document": a.document, "other": b.clause, "against": b.document}
        for found in agreement_of(contract).conflicts(contract.starts_on)
        for a, b in [found.settings[:2]]
    ]


@register
def has_signatories(contract: Contract) -> list[str]:
    """Somebody can sign on each side (domain §6): those whom the terms name, or whoever has the role. A replayed client signs nothing."""
    from contracts.agreement import agreement_of
    from contracts.amendment import Side
    from contracts.signing import signatories  # as above

    if contract.organization.is_historical:
        return []
    client = _("an approver or administrator at %(client)s") % {"client": contract.organization}
    house = _("an account manager of Valiantys who serves %(client)s") % {"client": contract.organization}
    sides = ((Side.CLIENT, client), (Side.HOUSE, house))
    agreement = agreement_of(contract)
    return [words for side, words in sides if not signatories(contract, side, contract.starts_on, agreement)]
