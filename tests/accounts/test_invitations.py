"""Invitations, through their services: who may, what is refused, what a link opens."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse

from accounts import services
from accounts.models import Invitation, Membership, User
from accounts.services.invitations import token_of
from audit.models import Event
from common import tenancy
from common.errors import Refused
from notifications.mail import compose
from notifications.models import Delivery

NOBODY = AnonymousUser()
SECRET = "a long sentence for a door"


def invite(cast, actor=None, email="zoe@northwind.example", **kwargs):
    actor = actor or cast.carl
    fields = {"name": "Zoe Hart", "role": "requester", "now": cast.now, "organization": cast.northwind, **kwargs}
    with tenancy.user(actor):
        return services.invite(actor=actor, email=email, **fields)


def test_an_invitation_queues_one_mail_with_its_link(cast):
    invitation = invite(cast)
    with tenancy.user(cast.carl):
        delivery = Delivery.objects.get()
        event = Event.objects.get(verb="person.invited")
    assert (delivery.address, delivery.template, delivery.recipient_id) == ("zoe@northwind.example", "invitation", 0)
    assert token_of(invitation) in delivery.context["path"]
    assert event.data == {"invitation": invitation.pk, "role": "requester"}  # no name, no address


def test_the_mail_bears_the_link_and_the_inviters_name(cast):
    invitation = invite(cast)
    with tenancy.user(cast.carl):
        mail = compose(Delivery.objects.get())
    link = settings.SITE_URL + reverse("accounts:accept", args=[token_of(invitation)])
    assert link in mail.body
    assert link in mail.alternatives[0][0]
    assert "Carl Berg" in mail.body
    assert mail.to == ["zoe@northwind.example"]


@pytest.mark.parametrize(
    ("person", "error"),
    [
        ("ann", PermissionDenied),
        ("rosa", PermissionDenied),
        ("bob", Http404),
        ("julien", Http404),
        ("lea", PermissionDenied),
    ],
)
def test_only_those_who_manage_people_invite(cast, person, error):
    with pytest.raises(error):
        invite(cast, actor=getattr(cast, person))


@pytest.mark.parametrize("person", ["carl", "max", "ada"])
def test_the_clients_administrator_the_account_manager_and_ours_may(cast, person):
    assert invite(cast, actor=getattr(cast, person)).pk


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": "not an address"}, "valid e-mail"),
        ({"email": "Ann@Example.com"}, "already belongs"),
        ({"email": "lea@example.com"}, "Valiantys"),
        ({"role": "consultant"}, "one of the roles"),
    ],
)
def test_what_can_not_be_invited_is_refused_with_words(cast, fields, words):
    with pytest.raises(Refused, match=words):
        invite(cast, **fields)


def test_an_address_has_one_open_invitation_and_an_expired_one_gives_way(cast):
    first = invite(cast)
    with pytest.raises(Refused, match="open invitation"):
        invite(cast, email="ZOE@northwind.example")
    second = invite(cast, now=cast.now + timedelta(days=14))
    with tenancy.user(cast.carl):
        assert list(Invitation.objects.values_list("pk", flat=True)) == [second.pk] != [first.pk]


def test_a_newcomer_gets_an_account_a_verified_address_and_the_role(cast):
    token = token_of(invite(cast, role="approver"))
    person = services.accept(token=token, visitor=NOBODY, name="", password=SECRET, now=cast.now)
    assert (person.name, person.email, person.roles) == (
        "Zoe Hart",
        "zoe@northwind.example",
        {cast.northwind.pk: "approver"},
    )
    assert person.check_password(SECRET)
    assert not person.is_staff
    address = EmailAddress.objects.get(user=person)
    assert (address.email, address.verified, address.primary) == (person.email, True, True)
    with tenancy.user(cast.carl):
        assert Event.objects.get(verb="person.joined").actor_id == person.pk


def test_a_link_works_once(cast):
    token = token_of(invite(cast))
    services.accept(token=token, visitor=NOBODY, password=SECRET, now=cast.now)
    with pytest.raises(services.InvitationUnusable) as refusal:
        services.accept(token=token, visitor=NOBODY, password=SECRET, now=cast.now)
    assert refusal.value.reason == "used"
    assert User.objects.filter(email="zoe@northwind.example").count() == 1


def test_a_link_expires(cast):
    token = token_of(invite(cast))
    with pytest.raises(services.InvitationUnusable, match="expired"):
        services.look(token=token, visitor=NOBODY, now=cast.now + timedelta(days=14))


def test_a_withdrawn_invitation_opens_nothing_and_its_address_is_forgotten(cast):
    invitation = invite(cast)
    token = token_of(invitation)
    with tenancy.user(cast.carl):
        services.revoke(actor=cast.carl, organization=cast.northwind, invitation_id=invitation.pk, now=cast.now)
        assert not Invitation.objects.exists()
    with pytest.raises(services.InvitationUnusable, match="not valid"):
        services.accept(token=token, visitor=NOBODY, password=SECRET, now=cast.now)


def test_nobody_withdraws_an_invitation_of_another_client(cast):
    invitation = invite(cast)
    with tenancy.user(cast.max), pytest.raises(Refused, match="no longer open"):
        services.revoke(actor=cast.max, organization=cast.globex, invitation_id=invitation.pk, now=cast.now)


def test_a_link_is_bound_to_its_signature_its_client_and_its_address(cast):
    invitation = invite(cast)
    token = token_of(invitation)
    tampered = token[:-1] + ("A" if token[-1] != "A" else "B")
    elsewhere = token_of(Invitation(pk=invitation.pk, organization_id=cast.globex.pk, email=invitation.email))
    readdressed = token_of(Invitation(pk=invitation.pk, organization_id=cast.northwind.pk, email="eve@example.com"))
    for forged in (tampered, elsewhere, readdressed, "", "a:b:c", "é"):
        with pytest.raises(services.InvitationUnusable) as refusal:
            services.look(token=forged, visitor=NOBODY, now=cast.now)
        assert refusal.value.reason == "unknown"


def test_the_scope_goes_with_the_acceptance(cast):
    token = token_of(invite(cast))
    services.accept(token=token, visitor=NOBODY, password=SECRET, now=cast.now)
    assert not Membership.objects.exists()
    assert tenancy.current() == tenancy.NOBODY


def test_who_has_an_account_must_be_signed_in_as_that_person(cast):
    token = token_of(invite(cast, email="bob@example.com", role="approver"))
    assert services.look(token=token, visitor=NOBODY, now=cast.now).state == "sign_in"
    assert services.look(token=token, visitor=cast.ann, now=cast.now).state == "other"
    for visitor, words in ((NOBODY, "already has an account"), (cast.ann, "someone else")):
        with pytest.raises(Refused, match=words):
            services.accept(token=token, visitor=visitor, password=SECRET, now=cast.now)
    assert services.look(token=token, visitor=cast.bob, now=cast.now).state == "join"
    services.accept(token=token, visitor=cast.bob, now=cast.now)
    assert cast.bob.roles == {cast.northwind.pk: "approver", cast.globex.pk: "requester"}


@pytest.mark.parametrize("password", ["short", "1qaz2wsx3edc", "zoe@northwind.example"])
def test_a_weak_password_is_refused_and_leaves_the_invitation_open(cast, password):
    token = token_of(invite(cast))
    with pytest.raises(Refused):
        services.accept(token=token, visitor=NOBODY, password=password, now=cast.now)
    assert services.look(token=token, visitor=NOBODY, now=cast.now).state == "new"
    assert not User.objects.filter(email="zoe@northwind.example").exists()


def test_an_invitation_is_sent_again_and_lives_longer(cast):
    invitation, later = invite(cast), cast.now + timedelta(days=20)
    with tenancy.user(cast.carl):
        services.resend(actor=cast.carl, organization=cast.northwind, invitation_id=invitation.pk, now=later)
        mails = list(Delivery.objects.order_by("id"))
        assert [mail.address for mail in mails] == ["zoe@northwind.example"] * 2
        assert mails[0].context["path"] == mails[1].context["path"]
        assert Event.objects.filter(verb="person.reinvited").count() == 1
    assert services.look(token=token_of(invitation), visitor=NOBODY, now=later).state == "new"


def test_not_twice_within_five_minutes(cast):
    invitation = invite(cast)
    with tenancy.user(cast.carl), pytest.raises(Refused, match="five minutes"):
        services.resend(
            actor=cast.carl, organization=cast.northwind, invitation_id=invitation.pk,
            now=cast.now + timedelta(minutes=4),
        )  # fmt: skip


@pytest.mark.parametrize(("person", "error"), [("ann", PermissionDenied), ("bob", Http404), ("lea", PermissionDenied)])
def test_nobody_else_sends_it_again(cast, person, error):
    invitation, actor = invite(cast), getattr(cast, person)
    with tenancy.user(actor), pytest.raises(error):
        services.resend(
            actor=actor, organization=cast.northwind, invitation_id=invitation.pk, now=cast.now + timedelta(days=1)
        )


def test_a_withdrawn_one_is_not_sent_again(cast):
    invitation = invite(cast)
    with tenancy.user(cast.carl):
        services.revoke(actor=cast.carl, organization=cast.northwind, invitation_id=invitation.pk, now=cast.now)
        with pytest.raises(Refused, match="no longer open"):
            services.resend(
                actor=cast.carl, organization=cast.northwind, invitation_id=invitation.pk,
                now=cast.now + timedelta(days=1),
            )  # fmt: skip
