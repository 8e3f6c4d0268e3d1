"""What an amendment would move, on its page: counted by a worker, listed as far as the reader sees, gone once it is in effect."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Organization
from common import long_work, tenancy
from contracts import services as contracts
from contracts.services import editing
from slo import services as slo
from tests.contracts.changing import HIGH, drafted, proposed, sign
from tests.tickets.acting import act, opened
from tests.tickets.promising import clocks, promised
from tickets import services as tickets
from tickets.models import ImpactPreview

pytestmark = pytest.mark.django_db
BY_HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def cast(at_the_time: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The worker's scope is lent to the tests' role."""
    monkeypatch.setattr(tenancy, "engine", tenancy.everyone)
    return at_the_time


def url(proposal: Any) -> str:
    return f"/changes/{proposal.change_id}/impact/"


def counted(get: Any, person: Any, proposal: Any) -> Any:
    """The page after a worker came by."""
    get(person, url(proposal))
    tickets.count_impact()
    return get(person, url(proposal))


def said(page: Any) -> str:
    """What one reads, without the marks."""
    return re.sub(r"<[^>]+>", "", page.text)


def only() -> ImpactPreview:
    with tenancy.everyone():
        return ImpactPreview.objects.get()


def test_open_requests_that_would_move_are_counted_and_listed(cast, get):
    ticket, calm = opened(cast), opened(cast, priority="low")
    proposal = proposed(cast, terms={HIGH: "30"})
    shown = counted(get, cast.rosa, proposal)
    impact = shown.context["impact"]
    assert (impact.open_requests, impact.moved, impact.sooner, impact.newly_late, impact.requesters) == (2, 1, 1, 0, 1)
    assert f"/tickets/{ticket.reference}/" in shown.text
    assert f"/tickets/{calm.reference}/" not in shown.text
    assert "Nadia Benali" in shown.text
    assert "Counted at 10:00." in said(shown)


def test_a_requester_who_sees_only_own_requests_reads_no_one_elses(cast, get):
    ticket = opened(cast, actor=cast.rosa)
    with tenancy.everyone():
        Organization.objects.filter(pk=cast.northwind.pk).update(requesters_see="own")
    proposal = proposed(cast, terms={HIGH: "30"})
    assert f"/tickets/{ticket.reference}/" in counted(get, cast.rosa, proposal).text
    shown = get(cast.ann, url(proposal))  # of the same count
    assert shown.context["impact"].moved == 1
    assert f"/tickets/{ticket.reference}/" not in shown.text
    assert "and 1 more" in shown.text


def test_until_a_worker_comes_the_page_says_so_and_looks_again_by_itself(cast, get, monkeypatch):
    for _number in range(3):
        opened(cast)
    proposal = proposed(cast, terms={HIGH: "30"})
    waiting = get(cast.rosa, url(proposal))
    assert "waiting for its turn" in waiting.text
    assert f'hx-get="{url(proposal)}" hx-trigger="every 1s"' in waiting.text
    assert "See how far it is" in waiting.text
    monkeypatch.setattr("tickets.services.foreseeing.BATCH", 2)
    monkeypatch.setattr(long_work, "PATIENCE", 0.0)
    held = long_work.take(ImpactPreview)
    long_work._carry_on(held, tickets.foreseeing._batch, 0.0)
    half = get(cast.rosa, url(proposal), **BY_HTMX)
    assert '<progress max="100" value="66"' in half.text
    assert "2 of 3" in half.text
    assert "<html" not in half.text
    tickets.count_impact()
    done = get(cast.rosa, url(proposal), **BY_HTMX)
    assert "every 1s" not in done.text
    assert "Counted: 3 promises would move." in done.text  # for who listens
    assert done.context["impact"].moved == 3


def test_where_no_worker_runs_it_says_since_when_and_what_to_do(cast, get):
    proposal = proposed(cast)
    get(cast.rosa, url(proposal))
    with tenancy.everyone():
        ImpactPreview.objects.update(asked_at=cast.now - timedelta(minutes=2))
    to_rosa = said(get(cast.rosa, url(proposal)))
    assert "Nobody has worked on it since Wed 18 Nov, 09:58." in to_rosa
    assert "tell your account manager" in to_rosa
    assert "an administrator can start it" in said(get(cast.max, url(proposal)))


def test_a_count_is_kept_for_ten_minutes_and_counted_again_on_request(cast, get, client):
    proposal = proposed(cast, terms={HIGH: "30"})
    counted(get, cast.rosa, proposal)
    opened(cast)
    assert get(cast.ann, url(proposal)).context["impact"].moved == 0
    client.force_login(cast.ann)
    answer = client.post(url(proposal))
    assert (answer.status_code, answer["Location"]) == (302, url(proposal))
    assert counted(get, cast.ann, proposal).context["impact"].moved == 1
    with tenancy.everyone():
        ImpactPreview.objects.update(finished_at=cast.now - timedelta(minutes=11))
    assert get(cast.ann, url(proposal)).context["impact"].work.state == "waiting"


def test_who_asks_again_while_it_is_counted_changes_nothing(cast, get, client):
    opened(cast)
    proposal = proposed(cast)
    get(cast.rosa, url(proposal))
    held = long_work.take(ImpactPreview)
    client.force_login(cast.ann)
    assert client.post(url(proposal), headers=BY_HTMX).status_code == 200
    assert only().lease == held.lease


