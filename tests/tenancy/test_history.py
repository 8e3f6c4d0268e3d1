"""What was remembered stays, and what verdicts were judged by never changes: whoever asks."""

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from common import tenancy
from conftest import login_as
from slo.models import CalendarEdition
from tests.law.test_catalogue import APPEND_ONLY

WRITES = [
    "UPDATE slo_calendaredition SET zone = 'UTC'",
    "UPDATE slo_calendaredition SET effective_at = effective_at - interval '1 day'",
    "DELETE FROM slo_calendaredition",
]


def execute(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
@pytest.mark.parametrize(
    "write", ["UPDATE {} SET organization_id = organization_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_what_was_remembered_stays(cast, table, write):
    for scope in (tenancy.user(cast.ann), tenancy.user(cast.ada), tenancy.everyone()):
        with pytest.raises(ProgrammingError, match="permission denied"), scope:
            execute(write.format(table))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
def test_not_even_the_engine_rewrites_it(cast, worker, table):
    with pytest.raises(ProgrammingError, match="permission denied"), tenancy.engine():
        execute(f"UPDATE {table} SET organization_id = organization_id")


@pytest.mark.parametrize("write", WRITES)
def test_an_edition_of_a_calendar_never_changes(cast, write):
    for scope in (tenancy.user(cast.ann), tenancy.user(cast.ada)):
        with pytest.raises(IntegrityError, match="publish a new one"), scope:
            execute(write)
    assert CalendarEdition.objects.filter(zone="Europe/Paris").count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", ["owner", "worker"])
def test_not_by_the_owner_nor_the_engine_either(cast, role):
    login_as(role)
    try:
        for write in WRITES:
            with pytest.raises(DatabaseError, match="publish a new one"), tenancy.engine():
                execute(write)
        if role == "owner":
            with pytest.raises(IntegrityError, match="publish a new one"), transaction.atomic():
                execute(WRITES[0])
    finally:
        login_as("app")
