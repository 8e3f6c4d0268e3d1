"""The whole story in a browser: a request, the queue, a breach, the ladder, an answer, time, and what is left."""

import os
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import psycopg2
import pytest
from django.db import connection, transaction
from playwright.sync_api import Page, expect

from audit.models import Event
from common import tenancy
from contracts import services as contracts
from notifications.models import Delivery
from tests.cast import make_cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def let_time_pass(ticket_id: int, by: timedelta) -> None:
    """As if everything about the ticket had happened that much earlier."""
    moves = {
        "slo_clock": ("id IN (SELECT clock_id FROM tickets_ticketclock WHERE ticket_id = %s)",
                      ("started_at", "warn_at", "due_at", "next_at")),
        "slo_clockevent": ("clock_id IN (SELECT clock_id FROM tickets_ticketclock WHERE ticket_id = %s)", ("at",)),
        "tickets_ticket": ("id = %s", ("opened_at", "active_at", "due_at")),
        "tickets_message": ("ticket_id = %s", ("at",)),
    }  # fmt: skip
    # Events are kept from the application's roles: only the database's own administrator can pretend so.
    owner = psycopg2.connect(os.environ["DATABASE_ADMIN_URL"], dbname=connection.settings_dict["NAME"])
    with closing(owner), owner, owner.cursor() as cursor:
        for table, (condition, columns) in moves.items():
            shifted = ", ".join(f"{column} = {column} - %s" for column in columns)
            cursor.execute(f"UPDATE {table} SET {shifted} WHERE {condition}", [*[by] * len(columns), ticket_id])


def test_a_request_is_missed_escalated_answered_and_paid_for(
    page: Page, live_server: Any, sign_in: Callable[[str], None], manage: Callable[..., str], problems: list[str]
) -> None:
    from common.clock import now

    with transaction.atomic():
        cast = make_cast(now())
    with tenancy.everyone():
        contracts.grant(
            actor=cast.ada,
            contract=cast.northwind_contract,
            minutes=600,
            worked_on=cast.now.date(),
            memo="",
            now=cast.now,
        )

    sign_in("ann")
    page.goto(f"{live_server.url}/tickets/new/")
    page.get_by_label("Subject").fill("Nobody can sign in")
    page.locator("textarea[name=body]").fill("Since **this morning**. <script>alert(1)</script>")
    page.locator("input[name=impact][value=organization]").check()
    page.locator("input[name=urgency][value=blocked]").check()
    expect(page.locator("#promise")).to_contain_text("30")  # Premium halves the hour of a critical request
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/tickets/NW-1/")
    expect(page.locator("main")).to_contain_text("Nobody can sign in")
    expect(page.locator(".clock[data-state=on_track]").first).to_be_visible()

    sign_in("lea")
    page.goto(f"{live_server.url}/queue/")
    first = page.locator("tr[data-row]").first
    expect(first).to_contain_text("NW-1")
    expect(first.locator(".clock")).to_contain_text("left")

    with tenancy.everyone():
        ticket_id = Event.objects.get(verb="ticket.opened").subject_id
    let_time_pass(ticket_id, timedelta(minutes=31))
    manage("tick")
    page.reload()
    expect(page.locator("tr[data-row]").first.locator(".clock[data-state=missed]")).to_be_visible()
    page.locator("tr[data-row] a").first.click()
    page.wait_for_url("**/tickets/NW-1/")
    expect(page.locator(".ladder li[aria-current=step]")).to_be_visible()
    with tenancy.everyone():
        told = set(Delivery.objects.values_list("template", flat=True))
    assert {"ticket_opened", "clock_missed", "escalation_level"} <= told

    page.locator("textarea[name=body]").first.fill("I am on it.")
    page.locator("form[data-composer] button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("I am on it.")
    expect(page.locator(".clock[data-state=missed][data-closed]").first).to_be_visible()
    manage("tick")
    page.reload()
    expect(page.locator(".ladder li[aria-current=step]")).to_have_count(0)

    page.locator("input[name=duration]").first.fill("0:38")
    page.locator("input[name=summary]").first.fill("Read the trace")
    page.locator("input[name=summary]").first.press("Enter")
    expect(page.locator("main")).to_contain_text("Read the trace")

    sign_in("rosa")
    page.goto(live_server.url)
    expect(page.locator("main")).to_contain_text(
        "9\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}15"
    )  # ten hours less 45 minutes
    assert problems == []


@pytest.mark.parametrize("browser_context_args", [{"java_script_enabled": False}], indirect=True)
def test_submitting_and_answering_work_without_scripts(
    page: Page, live_server: Any, sign_in: Callable[[str], None]
) -> None:
    from common.clock import now

    with transaction.atomic():
        make_cast(now())
    sign_in("bob")
    page.goto(f"{live_server.url}/tickets/new/")
    page.get_by_label("Subject").fill("A space for the new team")
    page.locator("textarea[name=body]").fill("Please.")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/tickets/GLX-1/")

    sign_in("lea")
    page.goto(f"{live_server.url}/tickets/GLX-1/")
    page.locator("textarea[name=body]").first.fill("password: hunter2-hunter2")
    page.locator("form[data-composer] button[type=submit]").click()
    expect(page.locator("textarea[name=body]").first).to_have_value("password: hunter2-hunter2")  # refused, and kept
    page.locator("textarea[name=body]").first.fill("It is there now.")
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text("It is there now.")
    expect(page.locator(".clock[data-state=met]").first).to_be_visible()
