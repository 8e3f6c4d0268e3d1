"""Two who follow one link at the same moment: committed for real, in connections of their own."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from accounts import services
from accounts.models import Invitation, Membership, User
from common import tenancy
from tests.accounts.test_invitations import SECRET, invite, token_of


@pytest.mark.django_db(transaction=True)
def test_one_link_followed_four_times_at_once_lets_one_person_in(cast):
    token = token_of(invite(cast))
    settings = dict(connection.settings_dict)

    def follow(_number):
        connection.settings_dict.update(USER=settings["USER"], PASSWORD=settings["PASSWORD"])
        try:
            services.accept(token=token, visitor=AnonymousUser(), password=SECRET, now=cast.now)
        except services.InvitationUnusable as refusal:
            return refusal.reason
        finally:
            connection.close()
        return "in"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(follow, range(4))) == ["in", "used", "used", "used"]
    person = User.objects.get(email="zoe@northwind.example")
    with tenancy.organizations(cast.northwind.pk):
        assert Membership.objects.filter(user=person).count() == 1
        assert Invitation.objects.get().accepted_by_id == person.pk
