"""Why a level is reached, in the reader's language."""

from django.utils.translation import gettext_lazy as _

from .ladder import Cause

CAUSE = {
    Cause.BREACH: _("the first answer is late"),
    Cause.SILENCE: _("nobody took it in time"),
    Cause.PERSISTS: _("the problem persists"),
    Cause.BROKEN_PROMISE: _("the promised update did not come"),
    Cause.EMPTY_LEVEL: _("nobody stood at the level below"),
}
