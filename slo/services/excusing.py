"""Excusing a missed clock, one event a step (slo/excusal.py). Who may, and the words, are the caller's; the rule is here."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from common.errors import Refused
from slo import excusal as rule
from slo.excusal import ExcusalError, Why
from slo.fold import Kind
from slo.history import History
from slo.models import Clock

from .clocks import _add, _locked


@transaction.atomic
def propose_excusal(*, clock_id: int, actor_id: int, side: str, message_id: int | None, at: datetime) -> Clock:
    """One side proposes that a missed promise be excused. Refused: it isn't judged missed, a proposal waits, it is excused."""
    clock, past = _locked(clock_id)
    return _say(clock, past, Kind.EXCUSAL_PROPOSED, actor_id, side, message_id, at)


@transaction.atomic
def answer_excusal(
    *, clock_id: int, actor_id: int, side: str, agreed: bool, message_id: int | None, at: datetime
) -> Clock:
    """Somebody of the other side agrees or declines. Refused: nothing waits, the own proposal, a colleague's."""
    clock, past = _locked(clock_id)
    kind = Kind.EXCUSED if agreed else Kind.EXCUSAL_DECLINED
    return _say(clock, past, kind, actor_id, side, message_id, at)


@transaction.atomic
def withdraw_excusal(*, clock_id: int, actor_id: int, side: str, message_id: int | None, at: datetime) -> Clock:
    """The side that proposed it takes it back. Refused: nothing waits, or the other side proposed it."""
    clock, past = _locked(clock_id)
    return _say(clock, past, Kind.EXCUSAL_WITHDRAWN, actor_id, side, message_id, at)


def _say(
    clock: Clock, past: History, kind: Kind, actor_id: int, side: str, message_id: int | None, at: datetime
) -> Clock:
    at = max(at, past.facts[-1].at)  # requests that crossed are put in the order of their locks
    data = {"side": rule.Side(side).value, "message": message_id}
    try:
        one = rule.said(at, actor_id, data)
        if kind is Kind.EXCUSAL_PROPOSED:
            rule.propose(past.state.excusal, past.state.verdict, past.state.judged_at, one)
        elif kind is Kind.EXCUSAL_WITHDRAWN:
            rule.withdraw(past.state.excusal, one)
        else:
            rule.answer(past.state.excusal, one, agreed=kind is Kind.EXCUSED)
    except ExcusalError as error:
        raise Refused(_why(error.why), code=error.why.name.lower()) from error
    _add(past, kind, at, actor_id, data)
    clock.save()
    return clock


def _why(why: Why) -> str:
    return {
        Why.NOT_MISSED: _("Only a missed promise can be excused, once it is judged: this one isn’t missed."),
        Why.WAITS: _("An excusal waits for the other side already: it is answered first."),
        Why.EXCUSED: _("Both sides have excused it already: there is nothing more to agree on."),
        Why.NOTHING: _("No excusal waits for an answer. Propose one, with a reason."),
        Why.OWN: _("You proposed this yourself: somebody of the other side agrees or declines."),
        Why.SAME_SIDE: _("Your own side proposed this: somebody of the other side agrees or declines."),
        Why.OTHER_SIDE: _("The other side proposed this: agree or decline, or let it be withdrawn by who proposed it."),
        Why.EARLIER: _("It can’t be answered before it was proposed. Load the page again."),
    }[why]
