"""The only writers of contracts and their Reserved Hours."""

from .contract import activate, end, suspend
from .hours import consume, grant, reverse

__all__ = ["activate", "consume", "end", "grant", "reverse", "suspend"]
