"""A token made by hand, and the API's page, in a browser under the page policy."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import transaction
from playwright.sync_api import Page, expect

from common.clock import now
from tests.cast import make_cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SHOTS")  # a folder to leave pictures in


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_a_token_made_on_its_page_opens_the_api(
    page: Page, live_server: Any, sign_in: Callable[[str], None], problems: list[str]
) -> None:
    with transaction.atomic():
        make_cast(now())
    sign_in("ann")
    page.goto(f"{live_server.url}/people/profile/")
    page.get_by_role("link", name="API tokens").click()
    page.get_by_label("Name", exact=True).fill("Monitoring")
    page.get_by_role("button", name="Create the token").click()
    secret = page.locator("main code").inner_text()
    assert (
        Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}).response["violations"] == []
    )
    shot(page, "tokens")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shot(page, "tokens-phone")
    page.set_viewport_size({"width": 1440, "height": 900})

    answer = page.request.get(f"{live_server.url}/api/v1/contracts/", headers={"Authorization": f"Bearer {secret}"})
    assert answer.json()["results"][0]["reference"] == "NW-2026"

    page.goto(f"{live_server.url}/api/v1/docs/")
    expect(page.locator(".opblock")).to_have_count(17)
    shot(page, "docs")
    page.get_by_role("button", name="GET /api/v1/contracts/", exact=True).click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table .highlight-code").first).to_contain_text("NW-2026")

    page.goto(f"{live_server.url}/integrations/tokens/")
    page.get_by_role("button", name="Revoke Monitoring").click()
    expect(page.locator("main")).to_contain_text("No token yet")
    assert page.request.get(answer.url, headers={"Authorization": f"Bearer {secret}"}).status == 401
    assert problems == []
