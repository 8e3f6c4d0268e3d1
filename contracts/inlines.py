"""What upper floors show on a contract's admin page: they add their inlines here."""

from typing import Any

INLINES: list[Any] = []


def register(inline: Any) -> Any:
    """Add an inline, once; usable as a decorator."""
    if inline not in INLINES:
        INLINES.append(inline)
    return inline
