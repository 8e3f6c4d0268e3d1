"""The catalogue of exclusions: global data, an administrator's."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from common.errors import Refused
from contracts import scope
from contracts.models import Exclusion


@transaction.atomic
def edit_exclusion(*, actor: User, exclusion: Exclusion) -> Exclusion:
    """Save an exclusion. It belongs to no client, so Django's admin log remembers it, not an event.

    Refused: a phrase without a letter or a digit, which nothing could match, and what the fields don't take. Blank lines and
    phrases written twice are left out.
    """
    permissions.check_staff(actor, "contract.edit")
    exclusion.words_en, exclusion.words_fr = _tidy(exclusion.words_en), _tidy(exclusion.words_fr)
    exclusion.products = _tidy(exclusion.products)
    try:
        exclusion.full_clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    exclusion.save()
    return exclusion


def _tidy(phrases: Iterable[str]) -> list[str]:
    kept: dict[tuple[str, ...], str] = {}
    for phrase in (" ".join(one.split()) for one in phrases):
        if not phrase:
            continue
        compared = scope.stems(phrase)
        if not compared:
            raise Refused(_("“%(phrase)s” has no letter or digit: nothing could ever match it.") % {"phrase": phrase})
        kept.setdefault(compared, phrase)
    return list(kept.values())
