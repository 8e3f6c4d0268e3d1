"""Who asks by a token: found before any scope, worth what its person is worth today, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from accounts.models import Assignment, Membership
from common import tenancy
from common.errors import Refused
from common.secrets import recognise
from conftest import NOW
from integrations import services
from integrations.models import ApiToken
from integrations.services.tokens import MOST, digest
from tests.tickets.acting import act, opened
from tickets import services as tickets
from tickets.models import Ticket

from .conftest import Machine, token_of


def test_a_token_sees_what_its_person_sees(cast, things, machine):
    def seen(person: Any) -> set[str]:
        return {row["reference"] for row in machine(person).get("tickets/").data["results"]}

    assert seen(cast.ann) == {"NW-1"}
    assert seen(cast.bob) == {"GLX-1"}
    assert seen(cast.lea) == seen(cast.nadia) == {"NW-1", "GLX-1"}
    assert seen(cast.julien) == set()  # serves nobody


def test_the_database_holds_a_hash_and_never_the_secret(cast):
    secret = token_of(cast.ann)
    with tenancy.everyone():
        (row,) = ApiToken.objects.values()
    assert row["digest"] == digest(secret)
    assert secret.split("_", 2)[2] not in str(row)


@pytest.mark.parametrize("scheme", ["Basic", "Token", ""])
def test_only_bearer_tokens_are_known(cast, client, scheme):
    answer = client.get("/api/v1/tickets/", headers={"Authorization": f"{scheme} {token_of(cast.ann)}".strip()})
    assert answer.status_code == 401


@pytest.mark.parametrize("change", [lambda s: s[:-1] + ("a" if s[-1] != "a" else "b"), lambda s: s + "x", lambda s: "",
                                    lambda s: "tc_0_" + "x" * 43, lambda s: "é", lambda s: s.replace("tc_", "tc_9")])  # fmt: skip
def test_a_forged_token_is_nobody(cast, change):
    answer = Machine(change(token_of(cast.ann))).get("tickets/", 401)
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.data["type"] == "urn:totalcare:problem:unauthenticated"


def test_ones_token_with_another_ones_number_is_nobody(cast):
    secret = token_of(cast.ann).replace(f"tc_{cast.ann.pk}_", f"tc_{cast.bob.pk}_")
    assert services.authenticate(secret=secret) is None


def test_nobody_without_a_token_or_a_session(client, db):
    answer = client.get("/api/v1/tickets/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer["Content-Type"] == "application/problem+json"


def test_a_wrong_token_never_falls_back_to_the_session(cast, client):
    client.force_login(cast.ann)
    assert client.get("/api/v1/tickets/").status_code == 200
    assert client.get("/api/v1/tickets/", headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_a_token_opens_the_api_and_no_page(cast, machine):
    ann = machine(cast.ann)
    assert ann.client.get("/tickets/", headers=ann.headers).status_code == 302  # to the login


def leaves(cast: Any) -> None:
    Membership.objects.filter(user=cast.ann).delete()


def is_closed(cast: Any) -> None:
    type(cast.ann).objects.filter(pk=cast.ann.pk).update(is_active=False)


@pytest.mark.parametrize("happens", [leaves, is_closed])
def test_the_token_of_a_person_who_left_is_nobody(cast, machine, happens):
    ann = machine(cast.ann)
    ann.get("tickets/")
    with tenancy.everyone():
        happens(cast)
    ann.get("tickets/", 401)
    ann.post("tickets/", {}, 401)


@pytest.mark.parametrize("change", [{"staff_role": ""}, {"is_active": False}])
def test_the_token_of_who_no_longer_works_here_is_nobody(cast, machine, change):
    lea = machine(cast.lea)
    lea.get("tickets/")
    type(cast.lea).objects.filter(pk=cast.lea.pk).update(**change)
    lea.get("tickets/", 401)


def test_who_no_longer_serves_a_client_loses_it(cast, things, machine):
    lea = machine(cast.lea)
    with tenancy.everyone():
        Assignment.objects.filter(user=cast.lea, organization=cast.northwind).delete()
    assert [row["reference"] for row in lea.get("tickets/").data["results"]] == ["GLX-1"]


def test_a_revoked_token_is_nobody_at_once(cast):
    secret = token_of(cast.ann)
    with tenancy.user(cast.ann):
        token = ApiToken.objects.visible_to(cast.ann).get()
    act(cast.ann, services.revoke_token, token_id=token.pk, now=NOW)
    act(cast.ann, services.revoke_token, token_id=token.pk, now=NOW)  # twice is as good as once
    Machine(secret).get("tickets/", 401)


def test_an_expired_token_is_nobody(cast):
    secret = token_of(cast.ann, now=NOW - timedelta(days=30))
    Machine(secret).get("tickets/", 401)


def test_a_token_for_one_client_hides_the_others(cast, things, machine):
    with tenancy.everyone():
        Membership.objects.create(organization=cast.globex, user=cast.ann)
    cast.ann.__dict__.pop("roles", None)
    for person in (cast.ann, cast.lea, cast.nadia):
        one = machine(person, cast.northwind)
        assert [row["reference"] for row in one.get("tickets/").data["results"]] == ["NW-1"], person
        one.get("tickets/GLX-1/", 404)
        one.get(f"contracts/{cast.globex_contract.pk}/", 404)
        one.post("tickets/GLX-1/messages/", {"body": "Hello"}, 404)


def test_the_second_wall_is_narrowed_as_well(cast, things):
    found = services.authenticate(secret=token_of(cast.ann, cast.northwind))
    assert found is not None
    with tenancy.user(found[0]):
        assert set(Ticket.objects.values_list("organization_id", flat=True)) == {cast.northwind.pk}


def test_it_remembers_when_it_was_last_used(cast, machine):
    machine(cast.ann).get("tickets/")
    with tenancy.everyone():
        assert ApiToken.objects.get().last_used_at is not None


def test_before_any_scope_nobody_reads_another_ones_token(cast):
    token_of(cast.ann)
    with tenancy.enter(tenancy.Scope(tenancy.APP, person=cast.bob.pk)):
        assert not ApiToken.objects.exists()
    with tenancy.enter(tenancy.Scope(tenancy.APP, person=cast.ann.pk)):
        assert ApiToken.objects.count() == 1
        assert ApiToken.objects.update(revoked_at=None) == 0  # to be read, not written


def test_a_client_can_write_no_token_for_all_clients(cast):
    with pytest.raises(Refused, match="Choose the client"):
        act(cast.ann, services.create_token, name="All", organization=None, days=30, now=NOW)
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic(), tenancy.user(cast.ann):
        ApiToken.objects.create(
            user=cast.ann, name="All", digest="0" * 64, created_at=NOW, expires_at=NOW + timedelta(days=1)
        )


def test_nobody_makes_a_token_for_a_client_of_others(cast):
    with pytest.raises(Http404):
        act(cast.ann, services.create_token, name="Theirs", organization=cast.globex, days=30, now=NOW)
    with pytest.raises(Http404):
        act(cast.julien, services.create_token, name="Theirs", organization=cast.globex, days=30, now=NOW)


def test_nobody_has_more_than_a_few(cast):
    for _ in range(MOST):
        token_of(cast.ann)
    with pytest.raises(Refused, match="revoke one"):
        token_of(cast.ann)


@pytest.mark.parametrize("wrong", [{"name": "  "}, {"days": 36500}])
def test_a_token_has_a_name_and_an_end(cast, wrong):
    with pytest.raises(Refused):
        token_of(cast.ann, **wrong)


def test_a_token_in_a_ticket_is_refused_as_a_secret(cast):
    assert recognise(f"use {token_of(cast.ann)} for it") == "a token of Total Care"


def test_a_digest_is_a_digest(cast):
    with pytest.raises(ValidationError):
        ApiToken(user=cast.ann, name="x", digest="plain", created_at=NOW, expires_at=NOW).full_clean()


@pytest.mark.parametrize(
    "path", ["tickets/", "clocks/", "contracts/", "escalations/", "request-types/", "tickets/NW-1/messages/"]
)
def test_a_list_costs_as_many_questions_with_many_rows(cast, things, machine, path):
    lea = machine(cast.lea)
    lea.get(path)  # the first use of a token is remembered

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            lea.get(path)
        return len(asked)

    few = questions()
    for number in range(5):
        opened(cast, subject=f"Request {number}")
        act(cast.ann, tickets.reply, ticket_id=things.ticket.pk, body=f"And {number}", now=NOW)
    assert questions() == few <= 20


def test_where_a_second_step_is_asked_a_session_has_it_and_a_token_stands_for_it(
    cast, things, machine, client, settings
):
    settings.STAFF_SECOND_STEP = True
    answer = machine(cast.lea).get("tickets/")
    assert not answer.cookies  # no session comes of it
    client.force_login(cast.lea)
    refused = client.get("/api/v1/tickets/")
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    assert client.get("/integrations/tokens/").status_code == 302
