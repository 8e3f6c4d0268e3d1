"""Tickets that run late, as in the tests of escalation."""

from tests.escalation.conftest import open_ticket

__all__ = ["open_ticket"]
