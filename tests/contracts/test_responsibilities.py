"""The register: staff write its lines, the client's deciders settle them, and each change leaves its trace."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from audit.models import Event
from common import tenancy
from common.errors import Refused
from contracts import services
from contracts.models import Responsibility
from tests.tickets.acting import act, everything, fresh

pytestmark = pytest.mark.django_db


def add(cast: Any, actor: Any = None, client: str = "northwind", **more: Any) -> Responsibility:
    arguments = {"head": "access", "title": "An account on the test site", "now": cast.now} | more
    item: Responsibility = act(
        actor or cast.lea, services.add_responsibility, organization=getattr(cast, client), **arguments
    )
    return item


def settle(
    cast: Any, item: Responsibility, actor: Any, state: str = "done", evidence: str = "Ticket 12"
) -> Responsibility:
    settled: Responsibility = act(
        actor, services.settle_responsibility, responsibility_id=item.pk, state=state, evidence=evidence, now=cast.now
    )
    return settled


def happened(item: Responsibility) -> list[tuple[str, dict[str, Any]]]:
    with tenancy.everyone():
        found = Event.objects.filter(subject_kind="responsibility", subject_id=item.pk).order_by("id")
        return [(one.verb, one.data) for one in found]


def test_a_line_is_written_and_remembered_without_its_words(cast: Any) -> None:
    item = add(cast, owner=cast.rosa, due_on=cast.now.date() - timedelta(days=1))
    assert fresh(item).is_overdue(cast.now.date())  # a day that has passed is taken
    assert happened(item) == [("responsibility.added", {"state": "open"})]


def test_settling_says_what_changed_and_saying_it_again_changes_nothing(cast: Any) -> None:
    item = add(cast)
    settle(cast, item, cast.rosa)
    assert happened(item)[1:] == [
        ("responsibility.edited", {"fields": ["evidence"]}),
        ("responsibility.state_changed", {"before": "open", "after": "done"}),
    ]
    before = everything()
    settle(cast, item, cast.carl)
    assert everything() == before


def test_editing_leaves_what_is_not_named(cast: Any) -> None:
    item = add(cast, owner_name="The platform team", description="With two steps.")
    act(
        cast.max, services.edit_responsibility, responsibility_id=item.pk, now=cast.now, owner=cast.rosa, owner_name="",
        title="Two accounts",
    )  # fmt: skip
    changed = fresh(item)
    assert (changed.title, changed.owner_id, changed.whose, changed.description) == (
        "Two accounts", cast.rosa.pk, "Rosa Diaz", "With two steps.",
    )  # fmt: skip


def test_who_left_still_owns_until_somebody_takes_over(cast: Any) -> None:
    item = add(cast, owner=cast.ann)
    with tenancy.everyone():
        cast.ann.memberships.all().delete()
    assert settle(cast, item, cast.rosa).state == "done"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 201}, "under 200"),
        ({"owner_name": "x" * 151}, "under 150"),
        ({"description": "x" * 20_001}, "under 20000"),
        ({"head": "weather"}, "seven heads"),
        ({"state": "lost"}, "one of the states"),
        ({"evidence": "password: hunter2hunter2"}, "Remove it"),
        ({"description": "mot de passe : hunter2hunter2"}, "Remove it"),
    ],
)
def test_what_is_wrong_is_refused_and_writes_nothing(cast: Any, wrong: dict[str, Any], words: str) -> None:
    item = add(cast)
    before = everything()
    with pytest.raises(Refused, match=words):
        add(cast, **wrong)
    with pytest.raises(Refused, match=words):
        act(cast.lea, services.edit_responsibility, responsibility_id=item.pk, now=cast.now, **wrong)
    assert everything() == before
    assert fresh(item).title == "An account on the test site"


def test_an_owner_is_one_and_of_the_client(cast: Any) -> None:
    before = everything()
    with pytest.raises(Refused, match="belong"):
        add(cast, owner=cast.bob)
    with pytest.raises(Refused, match="one owner"):
        add(cast, owner=cast.rosa, owner_name="Somebody")
    assert everything() == before


@pytest.mark.parametrize("who", ["rosa", "carl", "lea", "nadia", "max", "ada"])
def test_deciders_and_staff_settle(cast: Any, who: str) -> None:
    assert settle(cast, add(cast), getattr(cast, who)).state == "done"


@pytest.mark.parametrize(
    ("who", "error"), [("ann", PermissionDenied), ("bob", Http404), ("gina", Http404), ("julien", Http404)]
)
def test_requesters_read_and_outsiders_meet_nothing(cast: Any, who: str, error: type[Exception]) -> None:
    item = add(cast)
    before = everything()
    with pytest.raises(error):
        settle(cast, item, getattr(cast, who))
    assert everything() == before


@pytest.mark.parametrize(("who", "error"), [("rosa", PermissionDenied), ("carl", PermissionDenied), ("gina", Http404)])
def test_only_staff_write_lines(cast: Any, who: str, error: type[Exception]) -> None:
    item = add(cast)
    before = everything()
    with pytest.raises(error):
        add(cast, actor=getattr(cast, who))
    with pytest.raises(error):
        act(getattr(cast, who), services.edit_responsibility, responsibility_id=item.pk, now=cast.now, title="Mine")
    assert everything() == before


def test_the_register_never_leaves_its_client(cast: Any) -> None:
    add(cast)
    with tenancy.organizations(cast.globex.pk):
        assert not Responsibility.objects.exists()
    with tenancy.organizations(cast.northwind.pk):
        assert Responsibility.objects.count() == 1
