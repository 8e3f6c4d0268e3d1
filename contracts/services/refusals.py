"""What was tried on an agreement and refused leaves an event, though nothing else was written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from audit.services import record
from common.errors import Refused
from contracts.models import Contract


@contextmanager
def remembered(actor: User, contract: Contract, act: str, now: datetime, **about: Any) -> Iterator[None]:
    """A transaction; when a rule says no it is rolled back, and the refusal is written down by its code, in the caller's own."""
    try:
        with transaction.atomic():
            yield
    except Refused as refusal:
        record(
            organization_id=contract.organization_id, actor_id=actor.pk, verb="change.refused", subject_kind="contract",
            subject_id=contract.pk, at=now, act=act, code=refusal.code or "rule", **about,
        )  # fmt: skip
        raise
