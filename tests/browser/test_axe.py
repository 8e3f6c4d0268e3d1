"""axe-core over every page, and nothing wider than a phone."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import override_settings
from playwright.sync_api import Browser

from tests.law.walking import OURS

from . import demo
from .pages import LOOKS, NOT_PAGES, PAGES, PAIRS
from .tour import WIDER, visit

KINDS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def test_every_route_is_a_page_or_says_why_not():
    known = {page.route for page in PAGES} | set(NOT_PAGES)
    assert [name for name in OURS if name not in known] == []


def test_the_list_holds_no_ghost_and_no_name_twice():
    local = {name for name in known_routes() if name.startswith("notifications:")}  # mounted in development only
    assert sorted(known_routes() - set(OURS) - local) == []
    assert {page.route for page in PAGES} & set(NOT_PAGES) == set()
    assert len({page.name for page in PAGES}) == len(PAGES)


def known_routes() -> set[str]:
    return {page.route for page in PAGES} | set(NOT_PAGES)


def test_each_pair_of_looks_shows_both_widths_themes_and_languages():
    for pair in PAIRS:
        assert set(pair) <= set(LOOKS)
        assert all(len({look[side] for look in pair}) == 2 for side in range(3))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("half", [0, 1])
def test_axe_finds_nothing_and_no_page_scrolls_sideways(browser: Browser, tmp_path: Path, half: int) -> None:
    env = demo.environment()
    facts = demo.facts_of(env)
    wrong: list[str] = []
    with override_settings(ROOT_URLCONF="tests.browser.urls"), demo.served(env, tmp_path / "web.log") as url:
        for look in PAIRS[half]:
            for page, tab in visit(browser, url, facts, list(PAGES[half::2]), look):
                where = f"{page.name} {look.name}"
                found = Axe().run(tab, options=KINDS).response["violations"]
                wrong += [
                    f"{where}: {one['id']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
                    for one in found
                    for node in one["nodes"][:3]
                ]
                if (wider := tab.evaluate(WIDER)) > 0:
                    wrong.append(f"{where}: {wider} px wider than the screen")
    assert wrong == [], "\n".join(wrong)
