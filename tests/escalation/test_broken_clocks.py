"""A clock that contradicts itself is named among what is set aside, once, and holds nobody up."""

from datetime import timedelta

import pytest

from audit.models import Event
from common import tenancy
from escalation import services
from escalation.models import EngineHeartbeat, SetAside
from slo.models import Clock, ClockEvent
from tests.slo.broken import plant

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


def look(now):
    with tenancy.engine():
        return services.aside.look_for_broken(now=now)


def test_it_is_found_within_a_minute_named_once_and_stays_until_it_is_repaired(cast, open_ticket, as_worker):
    bad, _good = open_ticket(assignee=cast.lea), open_ticket(assignee=cast.lea)
    with tenancy.everyone():
        clock = Clock.objects.get(pk=bad.clocks.get().clock_id)
    plant(clock, "begins twice")
    as_worker()
    services.tick_and_tell(now=cast.now)
    now = cast.now + 2 * HOUR
    assert look(now) in (0, 1)  # the bell may have looked: its own time is the database's
    with tenancy.engine():
        aside = SetAside.objects.get()
        assert (aside.kind, aside.row_id, aside.ticket_id, aside.error) == ("clock", clock.pk, bad.pk, "FoldError")
        event = Event.objects.get(verb="engine.set_aside")
        assert (event.audience, event.subject_id) == ("internal", bad.pk)
        EngineHeartbeat.objects.update(looked_upto=0)
    assert look(now) == 0
    with tenancy.engine():
        assert EngineHeartbeat.objects.get().looked_upto == ClockEvent.objects.latest("pk").pk
        SetAside.objects.update(retry_at=now)
    assert services.tick(now=now + HOUR).fired == 4  # both clocks, by their rows
    with tenancy.engine():
        assert SetAside.objects.get().retry_at == now + 2 * HOUR
        assert Event.objects.filter(verb="engine.set_aside").count() == 1


def test_it_is_forgotten_once_it_is_sound(cast, open_ticket, as_worker):
    good = open_ticket(assignee=cast.lea)
    as_worker()
    with tenancy.engine():
        services.aside.put_aside(kind="clock", row_id=good.clocks.get().clock_id, error=ValueError(), now=cast.now)
        Clock.objects.update(next_at=None)
        assert services.aside.forget_settled(now=cast.now + 2 * HOUR) == 1


def test_a_look_that_fails_costs_no_sign_of_life(cast, open_ticket, as_worker, monkeypatch):
    open_ticket(assignee=cast.lea)
    as_worker()

    def broken_among(ids):
        raise RuntimeError

    monkeypatch.setattr(services.aside.history, "broken_among", broken_among)
    assert services.tick_and_tell(now=cast.now + 3 * HOUR) == 2
    with tenancy.engine():
        assert EngineHeartbeat.objects.get().ticks == 1


def test_a_bell_looks_at_open_escalations_once_and_at_more_than_a_batch_again(
    cast, open_ticket, as_worker, monkeypatch
):
    for _number in range(5):
        open_ticket(assignee=cast.lea)
    as_worker()
    claim, looks = services.watch.claim, []

    def counted(**more):
        found = claim(**more)
        looks.append(len(found))
        return found

    monkeypatch.setattr(services.watch, "claim", counted)
    now = cast.now + 3 * HOUR
    assert services.tick_all(now=now, limit=2) == 10
    assert looks == [0]
    looks.clear()
    services.tick_all(now=now + 24 * HOUR, limit=2)
    assert looks == [2, 2, 1]
