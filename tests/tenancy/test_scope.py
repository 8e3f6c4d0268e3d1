"""The scope: what the database lets the app see and write, whatever Python asks."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, ProgrammingError, connection, transaction

from accounts.models import Assignment, Invitation, Membership, Organization, User
from audit.models import Event
from audit.services import record
from common import tenancy
from conftest import login_as
from contracts.models import Contract
from slo.models import Clock
from tickets.models import Message, Ticket, TicketClock

REFUSED = "row-level security"


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_without_a_scope_one_sees_and_writes_nothing(open_ticket, cast):
    open_ticket(cast.ann)
    for model in (Organization, Contract, Ticket, Message, Clock, Event, Membership, Invitation):
        assert not model.objects.exists(), model
    with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
        record(organization_id=cast.northwind.pk, verb="x", subject_kind="x", subject_id=1, at=cast.now)
    assert Ticket.objects.update(subject="mine") == 0
    assert Membership.objects.all().delete()[0] == 0


def test_a_scope_sees_its_own_rows_and_cannot_give_them_away(open_ticket, cast):
    mine, theirs = open_ticket(cast.ann), open_ticket(cast.bob)
    with tenancy.user(cast.ann):
        assert list(Ticket.objects.select_related("organization", "contract")) == [mine]
        assert Ticket.objects.filter(pk=theirs.pk).update(subject="mine now") == 0
        with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
            Ticket.objects.filter(pk=mine.pk).update(organization=cast.globex)
        with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
            Membership.objects.create(organization=cast.globex, user=cast.ann, role="approver")
    with tenancy.organizations(cast.northwind.pk, cast.globex.pk):
        assert Ticket.objects.count() == 2


def test_the_anonymous_see_nothing_of_clients(client, open_ticket, cast):
    from django.contrib.auth.models import AnonymousUser

    open_ticket(cast.ann)
    with tenancy.user(AnonymousUser()):
        assert not Ticket.objects.exists()
        assert not Ticket.objects.visible_to(AnonymousUser()).exists()


def test_scopes_nest_and_come_back_even_after_an_error(open_ticket, cast):
    open_ticket(cast.ann), open_ticket(cast.bob)
    with tenancy.user(cast.ann):
        with tenancy.everyone():
            assert Ticket.objects.count() == 2
        assert Ticket.objects.count() == 1
        with tenancy.organizations(cast.globex.pk):
            assert Ticket.objects.get().requester_id == cast.bob.pk
        assert Ticket.objects.get().requester_id == cast.ann.pk
        with pytest.raises(ZeroDivisionError), tenancy.everyone():
            1 / 0  # noqa: B018
        assert Ticket.objects.count() == 1
        with pytest.raises(IntegrityError), tenancy.everyone():
            Organization.objects.create(name="Another Northwind", key="NW")
        assert Ticket.objects.count() == 1
    assert Ticket.objects.count() == 0
    assert tenancy.current() == tenancy.NOBODY


@pytest.mark.django_db(transaction=True)
def test_a_scope_is_refused_outside_a_transaction(cast):
    with pytest.raises(transaction.TransactionManagementError, match="silently does nothing"):
        tenancy.declare(tenancy.Scope())


@pytest.mark.django_db(transaction=True)
def test_a_scope_does_not_outlive_its_transaction(open_ticket, cast):
    open_ticket(cast.ann)
    with tenancy.everyone():
        assert Ticket.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, coalesce(current_setting('totalcare.organizations', true), '')")
        assert cursor.fetchone() == ("totalcare_app", "")
    assert not Ticket.objects.exists()


def test_a_tenants_task_runs_in_its_own_scope(open_ticket, cast):
    open_ticket(cast.ann)

    @tenancy.tenant_task
    def count(*, organization_id):
        return Ticket.objects.count()

    assert [count(organization_id=client.pk) for client in (cast.northwind, cast.globex)] == [1, 0]


def test_the_web_cannot_become_the_engine(cast):
    with pytest.raises(ProgrammingError, match="permission denied to set role"), tenancy.engine():
        pass


@pytest.mark.parametrize("role", ["totalcare_engine", "totalcare_owner", "totalcare_worker", "postgres"])
def test_the_web_becomes_nobody_stronger_by_plain_sql(db, role):
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL ROLE "{role}"')


def test_nobody_hangs_a_row_from_another_tenants_parent(open_ticket, cast):
    theirs = open_ticket(cast.bob)
    stray = Message(organization=cast.northwind, ticket=theirs, author=cast.ann, body="…", at=cast.now)
    for scope in (tenancy.user(cast.ann), tenancy.everyone()):
        with pytest.raises(IntegrityError, match="tickets_message_ticket_tenant"), scope:
            Message.objects.bulk_create([stray])
    with pytest.raises(ValidationError, match="another organization"):
        stray.full_clean()


def test_nor_moves_one_under_it(open_ticket, cast):
    mine, theirs = open_ticket(cast.ann), open_ticket(cast.bob)
    with tenancy.everyone():
        with pytest.raises(IntegrityError, match="_tenant"), transaction.atomic():
            Ticket.objects.filter(pk=mine.pk).update(contract=cast.globex_contract)
        with pytest.raises(IntegrityError, match="_tenant"), transaction.atomic():
            TicketClock.objects.filter(ticket=mine).update(clock=theirs.clocks.get().clock)
        with pytest.raises(IntegrityError), transaction.atomic():
            Ticket.objects.filter(pk=mine.pk).update(organization=cast.globex)


def test_memberships_are_readable_by_their_own_person_before_any_scope(cast):
    ann = User.objects.get(pk=cast.ann.pk)
    assert tenancy.current() == tenancy.NOBODY
    assert ann.roles == {cast.northwind.pk: "requester"}
    lea = User.objects.get(pk=cast.lea.pk)
    assert set(lea.roles) == {cast.northwind.pk, cast.globex.pk}
    with tenancy.enter(tenancy.Scope(tenancy.APP, (), cast.ann.pk)):
        assert list(Membership.objects.values_list("user_id", flat=True)) == [cast.ann.pk]
        assert not Assignment.objects.exists()
        assert Membership.objects.update(role="client_admin") == 0  # reading isn't writing
        with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
            Membership.objects.create(organization=cast.northwind, user=cast.ann, role="client_admin")


def test_a_member_sees_colleagues_but_no_other_clients_people(cast):
    with tenancy.user(cast.ann):
        people = set(Membership.objects.values_list("user_id", flat=True))
    assert people == {cast.ann.pk, cast.rosa.pk, cast.carl.pk}


def test_consultants_see_through_the_first_wall_only_the_clients_they_serve(open_ticket, cast):
    open_ticket(cast.ann)
    with tenancy.user(cast.julien):
        assert Ticket.objects.count() == 1  # the staff's role
        assert not Ticket.objects.visible_to(cast.julien).exists()
    with tenancy.user(cast.lea):
        assert Ticket.objects.visible_to(cast.lea).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_forgets_its_scope_is_told_so(open_ticket, cast, worker):
    with tenancy.organizations(cast.northwind.pk):
        pass
    with pytest.raises(ProgrammingError, match="permission denied"):
        Ticket.objects.count()
    with tenancy.engine():
        assert Organization.objects.count() == 2
    with tenancy.organizations(cast.globex.pk):
        assert Organization.objects.get() == cast.globex


@pytest.mark.django_db(transaction=True)
def test_the_owner_is_under_the_wall_too_and_a_late_key_still_finds_old_mistakes(open_ticket, cast):
    key = next(c for c in Message._meta.constraints if c.name == "tickets_message_ticket_tenant")
    theirs = open_ticket(cast.bob)
    login_as("owner")
    try:
        assert not Ticket.objects.exists()
        with transaction.atomic():
            run(key.remove_sql(Message, connection.schema_editor()))
            with tenancy.engine():  # how a data migration sees rows
                Message.objects.create(
                    organization=cast.northwind, ticket=theirs, author=cast.ann, body="…", at=cast.now
                )
            connection.check_constraints()
            with (
                pytest.raises(IntegrityError),
                transaction.atomic(),
                connection.schema_editor(atomic=False) as editor,
            ):
                editor.add_constraint(Message, key)
            transaction.set_rollback(True)
    finally:
        login_as("app")
