"""Why a level is reached, in the reader's language."""

from django.utils.translation import gettext_lazy as _

from .ladder import Cause

CAUSE = {
    Cause.BREACH: _("a promised answer is late"),
    Cause.UNRESOLVED: _("the promised resolution is late"),
    Cause.SILENCE: _("nobody took it in time"),
    Cause.PERSISTS: _("the problem persists"),
    Cause.BROKEN_PROMISE: _("the promised update did not come"),
    Cause.EMPTY_LEVEL: _("nobody stood at the level below"),
}
VERBS = {
    "clock.warning": _("Promise due soon"),
    "clock.breach": _("Promise missed"),
    "clock.paused": _("Promise paused"),
    "clock.resumed": _("Promise goes on"),
    "escalation.opened": _("Escalation opened"),
    "escalation.climbed": _("Escalation climbed"),
    "escalation.acknowledged": _("Escalation taken"),
    "escalation.cause_attached": _("Cause joined to the escalation"),
    "escalation.closed": _("Escalation ended"),
    "escalation.alarmed": _("Top level reminded"),
    "escalation.no_ladder": _("No ladder to climb"),
}
