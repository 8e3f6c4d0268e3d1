"""A prepared query gives what the same queryset gives, each time by the values of that run."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.models import Event
from audit.services import record
from common import tenancy
from common.prepared import Parameter, Parameters, Prepared, Reader
from contracts.models import Contract
from contracts.selectors import live_contracts

pytestmark = pytest.mark.django_db

by_client = Prepared(
    lambda: (
        Contract.objects.filter(organization_id=Parameter("client"), starts_on__lte=Parameter("day"))
        .exclude(status="ended")
        .select_related("organization")
        .order_by("pk")
    )
)


def test_it_gives_models_with_what_is_joined(cast):
    for client in (cast.northwind, cast.globex):
        plain = Contract.objects.filter(organization=client, starts_on__lte=cast.now).exclude(status="ended")
        with tenancy.everyone(), CaptureQueriesContext(connection) as asked:
            found = by_client(client=client.pk, day=cast.now.date())
            assert [one.organization.name for one in found] == [client.name] * len(found)
        assert len(asked) == 1
        with tenancy.everyone():
            assert found == list(plain.order_by("pk"))
            assert found


def test_values_and_json_come_as_the_queryset_gives_them(cast):
    with tenancy.organizations(cast.northwind.pk):
        event = record(
            organization_id=cast.northwind.pk, verb="test.prepared", subject_kind="ticket", subject_id=1, at=cast.now,
            data={"a": [1, None]},
        )  # fmt: skip
        rows = Prepared(lambda: Event.objects.filter(pk=Parameter("pk")).values_list("data", "at"))(pk=event.pk)
        assert rows == list(Event.objects.filter(pk=event.pk).values_list("data", "at"))
        (model,) = Prepared(lambda: Event.objects.filter(pk=Parameter("pk")))(pk=event.pk)
        assert (model, model.data) == (event, {"data": {"a": [1, None]}})


def test_several_ids_are_one_value(cast):
    both = Prepared(lambda: User.objects.filter(pk__in=Parameters("people")).order_by("pk"))
    people = sorted([cast.ann.pk, cast.bob.pk])
    assert [one.pk for one in both(people=people)] == people
    assert both(people=[cast.bob.pk]) == [cast.bob]
    assert both(people=[]) == []


def test_a_value_is_never_read_as_sql(cast):
    named = Prepared(lambda: User.objects.filter(name=Parameter("name")))
    assert named(name="'; DROP TABLE accounts_user; --") == []
    assert named(name=cast.ann.name) == [cast.ann]


def test_a_value_that_is_missing_is_an_error(cast):
    with pytest.raises(KeyError):
        by_client(client=cast.northwind.pk)


def test_it_reads_under_the_scope_in_force(cast):
    with tenancy.organizations(cast.globex.pk):
        assert by_client(client=cast.northwind.pk, day=cast.now.date()) == []


def test_whoever_asks_next_is_somebody_else(cast):
    today = cast.now.date()
    for person in (cast.ann, cast.bob, cast.lea, cast.nadia, cast.ann):
        with tenancy.user(person):
            mine = Contract.objects.visible_to(person).live(today).order_by("organization__name", "reference")
            assert live_contracts(person, today) == list(mine)
    with tenancy.everyone():  # the first wall alone
        found = Prepared(lambda: Contract.objects.visible_to(Reader()).order_by("pk"))(clients=[cast.globex.pk])
        assert {one.organization_id for one in found} == {cast.globex.pk}


@pytest.mark.django_db(transaction=True)
def test_threads_share_it(cast):
    names = Prepared(lambda: User.objects.filter(pk=Parameter("pk")).values_list("name", flat=True))
    people = [cast.ann, cast.bob, cast.lea, cast.nadia] * 5

    def ask(person: User) -> list[str]:
        try:
            return names(pk=person.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, people)) == [[one.name] for one in people]


def test_the_database_plans_it_once_a_session(cast):
    asked = Prepared(lambda: User.objects.filter(name=Parameter("name"), email__endswith="%.example"))
    for name in (cast.ann.name, cast.bob.name):
        asked(name=name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%%LIKE%%'")
        ((statement,),) = cursor.fetchall()
    assert "$1" in statement
    assert "%s" not in statement


def test_under_another_role_it_is_asked_anew_what_may_be_seen(cast):
    asked = {"client": cast.northwind.pk, "day": cast.now.date()}
    for _again in range(7):  # a plan is kept for good after five
        with tenancy.everyone():
            assert by_client(**asked) != []
        with tenancy.organizations(cast.globex.pk):
            assert by_client(**asked) == []
        with tenancy.organizations(cast.northwind.pk):
            assert by_client(**asked) != []


def test_behind_a_pooler_nothing_is_prepared(cast, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    with CaptureQueriesContext(connection) as sent:
        assert Prepared(lambda: User.objects.filter(pk=Parameter("pk")))(pk=cast.ann.pk) == [cast.ann]
    assert sent[0]["sql"].startswith("SELECT")
