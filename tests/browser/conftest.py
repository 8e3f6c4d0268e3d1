"""Chromium against a live server whose requests commit for real, as the app's role."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.cast import PASSWORD

ROOT = Path(__file__).parents[2]
expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in the tests' thread; nothing here is async


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_type_launch_args,
        "executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        "args": ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                 "--disable-component-update", "--disable-sync"],
    }  # fmt: skip


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], request: pytest.FixtureRequest) -> dict[str, Any]:
    """English in Paris; a test may ask for more, as a browser without scripts."""
    return {**browser_context_args, "locale": "en-GB", "timezone_id": "Europe/Paris", **getattr(request, "param", {})}


@pytest.fixture
def page(page: Page) -> Page:
    """A tab; SLOWNESS=8 makes its machine eight times slower and its network far, which shows what a test forgets to wait for."""
    if slowness := int(os.environ.get("SLOWNESS", "0")):
        tools = page.context.new_cdp_session(page)
        far = {"offline": False, "latency": 25 * slowness, "downloadThroughput": -1, "uploadThroughput": -1}
        tools.send("Emulation.setCPUThrottlingRate", {"rate": slowness})
        tools.send("Network.emulateNetworkConditions", far)
    return page


def complains(message: ConsoleMessage) -> bool:
    """An error that is one: a poll that a navigation cut short is not (htmx reports it in two lines)."""
    return message.type == "error" and not message.text.startswith(("htmx:sendAbort", "htmx:afterRequest"))


@pytest.fixture
def problems(page: Page) -> list[str]:
    """What the browser complained about: errors of scripts, refusals of the page policy."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: found.append(message.text) if complains(message) else None)
    return found


@pytest.fixture
def sign_in(page: Page, live_server: Any) -> Callable[[str], None]:
    """Sign somebody in by the sign-in page, whoever was there before."""

    def sign_in(who: str) -> None:
        page.set_default_timeout(15_000)
        page.context.clear_cookies()
        page.goto(f"{live_server.url}/accounts/login/")
        page.locator("input[name=login]").fill(f"{who}@example.com")
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("main button[type=submit]").first.click()
        page.wait_for_url(lambda url: "/accounts/login" not in url)

    return sign_in


@pytest.fixture
def manage() -> Callable[..., str]:
    """manage.py in a process of its own, on the tests' database, with the worker's login."""

    def manage(*command: str) -> str:
        name = connection.settings_dict["NAME"]
        urls = {
            key: f"{os.environ[key].rsplit('/', 1)[0]}/{name}"
            for key in ("DATABASE_OWNER_URL", "DATABASE_APP_URL", "DATABASE_WORKER_URL")
        }
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env={**os.environ, **urls, "DATABASE_ROLE": "worker"},
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    return manage
