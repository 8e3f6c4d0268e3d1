"""The only writers of contracts, their documents, the changes of these, and their Reserved Hours."""

from .approvals import Mismatch, TextChanged, approve, verify
from .changes import ask, decline
from .contract import activate, end, suspend
from .documents import Wording, incorporate, publish, write
from .hours import consume, grant, reverse
from .proposals import draft, expire, propose, reject, take_effect, withdraw

__all__ = [
    "Mismatch",
    "TextChanged",
    "Wording",
    "activate",
    "approve",
    "ask",
    "consume",
    "decline",
    "draft",
    "end",
    "expire",
    "grant",
    "incorporate",
    "propose",
    "publish",
    "reject",
    "reverse",
    "suspend",
    "take_effect",
    "verify",
    "withdraw",
    "write",
]
