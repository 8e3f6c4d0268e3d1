"""The tick: each step once, whoever ticks, and all that it causes in the same transaction."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import Membership
from audit.models import Event
from common import tenancy
from escalation import services, tasks
from escalation.models import Escalation, EscalationStep
from notifications.models import Delivery
from slo.models import Clock, ClockStep
from tickets import services as tickets

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


def verbs(ticket):
    rows = Event.objects.filter(subject_kind="ticket", subject_id=ticket.pk).order_by("id")
    return [verb for verb in rows.values_list("verb", flat=True) if verb.startswith(("clock.", "escalation."))]


def told(event_verb):
    events = Event.objects.filter(verb=event_verb).values("pk")
    return sorted(Delivery.objects.filter(event__in=events).values_list("template", "address"))


def test_a_warning_tells_the_assignee_and_nobody_else(cast, open_ticket, as_worker):
    ticket = open_ticket(assignee=cast.lea)
    as_worker()
    result = services.tick(now=cast.now + timedelta(minutes=100))
    assert (result.claimed, result.fired, result.failed) == (1, 1, [])
    with tenancy.engine():
        assert verbs(ticket) == ["clock.warning"]
        assert told("clock.warning") == [("clock_warning", "lea@example.com")]
        warning = Event.objects.get(verb="clock.warning")
        assert (warning.audience, warning.at) == ("internal", Clock.objects.get().warn_at)


def test_a_warning_of_an_unassigned_ticket_tells_the_consultants_of_the_client(cast, open_ticket, as_worker):
    open_ticket()
    as_worker()
    services.tick(now=cast.now + timedelta(minutes=100))
    with tenancy.engine():
        assert told("clock.warning") == [("clock_warning", "lea@example.com")]


def test_a_breach_tells_nothing_to_a_requester_who_left_the_client(cast, open_ticket, as_worker):
    open_ticket(assignee=cast.lea)
    with tenancy.everyone():
        Membership.objects.get(organization=cast.northwind, user=cast.ann).delete()
    as_worker()
    services.tick(now=cast.now + timedelta(minutes=121))
    with tenancy.engine():
        assert told("clock.breach") == [("clock_breach", "lea@example.com")]


def test_a_breach_opens_the_ladder_and_tells_the_client_the_truth(cast, open_ticket, as_worker):
    ticket = open_ticket(assignee=cast.lea)
    as_worker()
    now = cast.now + timedelta(minutes=121)
    services.tick(now=now)
    with tenancy.engine():
        assert verbs(ticket) == ["clock.warning", "clock.breach", "escalation.opened"]
        assert told("clock.breach") == [("clock_breach", "lea@example.com"), ("clock_missed", "ann@example.com")]
        assert told("escalation.opened") == [("escalation_level", "lea@example.com")]
        escalation = Escalation.objects.get()
        assert (escalation.level, escalation.cause, escalation.entered_at) == (1, "breach", now)
        assert escalation.acknowledge_by == escalation.next_at == now + timedelta(minutes=30)
        assert [(step.level, step.cause, step.is_empty) for step in EscalationStep.objects.all()] == [
            (1, "breach", False)
        ]
        assert Clock.objects.get().verdict == "missed"


def test_an_unassigned_ticket_falls_through_to_the_service_lead(cast, open_ticket, as_worker):
    ticket = open_ticket()
    as_worker()
    services.tick(now=cast.now + timedelta(minutes=121))
    with tenancy.engine():
        assert verbs(ticket)[2:] == ["escalation.opened", "escalation.climbed"]
        assert told("escalation.climbed") == [("escalation_level", "nadia@example.com")]
        assert list(EscalationStep.objects.order_by("level").values_list("level", "cause", "is_empty")) == [
            (1, "breach", True),
            (2, "empty_level", False),
        ]


def test_windows_are_business_time(cast, open_ticket, as_worker):
    """17:45 in Paris, half an hour to acknowledge: 15 minutes are left today, the rest comes tomorrow at nine."""
    open_ticket(assignee=cast.lea)
    as_worker()
    services.tick(now=cast.now + timedelta(hours=7, minutes=45))
    with tenancy.engine():
        assert Escalation.objects.get().acknowledge_by == cast.now.replace(day=19, hour=8, minute=15)


def test_many_ticks_at_once_fire_each_step_once(cast, open_ticket, as_worker):
    people = [cast.ann, cast.bob]
    for number in range(20):
        open_ticket(people[number % 2], hours=0, assignee=cast.lea if number % 3 else None)
    as_worker()
    now = cast.now + timedelta(hours=8)

    def sweep(_number):
        try:
            return services.tick(now=now, limit=3)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(sweep, range(30)))
    assert sum(result.claimed for result in results) == 20
    assert [result.failed for result in results if result.failed] == []
    with tenancy.engine():
        assert ClockStep.objects.count() == Event.objects.filter(verb__startswith="clock.").count() == 40
        assert Escalation.objects.count() == Event.objects.filter(verb="escalation.opened").count() == 20
        before = Delivery.objects.count()
        Clock.objects.update(next_at=cast.now)  # as after a restored backup
    services.tick_all(now=now)
    with tenancy.engine():
        assert (ClockStep.objects.count(), Escalation.objects.count(), Delivery.objects.count()) == (40, 20, before)


def test_batches_follow_each_other_until_nothing_is_due(cast, open_ticket, as_worker):
    for _number in range(7):
        open_ticket(assignee=cast.lea)
    as_worker()
    assert services.tick_all(now=cast.now + 3 * HOUR, limit=3) == 14
    assert services.tick_all(now=cast.now + 3 * HOUR, limit=3) == 0


def test_a_contract_without_ladder_loses_nothing(cast, open_ticket, as_worker):
    with tenancy.everyone():
        cast.northwind_ladder.levels.all().delete()
        cast.northwind_ladder.delete()
    ticket = open_ticket(assignee=cast.lea)
    as_worker()
    services.tick(now=cast.now + 3 * HOUR)
    with tenancy.engine():
        assert verbs(ticket) == ["clock.warning", "clock.breach", "escalation.no_ladder"]
        assert told("escalation.no_ladder") == [("escalation_level", "nadia@example.com")]
        assert not Escalation.objects.exists()


def test_a_breach_is_attached_to_an_open_escalation_and_climbs_nothing(cast, open_ticket, as_worker):
    ticket = open_ticket(assignee=cast.lea)
    with tenancy.user(cast.ann):
        services.persist(actor=cast.ann, ticket_id=ticket.pk, reason="Still down.", now=cast.now + HOUR)
    as_worker()
    with tenancy.engine():
        Escalation.objects.update(next_at=cast.now + 9 * HOUR, acknowledge_by=cast.now + 9 * HOUR)
    services.tick(now=cast.now + 3 * HOUR)
    with tenancy.engine():
        assert verbs(ticket) == ["escalation.opened", "clock.warning", "clock.breach", "escalation.cause_attached"]
        assert Escalation.objects.get().level == 1
        assert told("escalation.cause_attached") == [("escalation_level", "lea@example.com")]


def test_a_cancelled_ticket_is_left_alone(cast, open_ticket, as_worker):
    ticket = open_ticket(assignee=cast.lea)
    with tenancy.user(cast.ann):
        tickets.cancel(actor=cast.ann, ticket_id=ticket.pk, reason="Found it.", now=cast.now + HOUR)
    as_worker()
    assert services.tick(now=cast.now + 3 * HOUR).fired == 0


def test_historical_clients_are_ticked_by_their_replay_alone_and_get_no_mail(cast, open_ticket, as_worker):
    with tenancy.everyone():
        cast.northwind.is_historical = True
        cast.northwind.save()
    ticket = open_ticket(assignee=cast.lea)
    as_worker()
    assert services.tick_all(now=cast.now + 3 * HOUR) == 0
    assert services.tick_all(now=cast.now + 3 * HOUR, historical=True) == 2
    with tenancy.engine():
        assert verbs(ticket) == ["clock.warning", "clock.breach", "escalation.opened"]
        assert Escalation.objects.get().historical
        assert not Delivery.objects.filter(template__in=["clock_breach", "clock_missed", "escalation_level"]).exists()
    services.tick_all(now=cast.now + 9 * HOUR)
    with tenancy.engine():
        assert Escalation.objects.get().level == 1
    services.tick_all(now=cast.now + 9 * HOUR, historical=True)
    with tenancy.engine():
        assert Escalation.objects.get().level == 2
        assert not Delivery.objects.filter(template="escalation_level").exists()


def test_a_poisoned_row_steps_aside_and_holds_nobody_up(cast, open_ticket, as_worker, monkeypatch, caplog):
    bad, *good = [open_ticket(assignee=cast.lea) for _number in range(4)]
    as_worker()
    with tenancy.engine():
        poisoned = Clock.objects.order_by("id").first().pk
    from escalation.services import fire

    wrote = fire.record_many

    def record_many(events):
        events = list(events)
        if any(event.subject_id == bad.pk for event in events):
            raise ValueError("a poisoned row")
        return wrote(events)

    monkeypatch.setattr(fire, "record_many", record_many)
    now = cast.now + 3 * HOUR
    result = services.tick(now=now)
    assert (result.claimed, result.failed) == (3, [f"clock {poisoned}"])
    with tenancy.engine():
        assert [verbs(ticket) for ticket in good] == [["clock.warning", "clock.breach", "escalation.opened"]] * 3
        assert verbs(bad) == []
        assert Clock.objects.get(pk=poisoned).next_at == now + HOUR
    monkeypatch.undo()
    assert services.tick(now=now + 2 * HOUR).fired == 2
    with tenancy.engine():
        assert verbs(bad)[:3] == ["clock.warning", "clock.breach", "escalation.opened"]
    assert "a poisoned row" in caplog.text


def test_only_a_worker_may_tick(cast):
    from django.db import ProgrammingError

    with pytest.raises(ProgrammingError):
        services.tick(now=cast.now)


def test_the_bell_leaves_an_answer_begun_in_time_the_moment_to_commit(cast, open_ticket, as_worker):
    open_ticket(), open_ticket()
    as_worker()
    with tenancy.engine() as now:
        fresh, old = Clock.objects.order_by("id")
        for clock, ago in ((fresh, services.BEHIND / 10), (old, services.BEHIND + timedelta(minutes=1))):
            for column in ("started_at", "warn_at", "due_at", "next_at"):
                setattr(clock, column, now - ago - (HOUR if column == "started_at" else timedelta()))
            clock.save()
    tasks.tick()
    with tenancy.engine():
        assert list(Clock.objects.order_by("id").values_list("verdict", flat=True)) == ["running", "missed"]
