"""The engine's page: whether it lives, what it did, and what it set aside, for leads and administrators."""

from datetime import timedelta

import pytest

from audit.models import Event
from common import clock, tenancy
from conftest import login_as
from escalation import services
from escalation.models import EngineHeartbeat, EngineMinute, EngineOutage, SetAside
from slo.models import Clock
from tests.escalation.conftest import open_ticket

__all__ = ["open_ticket"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alive(cast):
    """A tick ended a moment ago; ten minutes ago it fired seven steps."""
    login_as("worker")
    services.tick_and_tell(now=cast.now - timedelta(days=1))
    with tenancy.engine() as now:
        EngineMinute.objects.create(
            at=now.replace(second=0, microsecond=0) - timedelta(minutes=10), ticks=6, steps_fired=7
        )
    login_as("app")


@pytest.fixture
def set_aside(cast, open_ticket):
    """The clock of a ticket of Northwind, on which the engine failed a moment ago."""
    ticket = open_ticket(assignee=cast.lea)
    login_as("worker")
    with tenancy.engine() as now:
        row = ticket.clocks.get().clock_id
        services.aside.put_aside(kind="clock", row_id=row, error=ArithmeticError("Ann Alder"), now=now)
    login_as("app")
    return ticket


def page(client, person, **headers):
    client.force_login(person)
    return client.get("/engine/", headers=headers)


def test_a_living_engine_is_quiet(cast, client, alive):
    said = page(client, cast.nadia).content.decode()
    assert "no sign of life" not in said
    assert "7 steps fired in the last hour, at most 7 in a minute" in said
    assert "Nothing is set aside" in said
    assert said.count('class="fired"') == 1


def test_a_silent_one_is_loud_and_says_what_to_do(cast, client, alive):
    login_as("worker")
    with tenancy.engine():
        EngineHeartbeat.objects.update(seen_at=clock.now() - timedelta(minutes=5))
    login_as("app")
    with tenancy.everyone() as now:
        EngineOutage.objects.create(began_at=now - timedelta(minutes=5), told_at=now)
    said = page(client, cast.ada).content.decode()
    assert "has given no sign of life since" in said
    assert "An alarm went out by mail" in said
    assert "Look at worker, beat and Valkey" in said


def test_one_that_never_lived_is_told_apart(cast, client):
    assert "has never given a sign of life" in page(client, cast.nadia).content.decode()


def test_lag_and_outbox_are_as_they_are_now_and_not_as_the_last_tick_found_them(cast, client, alive, open_ticket):
    open_ticket(assignee=cast.lea)  # due on the 18th: long before the database's today
    with tenancy.everyone() as now:
        late = now - services.BEHIND - Clock.objects.get().next_at
    said = page(client, cast.nadia).content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert f"{int(late.total_seconds()) // 3600:,} h".replace(",", " ") in said.replace("\u202f", " ")
    assert "the oldest for" in said


def test_what_is_set_aside_is_shown_with_its_request_and_no_word_of_anybody(cast, client, set_aside):
    said = page(client, cast.nadia).content.decode()
    assert set_aside.reference in said
    assert "ArithmeticError" in said
    assert "Ann Alder" not in said
    assert "set it aside for an hour" in client.get(f"/tickets/{set_aside.reference}/").content.decode()


def test_try_again_makes_it_due_at_once(cast, client, set_aside):
    with tenancy.everyone():
        row = SetAside.objects.get()
    client.force_login(cast.nadia)
    answer = client.post(f"/engine/aside/{row.pk}/again/", follow=True)
    assert "at the next tick" in answer.content.decode()
    with tenancy.everyone():
        assert Clock.objects.get().next_at <= clock.now()
        assert Event.objects.get(verb="engine.tried_again").actor_id == cast.nadia.pk
        SetAside.objects.all().delete()
    said = client.post(f"/engine/aside/{row.pk}/again/", follow=True).content.decode()
    assert "It has gone through meanwhile" in said


def test_htmx_gets_what_changes_and_nothing_around_it(cast, client, alive):
    answer = page(client, cast.nadia, **{"HX-Request": "true"})
    said = answer.content.decode()
    assert said.lstrip().startswith('<div id="engine"')
    assert "<html" not in said
    assert "HX-Request" in answer.headers["Vary"]


def test_leads_and_administrators_find_it_and_nobody_else_does(cast, client):
    for person, status in ((cast.ada, 200), (cast.nadia, 200), (cast.lea, 403), (cast.max, 403), (cast.carl, 404)):
        assert page(client, person).status_code == status
        assert (b'href="/engine/"' in client.get("/", follow=True).content) is (status == 200)
