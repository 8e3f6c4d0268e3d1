"""Both sides sign an amendment in a browser: the exact text, the sign-in that is asked for again, the certificate."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from tests.cast import PASSWORD, make_cast
from tests.contracts.changing import approvals, proposed, shown

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_both_sides_read_and_sign(
    page: Page, live_server: Any, sign_in: Callable[[str], None], problems: list[str]
) -> None:
    from common.clock import now

    with transaction.atomic():
        cast = make_cast(now())
    proposal = proposed(cast, effective_on=cast.now.date().replace(year=cast.now.year + 1, month=1, day=15))
    for who, name in (("rosa", "Rosa Diaz"), ("max", "Max Keller")):
        sign_in(who)
        page.goto(f"{live_server.url}/changes/{proposal.change_id}/")
        expect(page.locator(".redline del")).to_contain_text("ninety minutes")
        page.get_by_role("link", name="Read and sign").click()
        page.get_by_label("Your full name, as your signature").fill(name)
        page.get_by_role("button", name="Sign this text").click()
        page.wait_for_url("**/accounts/reauthenticate/**")
        page.locator("input[type=password]").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
        page.wait_for_url(f"**/changes/{proposal.change_id}/")
        expect(page.locator(".signatures")).to_contain_text(name)
    assert approvals(proposal) == [("client", "Rosa Diaz", ""), ("house", "Max Keller", "")]
    expect(page.locator("main")).to_contain_text("Both sides have signed.")
    page.get_by_role("link", name="Certificate").click()
    expect(page.locator(".hash code")).to_have_text(shown(proposal))
    expect(page.locator(".certificate .signed")).to_contain_text("Rosa Diaz")
    assert problems == []