def test_other_words_make_it_stale_and_it_is_counted_anew(cast, get):
    opened(cast)
    proposal = proposed(cast, terms={HIGH: "30"})
    assert counted(get, cast.max, proposal).context["impact"].moved == 1
    before = only().text_hash
    with tenancy.everyone():
        term = proposal.document.clauses.get().terms.get()
    term.value = "120"
    act(cast.ada, editing.edit, part=term, fields=["value"], now=cast.now)
    shown = get(cast.max, url(proposal))
    assert shown.context["impact"].work.state == "waiting"
    assert only().text_hash != before
    tickets.count_impact()
    assert get(cast.max, url(proposal)).context["impact"].moved == 0


def test_words_that_change_while_it_is_counted_end_that_count(cast, get):
    opened(cast)
    proposal = proposed(cast, terms={HIGH: "30"})
    get(cast.max, url(proposal))
    with tenancy.everyone():
        clause = proposal.document.clauses.get()
    clause.text = "Answered sooner."
    act(cast.ada, editing.edit, part=clause, fields=["text"], now=cast.now)
    tickets.count_impact()
    assert (only().state, only().failure) == ("failed", "changed")
    tickets.count_impact()
    assert counted(get, cast.max, proposal).context["impact"].moved == 1


def test_a_count_that_broke_off_says_so_and_can_be_asked_for_again(cast, get, client):
    proposal = proposed(cast)
    get(cast.rosa, url(proposal))
    with tenancy.everyone() as now:
        ImpactPreview.objects.update(state="failed", failure="gave_up", finished_at=now)
    shown = get(cast.rosa, url(proposal))
    assert "The count broke off" in shown.text
    assert "Try again" in shown.text
    client.post(url(proposal))
    assert only().state == "waiting"


def test_the_change_s_page_loads_it_and_works_without_script(cast, get):
    proposal = proposed(cast)
    shown = get(cast.rosa, f"/changes/{proposal.change_id}/")
    assert f'hx-get="{url(proposal)}"' in shown.text
    assert f'href="{url(proposal)}"' in shown.text
    tickets.count_impact()
    assert "No promise that is open now would move" in counted(get, cast.rosa, proposal).text


@pytest.mark.parametrize(("who", "status"), [("ann", 404), ("rosa", 404), ("max", 200), ("bob", 404), ("julien", 404)])
def test_of_a_text_that_is_still_written_only_we_know(cast, get, who, status):
    get(getattr(cast, who), url(drafted(cast)), status=status)


@pytest.mark.parametrize("who", ["bob", "gina", "julien"])
def test_outsiders_start_nothing(cast, client, who):
    proposal = proposed(cast)
    client.force_login(getattr(cast, who))
    assert client.post(url(proposal)).status_code == client.get(url(proposal)).status_code == 404
    with tenancy.everyone():
        assert not ImpactPreview.objects.exists()


def test_once_it_is_over_there_is_nothing_to_preview(cast, get):
    from contracts import services

    proposal = proposed(cast)
    act(cast.max, services.withdraw, proposal=proposal, reason="A slip.", now=cast.now)
    get(cast.rosa, url(proposal), status=404)


def test_signed_and_waiting_for_its_day_it_can_still_be_looked_at(cast, get):
    proposal = proposed(cast)
    sign(cast.rosa, proposal, cast)
    sign(cast.max, proposal, cast)
    get(cast.rosa, url(proposal))


def test_in_effect_it_says_how_far_it_is_and_what_has_moved(cast, get):
    ticket = opened(cast)
    proposal = proposed(cast, terms={HIGH: "30"}, effective_on=cast.now.date())
    sign(cast.rosa, proposal, cast)
    sign(cast.max, proposal, cast)
    with tenancy.everyone():
        assert contracts.take_effect(now=cast.now) == 1
    for page in (get(cast.rosa, f"/changes/{proposal.change_id}/"), get(cast.rosa, url(proposal))):
        assert "What it has moved" in page.text
    assert "waiting for its turn" in get(cast.rosa, url(proposal)).text
    tickets.count_impact()
    done = get(cast.rosa, url(proposal), **BY_HTMX)
    assert done.context["impact"].moved == 1
    assert f"/tickets/{ticket.reference}/" in done.text
    assert "Done: 1 promise has moved." in done.text
    assert "Count again" not in done.text


def test_a_promise_that_pauses_is_counted_apart_and_promised_anew(cast, get):
    ticket = promised(cast)
    act(cast.lea, tickets.reply, ticket_id=ticket.pk, body="On it.", now=cast.now)  # its first answer moves no more
    (clock,) = clocks(ticket, "resolution")
    with tenancy.everyone():
        slo.pause_clock(
            clock_id=clock.pk, reason="third_party", resume_by=cast.now + timedelta(days=3), question=None, at=cast.now
        )
    proposal = proposed(cast, terms={"slo.resolution.high": "540"}, effective_on=cast.now.date())
    before = counted(get, cast.rosa, proposal)
    sign(cast.rosa, proposal, cast)
    sign(cast.max, proposal, cast)
    with tenancy.everyone():
        assert contracts.take_effect(now=cast.now) == 1
    after = counted(get, cast.rosa, proposal)
    for page in (before, after):
        assert (page.context["impact"].moved, page.context["impact"].paused) == (0, 1)
        assert "1 more pauses: it is promised anew" in said(page)
    (clock,) = clocks(ticket, "resolution")
    assert (clock.target_minutes, clock.due_at) == (540, None)
