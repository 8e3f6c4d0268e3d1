"""The only writers of contracts, their documents and the changes of these, hours, onboarding, renewals, exclusions, responsibilities."""

from .approvals import Mismatch, TextChanged, approve, verify
from .changes import alive, ask, decline
from .contract import activate, end, end_due, suspend
from .documents import Wording, publish, write
from .exclusions import edit_exclusion
from .files import attach_file, attach_standard_file, remove_file, remove_standard_file
from .hours import consume, grant, reverse
from .incorporation import incorporate
from .onboarding import agree, begin_onboarding, hand_over, show_evidence, take_back
from .proposals import draft, expire, propose, reject, take_effect, withdraw
from .renewal import remind_renewals, renew
from .responsibilities import add_responsibility, edit_responsibility, settle_responsibility
from .tables import Written, write_clauses, write_standard_clauses
from .template import edit_template

__all__ = [
    "Mismatch",
    "TextChanged",
    "Wording",
    "Written",
    "activate",
    "add_responsibility",
    "agree",
    "alive",
    "approve",
    "ask",
    "attach_file",
    "attach_standard_file",
    "begin_onboarding",
    "consume",
    "decline",
    "draft",
    "edit_exclusion",
    "edit_responsibility",
    "edit_template",
    "end",
    "end_due",
    "expire",
    "grant",
    "hand_over",
    "incorporate",
    "propose",
    "publish",
    "reject",
    "remind_renewals",
    "remove_file",
    "remove_standard_file",
    "renew",
    "reverse",
    "settle_responsibility",
    "show_evidence",
    "suspend",
    "take_back",
    "take_effect",
    "verify",
    "withdraw",
    "write",
    "write_clauses",
    "write_standard_clauses",
]
