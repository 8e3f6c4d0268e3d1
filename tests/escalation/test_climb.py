"""What the ladder does as time goes by: silence climbs, answers end it, promises hold it still until they are broken."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from audit.models import Event
from common import tenancy
from common.errors import Refused
from conftest import login_as
from escalation import services
from escalation.models import Escalation, EscalationStep
from notifications.models import Delivery
from tickets import services as tickets
from tickets.models import Message

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LATE = 121 * MINUTE  # Northwind's high priority: two hours


def tick(now):
    login_as("worker")
    try:
        return services.tick_all(now=now)
    finally:
        login_as("app")


def escalation():
    with tenancy.everyone():
        return Escalation.objects.latest("id")


def verbs():
    with tenancy.everyone():
        rows = Event.objects.filter(verb__startswith="escalation.").order_by("id").values_list("verb", flat=True)
        return [verb.removeprefix("escalation.") for verb in rows]


def told(verb):
    with tenancy.everyone():
        events = Event.objects.filter(verb=f"escalation.{verb}").values("pk")
        return list(Delivery.objects.filter(event__in=events).order_by("id").values_list("address", flat=True))


@pytest.fixture
def late(cast, open_ticket):
    """A ticket of Léa's that has just missed its first answer: its escalation stands at level 1."""
    ticket = open_ticket(assignee=cast.lea)
    tick(cast.now + LATE)
    return ticket


def test_silence_climbs_level_by_level_and_the_top_alarms_daily_until_taken(cast, late):
    tick(cast.now + LATE + 30 * MINUTE)  # the last instant is in time
    assert escalation().level == 1
    tick(cast.now + LATE + 31 * MINUTE)
    assert (escalation().level, told("climbed")) == (2, ["nadia@example.com"])
    tick(cast.now + LATE + 92 * MINUTE)
    assert (escalation().level, told("climbed")) == (3, ["nadia@example.com", "max@example.com"])
    entered = escalation().entered_at
    taken_late = escalation().acknowledge_by + MINUTE
    tick(taken_late)
    tick(taken_late + DAY - MINUTE)
    assert (verbs()[3:], told("alarmed")) == (["alarmed"], ["max@example.com"])
    tick(taken_late + DAY + MINUTE)
    assert verbs()[3:] == ["alarmed", "alarmed"]
    assert (escalation().level, escalation().entered_at) == (3, entered)
    with tenancy.user(cast.max):
        now = taken_late + DAY + HOUR
        services.acknowledge(actor=cast.max, escalation_id=escalation().pk, update_by=now + 3 * DAY, now=now)
    tick(taken_late + 3 * DAY)
    assert verbs()[3:] == ["alarmed", "alarmed", "acknowledged"]
    with tenancy.everyone():
        steps = list(EscalationStep.objects.order_by("level").values_list("level", "cause"))
    assert steps == [(1, "breach"), (2, "silence"), (3, "silence")]


def test_a_public_human_answer_ends_it(cast, late):
    with tenancy.user(cast.lea):
        tickets.note(actor=cast.lea, ticket_id=late.pk, body="Looking.", now=cast.now + LATE + MINUTE)
    tick(cast.now + LATE + 2 * MINUTE)
    assert escalation().closed_at is None
    with tenancy.user(cast.lea):
        tickets.reply(actor=cast.lea, ticket_id=late.pk, body="It was the proxy.", now=cast.now + LATE + 3 * MINUTE)
    tick(cast.now + LATE + 4 * MINUTE)
    assert (verbs()[-1], escalation().closed_at, escalation().next_at) == ("closed", cast.now + LATE + 4 * MINUTE, None)
    tick(cast.now + 30 * HOUR)
    assert verbs()[-1] == "closed"


def test_an_answer_that_came_just_before_silence_was_seen_still_ends_it(cast, late):
    with tenancy.user(cast.lea):
        tickets.reply(actor=cast.lea, ticket_id=late.pk, body="It was the proxy.", now=cast.now + LATE + 31 * MINUTE)
    tick(cast.now + LATE + 32 * MINUTE)
    assert verbs() == ["opened", "closed"]


