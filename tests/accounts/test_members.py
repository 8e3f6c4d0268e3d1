"""Roles, and the end of a membership, through the services: who may, what is refused, and all that ends with it."""

import pytest
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client

from accounts import services
from accounts.models import Invitation, Membership
from common import tenancy
from common.errors import Refused
from escalation.models import LadderLevel, LadderPerson
from integrations.models import ApiToken
from integrations.services import authenticate, create_token
from notifications.models import Delivery
from tests.accounts.people import again, happened, join, membership, role_of, second_administrator
from tests.accounts.test_invitations import invite
from tests.cast import PASSWORD
from tests.tickets.acting import act, everything, fresh, opened, told
from tickets import services as tickets


def set_role(cast, actor, person, role):
    return act(actor, services.set_role, membership=membership(cast, person), role=role, now=cast.now)


def leave(cast, actor, person):
    act(actor, services.leave, membership=membership(cast, person), now=cast.now)


def test_an_administrator_of_the_client_sets_a_role_and_it_counts_at_once(cast):
    set_role(cast, cast.carl, cast.ann, "approver")
    assert role_of(cast, cast.ann) == "approver"
    assert happened("person.role_changed") == [("person.role_changed", {"before": "requester", "role": "approver"})]


def test_the_same_role_again_is_no_event(cast):
    set_role(cast, cast.carl, cast.ann, "requester")
    assert happened("person.role_changed") == []


@pytest.mark.parametrize(
    ("person", "error"),
    [("ann", PermissionDenied), ("rosa", PermissionDenied), ("bob", Http404), ("julien", Http404),
     ("lea", PermissionDenied), ("max", PermissionDenied), ("nadia", PermissionDenied)],
)  # fmt: skip
def test_nobody_else_sets_roles_or_removes_people(cast, person, error):
    mine, actor, before = membership(cast, cast.rosa), getattr(cast, person), everything()
    for service, more in ((services.set_role, {"role": "client_admin"}), (services.leave, {})):
        with pytest.raises(error):
            act(actor, service, membership=mine, now=cast.now, **more)
    with pytest.raises(error):
        act(actor, services.set_visibility, organization=cast.northwind, sees="own", now=cast.now)
    assert everything() == before
    assert role_of(cast, cast.rosa) == "approver"


def test_a_role_that_is_none_is_refused(cast):
    for forged in ("administrator", "lead", "", "CLIENT_ADMIN"):
        with pytest.raises(Refused, match="one of the roles"):
            set_role(cast, cast.carl, cast.ann, forged)
    assert role_of(cast, cast.ann) == "requester"


def test_nobody_changes_the_own_role_nor_removes_oneself(cast):
    second_administrator(cast)
    with pytest.raises(Refused, match="your own role"):
        set_role(cast, cast.carl, cast.carl, "approver")
    with pytest.raises(Refused, match="remove yourself"):
        leave(cast, cast.carl, cast.carl)
    assert role_of(cast, cast.carl) == "client_admin"


def test_the_last_administrator_is_neither_demoted_nor_removed_even_by_ours(cast):
    with pytest.raises(Refused, match="last administrator of Northwind"):
        set_role(cast, cast.ada, cast.carl, "requester")
    with pytest.raises(Refused, match="last administrator of Northwind"):
        leave(cast, cast.ada, cast.carl)
    second_administrator(cast)
    set_role(cast, cast.ada, cast.carl, "requester")
    assert role_of(cast, cast.carl) == "requester"


def test_an_administrator_whose_account_is_closed_is_none_to_count_on(cast):
    dora = second_administrator(cast)
    dora.is_active = False
    dora.save(update_fields=["is_active"])
    with pytest.raises(Refused, match="last administrator"):
        set_role(cast, cast.ada, cast.carl, "requester")


def test_who_left_sees_nothing_more_and_what_was_asked_stays(cast, client):
    ticket = opened(cast)
    client.force_login(cast.ann)
    assert client.get(f"/tickets/{ticket.reference}/").status_code == 200
    with tenancy.everyone():
        join(cast, cast.ann, "requester", client="globex")  # so that the session stays
    leave(cast, cast.carl, cast.ann)
    assert client.get(f"/tickets/{ticket.reference}/").status_code == 404
    assert client.get("/tickets/").status_code == 200
    assert fresh(ticket).requester == cast.ann
    assert happened("person.left") == [("person.left", {"role": "requester"})]


