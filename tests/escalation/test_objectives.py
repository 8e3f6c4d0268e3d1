"""A missed next answer or resolution, and a pause whose date has come: by the tick, once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from common import tenancy
from escalation import services
from escalation.models import Escalation
from notifications.models import Delivery
from tests.slo.cases import HOUR, MINUTE, at
from tests.tickets.acting import at_once, events, fresh
from tests.tickets.promising import clocks, promised
from tests.tickets.test_objectives import do, say
from tickets.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)


def open_causes() -> list[str]:
    with tenancy.engine():
        return list(Escalation.objects.open().values_list("cause", flat=True))


def test_a_missed_next_answer_opens_the_ladder_and_an_answer_ends_it(cast: Any, as_worker: Any) -> None:
    ticket = promised(cast)
    say(cast.lea, ticket, cast.now + HOUR)
    say(cast.ann, ticket, cast.now + 2 * HOUR)
    as_worker()
    services.tick(now=cast.now + 6 * HOUR + MINUTE)
    assert open_causes() == ["breach"]
    [event] = events(ticket, "clock.breach")
    assert (event.data["objective"], event.at) == ("next_response", cast.now + 6 * HOUR)
    say(cast.lea, ticket, cast.now + 7 * HOUR)
    services.tick(now=cast.now + 7 * HOUR + MINUTE)
    assert open_causes() == []


def test_a_missed_resolution_opens_it_too_and_an_answer_alone_ends_nothing(cast: Any, as_worker: Any) -> None:
    ticket = promised(cast)
    say(cast.lea, ticket, cast.now + HOUR)
    as_worker()
    late = at("2026-11-20T10:01")
    services.tick(now=late)
    assert open_causes() == ["unresolved"]
    with tenancy.engine():
        words = dict(Delivery.objects.filter(template__startswith="clock_").values_list("template", "context"))
    assert {one["objective"] for one in words.values()} == {"resolution"}
    assert {"clock_missed", "clock_breach"} <= set(words)
    say(cast.lea, ticket, late + MINUTE)
    services.tick(now=late + 2 * MINUTE)
    assert open_causes() == ["unresolved"]
    do(cast.lea, ticket, "resolve", late + 3 * MINUTE)
    services.tick(now=late + 4 * MINUTE)
    assert open_causes() == []


def test_a_second_promise_that_is_missed_joins_what_is_open(cast: Any, as_worker: Any) -> None:
    ticket = promised(cast)
    as_worker()
    services.tick(now=at("2026-11-20T10:01"))  # neither answered nor resolved
    assert open_causes() == ["breach"]
    assert [one.data["cause"] for one in events(ticket, "escalation.cause_attached")] == ["unresolved"]


class TestTheDateHasCome:
    def paused(self, cast: Any) -> Ticket:
        ticket = promised(cast)
        do(cast.lea, ticket, "wait_for_client", cast.now + HOUR, question="Which?", resume_on=date(2026, 11, 20))
        return ticket

    def test_it_goes_on_and_the_queue_knows(self, cast: Any, as_worker: Any) -> None:
        ticket = self.paused(cast)
        as_worker()
        services.tick(now=at("2026-11-20T00:00"))
        assert fresh(ticket).due_at is None  # at the instant itself it hasn't passed
        services.tick(now=at("2026-11-20T11:30"))
        services.tick(now=at("2026-11-20T11:30"))
        [clock] = clocks(ticket, "resolution")
        assert clock.due_at == fresh(ticket).due_at == at("2026-11-23T17:00")  # an hour was used, seventeen are left
        [event] = events(ticket, "clock.resumed")
        assert (event.at, event.actor_id, event.data["by"]) == (at("2026-11-20T00:00"), None, "date")
        assert fresh(ticket).status == "waiting_client"

    def test_a_ticket_that_somebody_holds_comes_with_the_next_tick(self, cast: Any, as_worker: Any) -> None:
        ticket, when = self.paused(cast), at("2026-11-20T11:30")
        as_worker()

        with tenancy.engine():
            Ticket.objects.locked(ticket.pk)
            [result] = at_once(lambda: services.tick(now=when))
            assert (result.claimed, result.failed) == (1, [])
        assert clocks(ticket, "resolution")[0].paused_at is not None
        services.tick(now=when)
        assert clocks(ticket, "resolution")[0].paused_at is None