def test_the_end_of_the_ticket_ends_it(cast, late):
    with tenancy.user(cast.ann):
        tickets.cancel(actor=cast.ann, ticket_id=late.pk, reason="Found it.", now=cast.now + LATE + MINUTE)
    tick(cast.now + LATE + 2 * MINUTE)
    assert verbs() == ["opened", "closed"]
    with tenancy.everyone():
        assert Event.objects.get(verb="escalation.closed").data["why"] == "ticket_done"


def test_taking_it_promises_an_update_and_a_kept_promise_ends_it(cast, late):
    now = cast.now + LATE + 10 * MINUTE
    with tenancy.user(cast.lea):
        services.acknowledge(actor=cast.lea, escalation_id=escalation().pk, update_by=now + 2 * HOUR, now=now)
    assert told("acknowledged") == ["ann@example.com"]
    tick(now + HOUR)
    assert (escalation().level, escalation().acknowledged_by_id) == (1, cast.lea.pk)
    with tenancy.user(cast.lea):
        tickets.reply(actor=cast.lea, ticket_id=late.pk, body="Half of it works.", now=now + HOUR)
    tick(now + 2 * HOUR)
    assert verbs() == ["opened", "acknowledged", "closed"]


def test_a_broken_promise_climbs(cast, late):
    now = cast.now + LATE + 10 * MINUTE
    with tenancy.user(cast.lea):
        services.acknowledge(actor=cast.lea, escalation_id=escalation().pk, update_by=now + HOUR, now=now)
    tick(now + HOUR)  # the last instant is in time
    assert escalation().level == 1
    tick(now + HOUR + MINUTE)
    one = escalation()
    assert (one.level, one.acknowledged_at, one.acknowledged_by, one.update_by) == (2, None, None, None)
    assert verbs() == ["opened", "acknowledged", "climbed"]
    with tenancy.everyone():
        assert EscalationStep.objects.get(level=2).cause == "broken_promise"


def test_an_empty_level_on_the_way_falls_through(cast, late):
    with tenancy.everyone():
        cast.nadia.is_active = False
        cast.nadia.save()
    tick(cast.now + LATE + HOUR)
    assert (escalation().level, told("climbed")) == (3, ["max@example.com"])
    with tenancy.everyone():
        steps = list(EscalationStep.objects.order_by("level").values_list("level", "cause", "is_empty"))
    assert steps == [(1, "breach", False), (2, "silence", True), (3, "empty_level", False)]


def test_where_nobody_stands_at_all_the_leads_are_told(cast, open_ticket):
    with tenancy.everyone():
        for level in cast.northwind_ladder.levels.all():
            level.members.all().delete()
    open_ticket()
    tick(cast.now + LATE)
    assert (escalation().level, told("climbed")) == (3, ["nadia@example.com"])


# "It persists"


def persist(person, ticket, now, reason="Still down for forty people."):
    with tenancy.user(person):
        return services.persist(actor=person, ticket_id=ticket.pk, reason=reason, now=now)


def test_the_client_opens_the_ladder_and_climbs_it(cast, open_ticket):
    ticket = open_ticket(assignee=cast.lea)
    one = persist(cast.ann, ticket, cast.now + MINUTE)
    assert (one.level, one.cause, told("opened")) == (1, "persists", ["lea@example.com"])
    one = persist(cast.rosa, ticket, cast.now + 2 * MINUTE, "And the others too.")
    assert (one.level, told("climbed")) == (2, ["nadia@example.com"])
    with tenancy.everyone():
        assert EscalationStep.objects.get(level=2).reason == "And the others too."
        assert Message.objects.filter(ticket=ticket).latest("id").body == "And the others too."
        assert Event.objects.get(verb="escalation.climbed").actor_id == cast.rosa.pk


