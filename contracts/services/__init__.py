"""The only writers of contracts, their documents and their Reserved Hours."""

from .contract import activate, end, suspend
from .documents import Wording, incorporate, publish, write
from .hours import consume, grant, reverse

__all__ = ["Wording", "activate", "consume", "end", "grant", "incorporate", "publish", "reverse", "suspend", "write"]
