"""The demo as a whole: in one transaction, so that it is there or not."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F

from common import tenancy
from notifications.models import Delivery

from . import onboarding, people
from .changes import make_changes
from .contracts import GRANTS, make_contracts
from .play import Stage, perform
from .responsibilities import fill
from .stories import ALL

SINCE = timedelta(days=340)
FRESH = timedelta(hours=1)


def seed(now: datetime) -> int | None:
    """Write the demo's people, contracts, tickets and registers as if they had come about until `now`; None if they are here already.

    Mails of more than an hour ago count as sent at their time, so that nobody's outbox is flooded.
    """
    with tenancy.engine():
        if people.are_here():
            return None
        clients = people.make_clients(now - SINCE)
        cast = people.make_people(clients, now - SINCE)
        stage = Stage(clients, make_contracts(clients, cast, now), cast)
        count = perform(ALL, GRANTS, stage, now)
        onboarding.begin(stage, stage.contracts[onboarding.CLIENT], now)
        make_changes(stage.contracts, cast, now)
        fill(clients, cast, now)
        old = Delivery.objects.filter(
            organization_id__in=[one.pk for one in clients.values()], queued_at__lt=now - FRESH
        )
        old.filter(sent_at__isnull=True).update(sent_at=F("queued_at"), next_at=None)
        return count
