"""People's pages in a browser: what is typed survives a session that ends, and a zone is seen before it is saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from tests.cast import PASSWORD, make_cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in_again(page: Page) -> None:
    page.wait_for_url("**/accounts/login/?next=**")
    page.locator("input[name=login]").fill("carl@example.com")
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()


def expect_no_draft(page: Page) -> None:
    assert page.evaluate("document.cookie.includes('drafts_sent')") is False
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('totalcare:draft:'))") == []


def test_an_ended_session_loses_nothing_that_was_typed(
    page: Page, live_server: Any, sign_in: Callable[[str], None], problems: list[str]
) -> None:
    from common.clock import now

    with transaction.atomic():
        make_cast(now())
    sign_in("carl")

    page.goto(f"{live_server.url}/people/NW/invite/")
    page.get_by_label("E-mail address").fill("zoe@northwind.example")
    page.get_by_label("Name").fill("Zoe Hart")
    page.locator("input[name=role][value=approver]").check()
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Send the invitation").click()
    sign_in_again(page)
    expect(page.get_by_label("E-mail address")).to_have_value("zoe@northwind.example")
    expect(page.get_by_label("Name")).to_have_value("Zoe Hart")
    expect(page.locator("input[name=role][value=approver]")).to_be_checked()
    expect(page.locator("[data-draft-status]")).to_contain_text("is back")
    page.route("**/js/drafts*.js", lambda route: route.abort())  # one leaves the next page before this has run there
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.locator("main")).to_contain_text("zoe@northwind.example")
    page.unroute_all()
    page.goto(f"{live_server.url}/people/NW/invite/")
    expect(page.locator("form[data-draft] [data-draft-status]")).to_have_text("")
    expect(page.get_by_label("Name")).to_have_value("")  # what was sent is no draft any more
    expect_no_draft(page)
    del problems[:]  # the browser minds a script that was held back

    page.goto(f"{live_server.url}/people/profile/")
    page.get_by_label("Time zone").select_option("Pacific/Auckland")
    expect(page.locator("[data-zone-now]")).not_to_contain_text("Paris")
    there = page.evaluate(
        "new Intl.DateTimeFormat('en', {weekday: 'long', timeZone: 'Pacific/Auckland'}).format(new Date())"
    )
    expect(page.locator("[data-zone-now]")).to_contain_text(there)
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save").click()
    sign_in_again(page)
    expect(page.get_by_label("Time zone")).to_have_value("Pacific/Auckland")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".foot")).to_contain_text("Pacific/Auckland")
    assert problems == []


@pytest.mark.parametrize("browser_context_args", [{"java_script_enabled": False}], indirect=True)
def test_a_person_is_removed_without_script(page: Page, live_server: Any, sign_in: Callable[[str], None]) -> None:
    from common.clock import now

    with transaction.atomic():
        make_cast(now())
    sign_in("carl")
    page.goto(f"{live_server.url}/people/")
    page.get_by_role("link", name="Remove Ann Walker").click()
    expect(page.locator("h1")).to_have_text("Remove Ann Walker from Northwind?")
    page.get_by_role("button", name="Remove Ann Walker").click()
    expect(page.locator("main")).to_contain_text("Ann Walker no longer belongs to Northwind.")
    expect(page.get_by_role("link", name="Change Ann Walker")).to_have_count(0)
