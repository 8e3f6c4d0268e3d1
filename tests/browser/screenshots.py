"""Draws every page in every look: `script/screenshots [--to FOLDER] [--only NAME …] [--look 1440-light-en …]`."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from . import demo
from .pages import LOOKS, PAGES
from .tour import WIDER, visit

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def main() -> int:
    """Migrate, seed, serve, draw; 1 when a page is wider than its screen."""
    parser = argparse.ArgumentParser(prog="script/screenshots", description=__doc__)
    state = Path(os.environ.get("TOTALCARE_STATE", demo.ROOT / "var"))
    parser.add_argument(
        "--to",
        type=Path,
        default=demo.ROOT / "var" / "screenshots",
        help="var/screenshots unless given; docs/img for the documents",
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=[page.name for page in PAGES], help="of pages")
    parser.add_argument(
        "--look", nargs="+", metavar="LOOK", choices=[look.name for look in LOOKS], help="as 390-dark-fr"
    )
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "totalcare.settings")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread; nothing here is async
    manage = [sys.executable, "manage.py"]
    for words in (["migrate", "--verbosity=0"], ["flush", "--no-input", "--verbosity=0"]):
        subprocess.run([*manage, *words], cwd=demo.ROOT, env={**os.environ, "DATABASE_ROLE": "owner"}, check=True)
    os.environ["DATABASE_ROLE"] = "app"
    import django
    from playwright.sync_api import sync_playwright

    django.setup()
    from common import tenancy
    from contracts import exclusions, guide, onboarding_template
    from tickets import catalogue

    with tenancy.everyone():
        catalogue.install()
        guide.install()
        onboarding_template.install()
        exclusions.install()
    facts = demo.facts_of(os.environ)
    pages = [page for page in PAGES if not options.only or page.name in options.only]
    looks = [look for look in LOOKS if not options.look or look.name in options.look]
    options.to.mkdir(parents=True, exist_ok=True)
    too_wide = 0
    with demo.served(os.environ, state / "screenshots.log") as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=ARGUMENTS
        )
        for look in looks:
            for page, tab in visit(browser, url, facts, pages, look):
                tab.screenshot(path=options.to / f"{page.name}-{look.name}.png", full_page=True)
                if tab.evaluate(WIDER) > 0:
                    too_wide += 1
                    print(f"{page.name}-{look.name} is wider than the screen", file=sys.stderr)
        browser.close()
    print(f"{len(pages) * len(looks)} pictures in {options.to}")
    return 1 if too_wide else 0


if __name__ == "__main__":
    sys.exit(main())
