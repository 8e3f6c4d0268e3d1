"""A row that can't be worked: it waits with an event for the staff, delays nobody, and is tried again when somebody says so."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from audit.models import Event
from common import tenancy
from common.errors import Refused
from conftest import login_as
from escalation import services
from escalation.models import Escalation, SetAside
from escalation.services import fire, watch
from slo.models import Clock, ClockStep

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def poison(monkeypatch):
    """Events of this ticket can't be written, as far as `fire` and `watch` are concerned."""

    def poisoned(ticket):
        for module in (fire, watch):
            wrote = module.record_many

            def record_many(events, wrote=wrote):
                events = list(events)
                if any(event.subject_id == ticket.pk for event in events):
                    raise ValueError("Ann Alder said a secret")
                return wrote(events)

            monkeypatch.setattr(module, "record_many", record_many)

    return poisoned


def test_it_is_put_aside_with_an_event_that_staff_alone_may_read(cast, open_ticket, as_worker, poison):
    bad, good = open_ticket(assignee=cast.lea), open_ticket(assignee=cast.lea)
    as_worker()
    poison(bad)
    now = cast.now + 3 * HOUR
    assert services.tick(now=now).fired == 2  # the other's warning and breach
    with tenancy.engine():
        clock = _clock(bad)
        aside = SetAside.objects.get()
        assert (aside.kind, aside.row_id, aside.ticket_id, aside.times) == ("clock", clock.pk, bad.pk, 1)
        assert (aside.error, aside.retry_at) == ("ValueError", now + HOUR)
        event = Event.objects.get(verb="engine.set_aside")
        assert (event.audience, event.subject_kind, event.subject_id) == ("internal", "ticket", bad.pk)
        assert "secret" not in str(event.data)
        assert not ClockStep.objects.filter(clock=clock).exists()
        assert ClockStep.objects.filter(clock=_clock(good)).count() == 2
    assert services.tick(now=now + timedelta(minutes=1)).claimed == 0


def _clock(ticket):
    return Clock.objects.get(pk=ticket.clocks.get().clock_id)


def test_it_fails_again_and_is_forgotten_once_it_goes_through(cast, open_ticket, as_worker, poison, monkeypatch):
    bad = open_ticket(assignee=cast.lea)
    as_worker()
    poison(bad)
    now = cast.now + 3 * HOUR
    services.tick(now=now)
    services.tick(now=now + 2 * HOUR)
    with tenancy.engine():
        aside = SetAside.objects.get()
        assert (aside.times, aside.retry_at) == (2, now + 3 * HOUR)
        assert Event.objects.filter(verb="engine.set_aside").count() == 2
    monkeypatch.undo()
    assert services.tick(now=now + 4 * HOUR).fired == 2
    with tenancy.engine():
        assert not SetAside.objects.exists()


def test_an_escalation_is_put_aside_the_same_way(cast, open_ticket, as_worker, monkeypatch):
    open_ticket(assignee=cast.lea)
    as_worker()
    services.tick(now=cast.now + 3 * HOUR)

    def review(*args, **kwargs):
        raise KeyError("nobody")

    monkeypatch.setattr(watch, "review", review)
    now = cast.now + 9 * HOUR
    services.tick(now=now)
    with tenancy.engine():
        escalation = Escalation.objects.get()
        aside = SetAside.objects.get()
        assert (aside.kind, aside.row_id, aside.error) == ("escalation", escalation.pk, "KeyError")
        assert escalation.next_at == now + HOUR


def test_a_word_that_cannot_be_said_holds_nobody_up_either(cast, open_ticket, as_worker, poison, monkeypatch):
    bad = open_ticket(assignee=cast.lea)
    as_worker()
    poison(bad)

    def record(**facts):
        raise RuntimeError

    monkeypatch.setattr(services.aside, "record", record)
    now = cast.now + 3 * HOUR
    services.tick(now=now)
    with tenancy.engine():
        assert _clock(bad).next_at == now + HOUR
        assert not SetAside.objects.exists()


def put_aside(cast, open_ticket, poison, monkeypatch):
    """A ticket of Northwind whose clock was put aside, and is sound again."""
    bad = open_ticket(assignee=cast.lea)
    with monkeypatch.context():
        login_as("worker")
        poison(bad)
        services.tick(now=cast.now + 3 * HOUR)
    monkeypatch.undo()
    with tenancy.engine():
        aside = SetAside.objects.get()
    login_as("app")
    return bad, aside


def test_a_lead_has_it_tried_again_at_once(cast, open_ticket, poison, monkeypatch):
    bad, aside = put_aside(cast, open_ticket, poison, monkeypatch)
    now = cast.now + 3 * HOUR + timedelta(minutes=5)
    with tenancy.user(cast.nadia):
        services.try_again(actor=cast.nadia, aside_id=aside.pk, now=now)
        event = Event.objects.get(verb="engine.tried_again")
        assert (event.actor_id, event.audience, event.subject_id) == (cast.nadia.pk, "internal", bad.pk)
    login_as("worker")
    assert services.tick(now=now + timedelta(seconds=1)).fired == 2
    login_as("app")
    with tenancy.user(cast.nadia):
        assert not SetAside.objects.exists()
        with pytest.raises(Refused, match="gone through"):
            services.try_again(actor=cast.nadia, aside_id=aside.pk, now=now)


def test_nobody_else_may(cast, open_ticket, poison, monkeypatch):
    _bad, aside = put_aside(cast, open_ticket, poison, monkeypatch)
    for person, refusal in ((cast.lea, PermissionDenied), (cast.max, PermissionDenied), (cast.carl, Http404)):
        with tenancy.user(person), pytest.raises(refusal):
            services.try_again(actor=person, aside_id=aside.pk, now=cast.now)


def test_after_downtime_it_catches_up_in_due_order_over_batches_and_repeats_nothing(cast, open_ticket, as_worker):
    """Nine clocks fell due while nothing ran, opened in no order: three batches, each later than the one before it."""
    for hours in (3, 9, 5, 1, 8, 2, 7, 4, 6):
        open_ticket(hours=hours / 60, assignee=cast.lea)
    as_worker()
    now = cast.now + timedelta(days=2)
    batches = []
    for _number in range(3):
        assert services.tick(now=now, limit=3).claimed == 3
        with tenancy.engine():
            fired = ClockStep.objects.filter(name="breach").exclude(
                pk__in=[pk for batch in batches for pk, _at in batch]
            )
            batches.append(list(fired.values_list("pk", "at")))
    instants = [[at for _pk, at in sorted(batch, key=lambda row: row[1])] for batch in batches]
    assert [len(batch) for batch in instants] == [3, 3, 3]
    assert sum(instants, []) == sorted(sum(instants, []))  # noqa: RUF017 - nine of them
    assert services.tick_all(now=now, limit=3) == 0
    with tenancy.engine():
        events = list(Event.objects.filter(verb="clock.breach").order_by("id").values_list("at", flat=True))
        assert events == sorted(events)
        assert len(events) == len(set(Event.objects.filter(verb="clock.breach").values_list("subject_id"))) == 9
