"""Teams: made, filled, renamed, dissolved; nobody of another client ever gets in."""

import pytest
from django.db import IntegrityError
from django.http import Http404

from accounts import services
from accounts.models import Team
from common import tenancy
from common.errors import Refused
from tests.accounts.people import again, happened, join, membership
from tests.tickets.acting import act, everything


def make(cast, *people, name="Finance"):
    members = [membership(cast, one) for one in people]
    return act(cast.carl, services.create_team, organization=cast.northwind, name=name, members=members, now=cast.now)


def test_a_team_has_its_people_and_they_know_it(cast):
    team = make(cast, cast.ann, cast.rosa)
    assert again(cast.ann).teams == again(cast.rosa).teams == {cast.northwind.pk: team.pk}
    assert again(cast.carl).teams == again(cast.lea).teams == {}
    assert [verb for verb, _data in happened("team.created", "person.team_changed")] == [
        "team.created", "person.team_changed", "person.team_changed",
    ]  # fmt: skip


def test_who_joins_a_team_leaves_the_other(cast):
    first, second = make(cast, cast.ann, cast.rosa), make(cast, cast.ann, name="Lyon")
    assert membership(cast, cast.ann).team == second
    assert membership(cast, cast.rosa).team == first


def test_who_is_not_named_any_more_is_out(cast):
    team = make(cast, cast.ann, cast.rosa)
    act(cast.carl, services.edit_team, team=team, name="Money", members=[membership(cast, cast.ann)], now=cast.now)
    assert membership(cast, cast.rosa).team is None
    assert membership(cast, cast.ann).team.name == "Money"
    assert happened("team.renamed") == [("team.renamed", {})]


def test_a_dissolved_team_leaves_its_people_where_they_are(cast):
    team = make(cast, cast.ann)
    act(cast.carl, services.remove_team, team=team, now=cast.now)
    assert membership(cast, cast.ann).team is None
    with tenancy.everyone():
        assert not Team.objects.exists()
    with pytest.raises(Http404):
        act(cast.carl, services.edit_team, team=team, name="X", members=[], now=cast.now)


@pytest.mark.parametrize("name", ["", "   ", "finance", "FINANCE "])
def test_a_name_is_needed_and_its_own(cast, name):
    make(cast)
    with pytest.raises(Refused, match=r"Name the team|called"):
        make(cast, name=name)


def test_globex_may_have_a_team_of_the_same_name(cast):
    make(cast)
    join(cast, cast.max, "client_admin", client="globex")  # never through the services: ours are assigned
    with tenancy.everyone():
        Team.objects.create(organization=cast.globex, name="Finance")


def test_nobody_of_another_client_gets_in(cast):
    theirs, before = membership(cast, cast.bob, "globex"), everything()
    with pytest.raises(Http404):
        act(
            cast.carl, services.create_team, organization=cast.northwind, name="Both",
            members=[membership(cast, cast.ann), theirs], now=cast.now,
        )  # fmt: skip
    assert everything() == before
    with tenancy.everyone():
        foreign = Team.objects.create(organization=cast.globex, name="Theirs")
    with pytest.raises(Http404):
        act(cast.carl, services.set_team, membership=membership(cast, cast.ann), team=foreign, now=cast.now)


@pytest.mark.django_db
def test_the_database_itself_refuses_a_team_of_another_client(cast):
    mine = membership(cast, cast.ann)
    with tenancy.everyone():
        mine.team = Team.objects.create(organization=cast.globex, name="Theirs")
        with pytest.raises(IntegrityError, match="accounts_membership_team_tenant"):
            mine.save()
