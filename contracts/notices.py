"""Whom to tell about a change of a contract, and what every such mail says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts.models import User
from audit.models import Event
from contracts.amendment import Side
from contracts.models import ChangeRequest
from contracts.selectors import day_of
from contracts.signing import signatories
from notifications import services as notifications


def thread(change: ChangeRequest) -> str:
    """The root that all mails of a change refer to."""
    return f"change-{change.organization_id}-{change.pk}"


def signing(change: ChangeRequest, now: datetime, *sides: Side) -> list[User]:
    """Those who may sign for these sides, or for both."""
    return [one for side in sides or Side for one in signatories(change.contract, side, day_of(now))]


def tell(
    *, change: ChangeRequest, event: Event, people: Iterable[User], template: str, now: datetime, **context: Any
) -> None:
    """Queue a mail about a change. Historical clients are left alone, and nobody is told what he or she did."""
    if change.organization.is_historical:
        return
    about = {
        "reference": change.contract.reference, "client": change.organization.name, "subject": change.what,
        "path": f"/changes/{change.pk}/",
    }  # fmt: skip
    recipients = {person.pk: person for person in people if person.pk != event.actor_id}
    notifications.queue(
        event=event, recipients=recipients.values(), template=template, thread=thread(change), now=now,
        context={**about, **context},
    )  # fmt: skip