def test_tokens_for_this_client_end_and_stay_ended_after_a_new_invitation(cast):
    join(cast, cast.ann, "requester", client="globex")
    ann = again(cast.ann)
    _token, here = act(ann, create_token, name="Here", organization=cast.northwind, days=30, now=cast.now)
    _token, there = act(ann, create_token, name="There", organization=cast.globex, days=30, now=cast.now)
    leave(cast, cast.carl, cast.ann)
    assert authenticate(secret=here) is None
    join(cast, cast.ann, "approver")
    assert authenticate(secret=here) is None
    found = authenticate(secret=there)
    assert found is not None
    with tenancy.everyone():
        assert ApiToken.objects.get(name="Here").revoked_at == cast.now
        assert ApiToken.objects.get(name="There").revoked_at is None


def signed_in(person):
    browser = Client()
    browser.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert browser.get("/tickets/").status_code == 200
    return browser


def test_sessions_end_with_the_last_membership(cast):
    browser, other = signed_in(cast.ann), signed_in(cast.rosa)
    leave(cast, cast.carl, cast.ann)
    answer = browser.get("/tickets/")
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/")
    assert not UserSession.objects.filter(user=cast.ann).exists()
    assert other.get("/tickets/").status_code == 200


def test_sessions_stay_for_who_belongs_to_another_client(cast):
    join(cast, cast.ann, "requester", client="globex")
    browser = signed_in(cast.ann)
    leave(cast, cast.carl, cast.ann)
    assert browser.get("/tickets/").status_code == 200
    assert browser.get("/people/NW/").status_code == 404


def test_open_invitations_of_and_by_the_person_end(cast):
    dora = second_administrator(cast)
    mine, other = invite(cast, actor=dora, email="back@door.example"), invite(cast, email="zoe@northwind.example")
    leave(cast, cast.carl, dora)
    with tenancy.everyone():
        assert list(Invitation.objects.values_list("pk", flat=True)) == [other.pk]
    assert happened("person.uninvited") == [("person.uninvited", {"invitation": mine.pk})]


def test_mails_that_wait_are_withdrawn_and_no_further_ones_come(cast):
    ticket = opened(cast)
    act(cast.lea, tickets.reply, ticket_id=ticket.pk, body="Looking.", now=cast.now)
    assert told(ticket, "ticket.replied") == {"ann@example.com": "ticket_replied"}
    leave(cast, cast.carl, cast.ann)
    with tenancy.everyone():
        waiting = Delivery.objects.filter(next_at__isnull=False).values_list("address", flat=True)
        assert "ann@example.com" not in set(waiting)
        assert Delivery.objects.filter(address="ann@example.com", error__startswith="withdrawn").count() == 2
    act(cast.lea, tickets.reply, ticket_id=ticket.pk, body="Found it.", now=cast.now)
    assert told(ticket, "ticket.replied") == {}


def test_the_ladder_forgets_the_name(cast):
    with tenancy.everyone():
        level = LadderLevel.objects.get(ladder=cast.northwind_ladder, position=2)
        LadderPerson.objects.create(organization=cast.northwind, level=level, user=cast.rosa)
    leave(cast, cast.carl, cast.rosa)
    with tenancy.everyone():
        assert list(level.members.values_list("user_id", flat=True)) == [cast.nadia.pk]
    assert happened("ladder.left") == [("ladder.left", {"level": 2, "person": cast.rosa.pk})]


def test_a_membership_that_ended_meanwhile_is_not_found(cast):
    mine = membership(cast, cast.ann)
    act(cast.carl, services.leave, membership=mine, now=cast.now)
    before = everything()
    for service, more in ((services.leave, {}), (services.set_role, {"role": "approver"})):
        with pytest.raises(Http404):
            act(cast.carl, service, membership=mine, now=cast.now, **more)
    assert everything() == before


def test_another_clients_membership_is_not_found(cast):
    with tenancy.everyone():
        theirs = Membership.objects.get(organization=cast.globex, user=cast.bob)
    before = everything()
    for service, more in (
        (services.leave, {}),
        (services.set_role, {"role": "approver"}),
        (services.set_team, {"team": None}),
    ):
        with pytest.raises(Http404):
            act(cast.carl, service, membership=theirs, now=cast.now, **more)
    assert everything() == before
