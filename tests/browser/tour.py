"""A browser that goes through the pages as the demo's people, in a look at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from .pages import HEIGHTS, Look, Page

WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def visit(
    browser: Browser, url: str, facts: dict[str, Any], pages: list[Page], look: Look
) -> Iterator[tuple[Page, Tab]]:
    """Each page open in a tab, settled. People and cookies take the look's language and theme first."""
    from accounts.models import User

    User.objects.update(language=look.language, theme=look.theme)
    size = {"width": look.width, "height": HEIGHTS[look.width]}
    common = {"language": look.language, "theme": look.theme}
    for who in dict.fromkeys(page.who for page in pages):
        context = browser.new_context(
            viewport=size, locale=look.language, timezone_id="Europe/Paris", reduced_motion="reduce",  # type: ignore[arg-type]
            color_scheme=look.theme, is_mobile=False,  # type: ignore[arg-type]
        )  # fmt: skip
        context.set_default_timeout(20_000)
        cookies = common | ({"sessionid": facts["sessions"][who]} if who else {})
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
        tab = context.new_page()
        for page in pages:
            if page.who == who:
                address = url + page.address(facts)
                answer = tab.goto(address, wait_until="load")
                assert answer is not None
                assert answer.status in {200, 404, 410}, (page.name, answer.status)
                assert "reauthenticate" in page.route or "reauthenticate" not in tab.url, page.name
                assert who == "" or "/accounts/login" not in tab.url, f"{page.name} asks to sign in"
                yield page, tab
        context.close()
