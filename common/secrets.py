"""Nobody types a password into a ticket or a register (domain §7): what looks like a secret is refused at submission."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

# Shapes that are secrets wherever they stand. After "password:" a plain word is prose ("expired", "oublié"): what has
# digits, signs or capitals inside is a password.
SHAPES = {
    gettext_noop("a private key"): re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    gettext_noop("an Atlassian API token"): re.compile(r"\bATATT3[A-Za-z0-9_\-=]{20,}"),
    gettext_noop("a token of Total Care"): re.compile(r"\btc_[0-9]+_[A-Za-z0-9_-]{43}"),
    gettext_noop("an access key"): re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}\b"),
    gettext_noop("a bearer token"): re.compile(r"(?i)\bauthorization\s*:\s*(?:bearer|basic)\s+[A-Za-z0-9._\-+/=]{12,}"),
    gettext_noop("a password"): re.compile(
        r"(?i)\b(?:password|passwd|pwd|mot de passe|mdp)\s*[:=]\s*(?!<)"
        r"(?=\S*(?:[0-9!@#$%^&+=_~]\S|\S[0-9@#$%^&+=_~]|(?-i:[a-zà-ÿ][A-Z])))\S{6,}"
    ),
}


def recognise(text: str) -> str | None:
    """The name of the first secret found in a text, or None."""
    return next((name for name, shape in SHAPES.items() if shape.search(text)), None)


def warning(found: str) -> str:
    """What to do instead."""
    return _(
        "Your text seems to hold %(secret)s. Remove it and send again: never write a secret in the portal; your consultant"
        " will agree on a safe way with you."
    ) % {"secret": _(found)}
