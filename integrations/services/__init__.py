"""The only writers of tokens and remembered answers."""

from .idempotency import claim, forget, remember
from .tokens import authenticate, create_token, end_tokens, revoke_token

__all__ = ["authenticate", "claim", "create_token", "end_tokens", "forget", "remember", "revoke_token"]
