"""The hint while one writes, and a decision by dialog, in a browser under the page policy."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from common import tenancy
from common.clock import now
from tests.cast import make_cast
from tests.tickets.acting import opened
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_hint_follows_what_is_typed_and_takes_nothing_away(
    page: Page, live_server: Any, sign_in: Callable[[str], None], problems: list[str]
) -> None:
    with transaction.atomic():
        make_cast(now())
    sign_in("ann")
    page.goto(f"{live_server.url}/tickets/new/")
    hint = page.locator("#doubt")
    expect(hint).to_have_attribute("aria-live", "polite")
    page.get_by_label("What do you need?").press_sequentially("We need more disk space")
    expect(hint).to_contain_text("This looks like “Infrastructure and hosting”")
    expect(hint.locator("mark")).to_have_text("disk space")
    expect(page.get_by_label("What do you need?")).to_be_focused()
    page.get_by_label("What do you need?").fill("We need one more transition in a workflow")
    expect(hint).to_contain_text("It reads like “Automation and workflows”, which is in scope.")
    page.get_by_label("What do you need?").fill("We need more disk space")
    page.get_by_label("Subject").fill("The machine is full")
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_text("It was sent all the same: a consultant decides.")).to_be_visible()
    assert problems == []


def test_a_consultant_decides_in_a_dialog_and_takes_it_back(
    page: Page, live_server: Any, sign_in: Callable[[str], None], problems: list[str]
) -> None:
    with transaction.atomic():
        cast = make_cast(now())
        ticket = opened(cast, subject="More disk space, please")
    sign_in("lea")
    page.goto(f"{live_server.url}/tickets/{ticket.reference}/")
    page.get_by_role("link", name="Decide", exact=True).click()
    dialog = page.locator("#decide-scope")
    expect(dialog.get_by_label("Out of scope")).to_be_checked()
    expect(dialog.get_by_label("Exclusion")).to_contain_text("Infrastructure and hosting")
    dialog.get_by_label("Why? The client reads this.").fill("Your host adds the space.")
    dialog.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("no time can be logged on this request")).to_be_visible()
    page.get_by_role("button", name="Take the decision back").click()
    expect(page.locator("#time")).to_be_visible()
    with tenancy.everyone():
        assert Ticket.objects.get(pk=ticket.pk).scope == "looks_excluded"
    assert problems == []
