"""The administration in a browser: tabs by keyboard, everything without a script, nothing that the page policy refuses."""

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from common.clock import now
from tests.cast import make_cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TABS = ["Contract", "Terms", "Hours", "Ladder", "People", "Onboarding", "Calendar", "Events"]
HEAD = "slug,category,name_en,name_fr,description_en,description_fr,effort_minutes,products,position,is_active"


@pytest.fixture
def contract(db: None) -> str:
    """The address of Northwind's contract."""
    with transaction.atomic():
        cast = make_cast(now())
    return f"/admin/contracts/contract/{cast.northwind_contract.pk}/change/"


def test_tabs_go_by_keyboard_and_a_form_comes_back_to_its_tab(
    page: Page, live_server: Any, sign_in: Any, problems: list[str], contract: str
) -> None:
    sign_in("ada")
    page.goto(live_server.url + contract)
    tabs = page.get_by_role("tab")
    assert tabs.all_inner_texts() == TABS
    first = page.get_by_role("tab", name="Contract")
    expect(first).to_have_attribute("aria-selected", "true")
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Terms")).to_be_focused()
    expect(page.get_by_role("tabpanel")).to_contain_text("First answer, critical priority")
    page.keyboard.press("End")
    expect(page.get_by_role("tab", name="Events")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(first).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Home")
    expect(first).to_be_focused()
    page.get_by_role("tab", name="Hours").click()
    assert page.url.endswith("#hours")
    page.get_by_label("Grant, minutes").fill("600")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("600 minutes are granted.")).to_be_visible()
    expect(page.get_by_role("tab", name="Hours")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel")).to_contain_text("10\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}00")
    assert problems == []


@pytest.mark.parametrize("browser_context_args", [{"java_script_enabled": False}], indirect=True)
def test_without_a_script_the_tabs_are_links_to_sections(
    page: Page, live_server: Any, sign_in: Any, contract: str
) -> None:
    sign_in("ada")
    page.goto(live_server.url + contract)
    for key in ("contract", "terms", "hours", "ladder", "people", "calendar", "events"):
        expect(page.locator(f"section#{key}")).to_be_visible()
    page.locator("[data-tabs]").get_by_text("Ladder").click()
    assert page.url.endswith("#ladder")
    page.get_by_label("Grant, minutes").fill("60")
    page.locator("button[name=_save]").click()
    expect(page.get_by_text("60 minutes are granted.")).to_be_visible()


def test_a_file_is_looked_at_and_then_imported(
    page: Page, live_server: Any, sign_in: Any, problems: list[str], contract: str, tmp_path: Path
) -> None:
    file = tmp_path / "types.csv"
    file.write_text(f"{HEAD}\nsso,access,Set up SSO,Installer le SSO,,,90,Jira,50,yes\n")
    sign_in("ada")
    page.goto(f"{live_server.url}/admin/tickets/category/")
    page.goto(f"{live_server.url}/admin/tickets/requesttype/")
    page.get_by_role("link", name="Import").click()
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Look at what it would do").click()
    expect(page.get_by_role("cell", name="Set up SSO")).to_be_visible()
    page.get_by_role("button", name="Import these rows").click()
    expect(page.get_by_text("Imported: 1 new, 0 changed, 0 as they were.")).to_be_visible()
    expect(page.get_by_role("link", name="Set up SSO")).to_be_visible()
    assert problems == []
