"""Creating once, however often it is asked: a key of the client's own, and the answer it got the first time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.models import User
from integrations.models import IdempotencyRecord

KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Claim:
    """A key in use until COMMIT. `earlier`: the answer that it got; `conflict`: that was for another request."""

    key: str
    request_digest: str
    earlier: IdempotencyRecord | None = None

    @property
    def conflict(self) -> bool:
        """The key is known, and for something else."""
        return self.earlier is not None and self.earlier.request_digest != self.request_digest


def fingerprint(method: str, path: str, body: bytes) -> str:
    """What makes two requests the same."""
    return hashlib.sha256(f"{method} {path}\n".encode() + body).hexdigest()


def claim(*, actor: User, key: str, request_digest: str, now: datetime) -> Claim:
    """Take a person's key until the transaction ends; who asks with it meanwhile waits, and then sees what was answered."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"idempotency {actor.pk} {key}"])
    known = IdempotencyRecord.objects.visible_to(actor).filter(user=actor, key=key, at__gt=now - KEPT)
    return Claim(key, request_digest, known.order_by("-id").first())


@transaction.atomic
def remember(*, actor: User, claim: Claim, organization_id: int, status: int, body: str, now: datetime) -> None:
    """Write the answer, in the transaction of what it tells of: both are there, or neither."""
    mine = {"organization_id": organization_id, "user": actor, "key": claim.key}
    IdempotencyRecord.objects.filter(**mine).delete()  # older than a day, or it would have answered
    IdempotencyRecord.objects.create(**mine, request_digest=claim.request_digest, status=status, body=body, at=now)


@transaction.atomic
def forget(*, now: datetime) -> int:
    """Delete answers older than a day, for all clients: the engine's. Returns how many."""
    return IdempotencyRecord.objects.filter(at__lte=now - KEPT).delete()[0]
