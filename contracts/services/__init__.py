"""The only writers of contracts, their documents, their Reserved Hours, exclusions and responsibilities."""

from .contract import activate, end, suspend
from .documents import Wording, incorporate, publish, write
from .exclusions import edit_exclusion
from .hours import consume, grant, reverse
from .responsibilities import add_responsibility, edit_responsibility, settle_responsibility

__all__ = [
    "Wording",
    "activate",
    "add_responsibility",
    "consume",
    "edit_exclusion",
    "edit_responsibility",
    "end",
    "grant",
    "incorporate",
    "publish",
    "reverse",
    "settle_responsibility",
    "suspend",
    "write",
]
