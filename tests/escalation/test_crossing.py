"""People and ticks at the same tickets in the same second."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from audit.models import Event
from common import tenancy
from common.rls import ENGINE
from conftest import login_as
from escalation import services
from escalation.models import Escalation, EscalationStep
from tickets import services as tickets

pytestmark = pytest.mark.django_db(transaction=True)


def in_threads(jobs):
    """Run jobs at once, each on a connection of its own (the worker's, which may become anybody)."""

    def run(job):
        try:
            return job()
        finally:
            connection.close()

    login_as("worker")
    try:
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(run, jobs))
    finally:
        login_as("app")


def test_persisting_clients_and_ticks_open_one_escalation_and_lose_no_cause(cast, open_ticket):
    opened = [open_ticket(assignee=cast.lea) for _number in range(12)]
    now = cast.now + timedelta(hours=3)

    def persisting(ticket):
        def job():
            with tenancy.user(cast.ann):
                services.persist(actor=cast.ann, ticket_id=ticket.pk, reason="Still down.", now=now)

        return job

    def ticking():
        return services.tick(now=now, limit=2).failed

    cast.ann.roles  # noqa: B018 - read once, not by every thread
    jobs = [job for ticket in opened for job in (persisting(ticket), ticking)]
    assert [failed for failed in in_threads(jobs) if failed] == []
    login_as("worker")
    services.tick_all(now=now)
    with tenancy.enter(tenancy.Scope(ENGINE)):
        assert Escalation.objects.count() == 12
        # Each ticket had a breach and a client's word: the first opened level 1, the other was attached or climbed.
        second = Event.objects.filter(verb__in=["escalation.cause_attached", "escalation.climbed"])
        assert sorted(second.values_list("subject_id", flat=True)) == sorted(ticket.pk for ticket in opened)
        levels = sorted(EscalationStep.objects.values_list("escalation_id", "level"))
        assert len(levels) == len(set(levels))
    login_as("app")


def test_answers_and_ticks_never_lock_each_other_out(cast, open_ticket):
    """An answer holds the ticket and wants its clock; a tick holds the clock and refers to the ticket."""
    opened = [open_ticket(assignee=cast.lea) for _number in range(16)]
    now = cast.now + timedelta(hours=3)

    def answering(ticket):
        def job():
            with tenancy.user(cast.lea):
                tickets.reply(actor=cast.lea, ticket_id=ticket.pk, body="It was us.", now=now)

        return job

    def ticking():
        return services.tick(now=now, limit=4).failed

    cast.lea.roles  # noqa: B018 - read once, not by every thread
    jobs = [job for ticket in opened for job in (answering(ticket), ticking)]
    assert [failed for failed in in_threads(jobs) if failed] == []