def test_at_the_top_it_alarms_at_once(cast, open_ticket):
    ticket = open_ticket(assignee=cast.lea)
    for minute in range(1, 5):
        one = persist(cast.ann, ticket, cast.now + minute * MINUTE)
    assert (one.level, verbs()) == (3, ["opened", "climbed", "climbed", "alarmed"])
    assert told("alarmed") == ["max@example.com"]


def test_words_do_not_end_what_persists_until_somebody_takes_it(cast, open_ticket):
    ticket = open_ticket(assignee=cast.lea)
    persist(cast.ann, ticket, cast.now + MINUTE)
    with tenancy.user(cast.lea):
        tickets.reply(actor=cast.lea, ticket_id=ticket.pk, body="Have you tried again?", now=cast.now + 2 * MINUTE)
    tick(cast.now + 3 * MINUTE)
    assert verbs() == ["opened"]
    with tenancy.user(cast.lea):
        now = cast.now + 4 * MINUTE
        services.acknowledge(actor=cast.lea, escalation_id=escalation().pk, update_by=now + HOUR, now=now)
        tickets.reply(actor=cast.lea, ticket_id=ticket.pk, body="It was us: fixed.", now=now + MINUTE)
    tick(cast.now + 6 * MINUTE)
    assert verbs() == ["opened", "acknowledged", "closed"]


def test_without_ladder_the_leads_are_told(cast, open_ticket):
    with tenancy.everyone():
        cast.northwind_ladder.levels.all().delete()
    ticket = open_ticket(assignee=cast.lea)
    assert persist(cast.ann, ticket, cast.now + MINUTE) is None
    assert (verbs(), told("no_ladder")) == (["no_ladder"], ["nadia@example.com"])


def test_it_needs_a_reason_an_open_ticket_and_a_client_who_sees_it(cast, open_ticket):
    ticket = open_ticket(assignee=cast.lea)
    with pytest.raises(Refused):
        persist(cast.ann, ticket, cast.now, "  ")
    with pytest.raises(Http404):
        persist(cast.bob, ticket, cast.now)
    with pytest.raises(Http404):
        persist(cast.julien, ticket, cast.now)
    with pytest.raises(PermissionDenied):
        persist(cast.lea, ticket, cast.now)
    with tenancy.user(cast.lea):
        tickets.resolve(actor=cast.lea, ticket_id=ticket.pk, answer="Done.", now=cast.now + MINUTE)
    with pytest.raises(Refused, match="isn't solved"):
        persist(cast.ann, ticket, cast.now + 2 * MINUTE)
    assert verbs() == []


# Taking it


def test_only_its_level_leads_and_administrators_take_it(cast, late):
    now = cast.now + LATE + MINUTE
    arguments = {"escalation_id": escalation().pk, "update_by": now + HOUR, "now": now}
    for person, error in (
        (cast.bob, Http404),
        (cast.julien, Http404),
        (cast.ann, PermissionDenied),
        (cast.max, PermissionDenied),
    ):
        with tenancy.user(person), pytest.raises(error):
            services.acknowledge(actor=person, **arguments)
    with tenancy.user(cast.ada):
        services.acknowledge(actor=cast.ada, **arguments)
    with tenancy.user(cast.nadia), pytest.raises(Refused, match="Ada Novak"):
        services.acknowledge(actor=cast.nadia, **arguments)


def test_the_promise_lies_ahead_and_the_escalation_is_open(cast, late):
    now = cast.now + LATE + MINUTE
    with tenancy.user(cast.lea), pytest.raises(Refused):
        services.acknowledge(actor=cast.lea, escalation_id=escalation().pk, update_by=now, now=now)
    with tenancy.everyone():
        Escalation.objects.update(closed_at=now, next_at=None)
    with tenancy.user(cast.lea), pytest.raises(Refused, match="over"):
        services.acknowledge(actor=cast.lea, escalation_id=escalation().pk, update_by=now + HOUR, now=now)
