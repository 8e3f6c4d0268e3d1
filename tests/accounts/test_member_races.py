"""Two administrators who act against each other at one moment, each on a connection of its own: one stays."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404

from accounts import services
from accounts.models import Membership
from common import tenancy
from common.errors import Refused
from tests.accounts.people import again, membership, second_administrator
from tests.tickets.acting import at_once


def jobs(cast, service, **more):
    dora = second_administrator(cast)
    settings = dict(connection.settings_dict)

    def against(actor, other):
        mine = membership(cast, other)

        def job():
            connection.settings_dict.update(USER=settings["USER"], PASSWORD=settings["PASSWORD"])
            me = again(actor)
            with tenancy.user(me):
                return service(actor=me, membership=mine, now=cast.now, **more)

        return job

    return against(cast.carl, dora), against(dora, cast.carl)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("service", "more"), [(services.set_role, {"role": "requester"}), (services.leave, {})], ids=["demoted", "removed"]
)
def test_one_administrator_stays(cast, service, more):
    outcomes = at_once(*jobs(cast, service, **more))
    # The slower one is told that nobody else is left; when it comes too late even to ask, it is no administrator any more.
    refused = [one for one in outcomes if isinstance(one, Exception)]
    assert [type(one) in {Refused, PermissionDenied, Http404} for one in refused] == [True]
    with tenancy.everyone():
        assert Membership.objects.filter(organization=cast.northwind, role="client_admin").count() == 1
