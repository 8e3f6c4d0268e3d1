"""The only writers of contracts, their documents and the changes of these, exclusions, responsibilities and Reserved Hours."""

from .approvals import Mismatch, TextChanged, approve, verify
from .changes import ask, decline
from .contract import activate, end, suspend
from .documents import Wording, incorporate, publish, write
from .exclusions import edit_exclusion
from .hours import consume, grant, reverse
from .proposals import draft, expire, propose, reject, take_effect, withdraw
from .responsibilities import add_responsibility, edit_responsibility, settle_responsibility

__all__ = [
    "Mismatch",
    "TextChanged",
    "Wording",
    "activate",
    "add_responsibility",
    "approve",
    "ask",
    "consume",
    "decline",
    "draft",
    "edit_exclusion",
    "edit_responsibility",
    "end",
    "expire",
    "grant",
    "incorporate",
    "propose",
    "publish",
    "reject",
    "reverse",
    "settle_responsibility",
    "suspend",
    "take_effect",
    "verify",
    "withdraw",
    "write",
]
