"""The only writers of contracts, their documents, their Reserved Hours, onboarding and renewals."""

from .contract import activate, end, suspend
from .documents import Wording, incorporate, publish, write
from .hours import consume, grant, reverse
from .onboarding import agree, begin_onboarding, hand_over, show_evidence, withdraw
from .renewal import remind_renewals, renew
from .template import edit_template

__all__ = [
    "Wording",
    "activate",
    "agree",
    "begin_onboarding",
    "consume",
    "edit_template",
    "end",
    "grant",
    "hand_over",
    "incorporate",
    "publish",
    "remind_renewals",
    "renew",
    "reverse",
    "show_evidence",
    "suspend",
    "withdraw",
    "write",
]
