"""Clients, people and ladders in the administration: all through services, with events."""

from django.urls import reverse

from accounts.models import Assignment, Membership, Organization, User
from audit.models import Event
from common import tenancy
from escalation.models import Ladder, LadderLevel
from tickets.models import RequestType

from .conftest import edits, messages


def verbs():
    with tenancy.everyone():
        return list(Event.objects.order_by("id").values_list("verb", flat=True))


def test_an_administrator_makes_an_account(change, cast):
    answer = change("accounts_user", None, email="New@Example.com", name="New", staff_role="administrator")
    assert answer.status_code == 302
    person = User.objects.get(email="new@example.com")
    assert (person.is_staff, person.is_superuser, person.has_usable_password()) == (True, True, False)


def test_a_taken_address_and_a_weak_password_are_refused(change, ada, cast):
    assert "already" in messages(change("accounts_user", None, email="ann@example.com", name="Ann"), ada)
    assert change("accounts_user", None, email="n@example.com", name="N", password="short").status_code == 200
    assert not User.objects.filter(email="n@example.com").exists()


def test_losing_the_role_loses_the_administration(change, cast):
    with tenancy.everyone():
        other = User.objects.create_superuser("other@example.com", "x", name="Other")
    assert change("accounts_user", other.pk, staff_role="consultant").status_code == 302
    other.refresh_from_db()
    assert (other.is_staff, other.is_superuser) == (False, False)


def test_an_administrator_keeps_the_keys(change, ada, cast):
    answer = change("accounts_user", cast.ada.pk, staff_role="lead")
    assert "ask another administrator" in messages(answer, ada)
    cast.ada.refresh_from_db()
    assert cast.ada.is_superuser


def test_a_client_is_made_and_its_people_are_edited(change, cast):
    assert change("accounts_organization", None, name="Initech", key="INI", requesters_see="own").status_code == 302
    with tenancy.everyone():
        initech = Organization.objects.get(key="INI")
    answer = change(
        "accounts_organization", initech.pk,
        **{
            "memberships-TOTAL_FORMS": "1", "memberships-0-user": cast.bob.pk, "memberships-0-role": "approver",
            "assignments-TOTAL_FORMS": "1", "assignments-0-user": cast.julien.pk,
        },
    )  # fmt: skip
    assert answer.status_code == 302
    assert change("accounts_organization", initech.pk, **{"memberships-0-role": "requester"}).status_code == 302
    with tenancy.everyone():
        assert Membership.objects.get(organization=initech).role == "requester"
    answer = change("accounts_organization", initech.pk, **{"memberships-0-DELETE": "on", "assignments-0-DELETE": "on"})
    assert answer.status_code == 302
    with tenancy.everyone():
        assert not Membership.objects.filter(organization=initech).exists()
        assert not Assignment.objects.filter(organization=initech).exists()
    assert verbs() == [
        "organization.created", "person.joined", "person.assigned", "person.role_changed", "person.left",
        "person.unassigned",
    ]  # fmt: skip


def test_our_people_are_no_members(change, ada, cast):
    added = {"memberships-TOTAL_FORMS": "4", "memberships-3-user": cast.lea.pk, "memberships-3-role": "approver"}
    answer = change("accounts_organization", cast.northwind.pk, **added)
    assert "assigned to a client" in messages(answer, ada)
    with tenancy.everyone():
        assert not Membership.objects.filter(user=cast.lea).exists()


def test_a_level_is_edited_with_its_people(change, cast):
    answer = change(
        "escalation_ladder", cast.northwind_ladder.pk,
        **{"levels-1-acknowledge_minutes": "45", "levels-1-named": [cast.nadia.pk, cast.max.pk]},
    )  # fmt: skip
    assert answer.status_code == 302
    with tenancy.everyone():
        level = LadderLevel.objects.get(ladder=cast.northwind_ladder, position=2)
        assert level.acknowledge_minutes == 45
        assert set(level.people.all()) == {cast.nadia, cast.max}
    assert edits()[-1]["fields"] == ["acknowledge_minutes", "named"]


def test_a_contract_without_a_ladder_gets_one(change, ada, cast):
    from contracts.models import Contract

    with tenancy.everyone():
        contract = Contract.objects.create(
            organization=cast.globex, reference="GLX-2", starts_on=cast.now.date(), calendar=cast.paris
        )
    answer = change(
        "escalation_ladder", None, contract=contract.pk,
        **{
            "levels-TOTAL_FORMS": "1", "levels-0-position": "1", "levels-0-title": "Lead",
            "levels-0-acknowledge_minutes": "60", "levels-0-named": [cast.nadia.pk],
        },
    )  # fmt: skip
    assert answer.status_code == 302, (answer.context["errors"], answer.context["adminform"].form.errors)
    with tenancy.everyone():
        ladder = Ladder.objects.get(contract=contract)
        assert ladder.organization_id == cast.globex.pk
        assert ladder.levels.get().people.get() == cast.nadia
    page = ada.get(reverse("admin:contracts_contract_change", args=[contract.pk]))
    assert "1 · Lead" in page.text


def test_the_catalogue_is_edited(change, cast):
    entry = RequestType.objects.first()
    assert change("tickets_requesttype", entry.pk, effort_minutes="75").status_code == 302
    entry.refresh_from_db()
    assert entry.effort_minutes == 75
