"""What an amendment would move, on its page: counted on all, listed as far as the reader sees, gone once it is in effect."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Organization
from common import tenancy
from tests.contracts.changing import HIGH, drafted, proposed, sign
from tests.tickets.acting import act, opened

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


def url(proposal: Any) -> str:
    return f"/changes/{proposal.change_id}/impact/"


def test_open_requests_that_would_move_are_counted_and_listed(cast, get):
    ticket, calm = opened(cast), opened(cast, priority="low")
    proposal = proposed(cast, terms={HIGH: "30"})
    shown = get(cast.rosa, url(proposal))
    impact = shown.context["impact"]
    assert (impact.open_requests, impact.moved, impact.sooner, impact.newly_late, impact.requesters) == (2, 1, 1, 0, 1)
    assert f"/tickets/{ticket.reference}/" in shown.text
    assert f"/tickets/{calm.reference}/" not in shown.text
    assert "Nadia Benali" in shown.text


def test_a_requester_who_sees_only_own_requests_reads_no_one_elses(cast, get):
    ticket = opened(cast, actor=cast.rosa)
    with tenancy.everyone():
        Organization.objects.filter(pk=cast.northwind.pk).update(requesters_see="own")
    shown = get(cast.ann, url(proposed(cast, terms={HIGH: "30"})))
    assert shown.context["impact"].moved == 1
    assert f"/tickets/{ticket.reference}/" not in shown.text
    assert "and 1 more" in shown.text


def test_the_change_s_page_loads_it_and_works_without_script(cast, get):
    proposal = proposed(cast)
    shown = get(cast.rosa, f"/changes/{proposal.change_id}/")
    assert f'hx-get="{url(proposal)}"' in shown.text
    assert f'href="{url(proposal)}"' in shown.text
    fragment = get(cast.rosa, url(proposal), **{"HX-Request": "true"})
    assert "<html" not in fragment.text
    assert "No first answer that is open now would move" in fragment.text


@pytest.mark.parametrize(("who", "status"), [("ann", 404), ("rosa", 404), ("max", 200), ("bob", 404), ("julien", 404)])
def test_of_a_text_that_is_still_written_only_we_know(cast, get, who, status):
    get(getattr(cast, who), url(drafted(cast)), status=status)


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
