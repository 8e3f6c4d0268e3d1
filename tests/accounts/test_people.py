"""Accounts made by an administrator, memberships, assignments, and one's own settings."""

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404
from django.urls import reverse

from accounts import services
from accounts.models import Assignment, Membership, User
from audit.models import Event
from common import tenancy
from common.errors import Refused


def test_an_administrator_makes_accounts_and_only_administrators_open_the_administration(cast):
    for role, opens in (("consultant", False), ("administrator", True), ("", False)):
        person = services.create_person(
            actor=cast.ada, email=f"New-{role}@Example.com", name="New", password="long enough to pass", staff_role=role
        )
        assert (person.is_staff, person.is_superuser) == (opens, opens)
        assert EmailAddress.objects.filter(user=person, email=person.email, verified=True, primary=True).exists()


@pytest.mark.parametrize(("person", "error"), [("carl", Http404), ("lea", PermissionDenied), ("max", PermissionDenied)])
def test_nobody_else_does(cast, person, error):
    with pytest.raises(error):
        services.create_person(actor=getattr(cast, person), email="x@example.com", name="X", staff_role="administrator")


def test_a_taken_address_is_refused(cast):
    with pytest.raises(Refused, match="taken"):
        services.create_person(actor=cast.ada, email="ANN@example.com", name="Ann")
    with pytest.raises(IntegrityError):
        User.objects.create(email="ANN@example.com", name="Ann")


def test_a_new_address_replaces_the_old_one(cast):
    with tenancy.user(cast.ada):
        EmailAddress.objects.create(user=cast.ann, email="ann@example.com", verified=True, primary=True)
        cast.ann.email = "ann.walker@example.com"
        services.edit_person(actor=cast.ada, person=cast.ann)
    assert list(EmailAddress.objects.filter(user=cast.ann).values_list("email", flat=True)) == [
        "ann.walker@example.com"
    ]


def test_an_administrator_keeps_the_keys(cast):
    with tenancy.user(cast.ada):
        cast.ada.is_active = False
        with pytest.raises(Refused, match="another administrator"):
            services.edit_person(actor=cast.ada, person=cast.ada)


def test_a_member_of_a_client_does_not_become_ours_unawares(cast):
    with tenancy.user(cast.ada):
        cast.ann.staff_role = "consultant"
        with pytest.raises(Refused, match="memberships"):
            services.edit_person(actor=cast.ada, person=cast.ann)


def test_memberships_and_assignments_come_and_go_with_events(cast):
    with tenancy.user(cast.ada):
        membership = services.join(
            actor=cast.ada, organization=cast.northwind, person=cast.bob, role="requester", now=cast.now
        )
        services.set_role(actor=cast.ada, membership=membership, role="approver", now=cast.now)
        services.leave(actor=cast.ada, membership=membership, now=cast.now)
        assignment = services.assign(actor=cast.ada, organization=cast.globex, person=cast.julien, now=cast.now)
        services.unassign(actor=cast.ada, assignment=assignment, now=cast.now)
        verbs = list(Event.objects.filter(subject_kind="person").order_by("id").values_list("verb", flat=True))
        assert not Membership.objects.filter(organization=cast.northwind, user=cast.bob).exists()
        assert not Assignment.objects.filter(user=cast.julien).exists()
    assert verbs == ["person.joined", "person.role_changed", "person.left", "person.assigned", "person.unassigned"]


def test_ours_are_assigned_and_theirs_are_members(cast):
    with tenancy.user(cast.ada):
        with pytest.raises(Refused, match="assigned"):
            services.join(actor=cast.ada, organization=cast.globex, person=cast.julien, role="requester", now=cast.now)
        with pytest.raises(Refused, match="Only people of Valiantys"):
            services.assign(actor=cast.ada, organization=cast.globex, person=cast.ann, now=cast.now)


def test_the_theme_is_kept_on_the_person_and_in_a_cookie(client, cast):
    client.force_login(cast.ann)
    answer = client.post(reverse("accounts:set_theme"), {"theme": "dark", "next": "/people/profile/"})
    assert (answer.status_code, answer.url) == (302, "/people/profile/")
    assert answer.cookies["theme"].value == "dark"
    assert User.objects.get(pk=cast.ann.pk).theme == "dark"


def test_the_language_is_kept_on_the_person_and_in_a_cookie(client, cast):
    client.force_login(cast.ann)
    answer = client.post(reverse("accounts:set_language"), {"language": "fr", "next": "https://evil.example/"})
    assert answer.url == "/"
    assert answer.cookies["language"].value == "fr"
    assert User.objects.get(pk=cast.ann.pk).language == "fr"
    assert client.post(reverse("accounts:set_language"), {"language": "xx"}).cookies.get("language") is None


def test_a_visitor_has_cookies_only(client, db):
    assert client.post(reverse("accounts:set_theme"), {"theme": "light"}).cookies["theme"].value == "light"
    assert client.post(reverse("accounts:set_language"), {"language": "fr"}).cookies["language"].value == "fr"


def test_a_person_edits_the_profile(client, cast):
    client.force_login(cast.ann)
    assert client.get(reverse("accounts:profile")).status_code == 200
    form = {"name": "Ann W.", "language": "fr", "time_zone": "America/Montreal", "theme": "dark"}
    answer = client.post(reverse("accounts:profile"), form)
    assert answer.status_code == 302
    ann = User.objects.get(pk=cast.ann.pk)
    assert (ann.name, ann.language, ann.time_zone, ann.theme) == ("Ann W.", "fr", "America/Montreal", "dark")
    assert (answer.cookies["language"].value, answer.cookies["theme"].value) == ("fr", "dark")
    assert client.post(reverse("accounts:profile"), form | {"time_zone": "Mars/Base"}).status_code == 422
