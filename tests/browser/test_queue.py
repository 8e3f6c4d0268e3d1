"""The queue under somebody's hands: keys, chosen rows, rows that come and go meanwhile, the palette, a phone, no script."""

import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import transaction
from playwright.sync_api import Page, Request, expect

from tests.browser.test_axe import KINDS
from tests.cast import PASSWORD, make_cast
from tests.tickets.acting import act, fresh, opened
from tickets import services

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ASK_AGAIN = "document.getElementById('queue').dispatchEvent(new Event('refresh'))"  # what the poll does every 15 s
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def cast(page: Page) -> SimpleNamespace:
    """Northwind with three open requests, NW-1 to NW-3, most urgent first."""
    from common.clock import now

    with transaction.atomic():
        cast = make_cast(now())
    cast.tickets = [opened(cast, priority=one, subject=f"Request {one}") for one in ("critical", "high", "medium")]
    return cast


@pytest.fixture
def queue(page: Page, live_server: Any, sign_in: Callable[[str], None], cast: SimpleNamespace) -> Iterator[Page]:
    """The queue as Léa has it open. It goes when the server has answered all that was asked: the database is emptied next."""
    sign_in("lea")
    asked: set[Request] = set()
    page.on("request", lambda request: asked.add(request))
    page.on("requestfinished", lambda request: asked.discard(request))
    page.on("requestfailed", lambda request: asked.discard(request))
    page.goto(f"{live_server.url}/queue/")
    expect(page.locator("#live-state.live")).to_be_visible()
    yield page
    page.evaluate("document.getElementById('queue')?.remove()")  # no poll any more
    for one in list(asked):
        one.response()


def row(page: Page, reference: str) -> Any:
    return page.locator(f"#row-{reference}")


def test_keys_choose_assign_and_the_last_word_takes_it_back(queue: Page, cast: Any, problems: list[str]) -> None:
    queue.keyboard.press("j")
    queue.keyboard.press("x")
    queue.keyboard.press("j")
    queue.keyboard.press("j")
    queue.keyboard.press("k")
    queue.keyboard.press("x")
    expect(row(queue, "NW-1").locator("input")).to_be_checked()
    expect(row(queue, "NW-2").locator("input")).to_be_checked()
    expect(row(queue, "NW-3").locator("input")).not_to_be_checked()
    expect(queue.locator("[data-bulk]")).to_contain_text("2 chosen")
    queue.keyboard.press("a")
    expect(queue.locator("#bulk-step")).to_contain_text("Assign 2 requests")
    expect(queue.locator("#bulk-step select")).to_be_focused()
    expect(queue.locator("#bulk-step select option:checked")).to_have_text("Léa Fontaine (me)")
    queue.locator("#bulk-step").get_by_role("button", name="Assign").click()
    toast = queue.locator(".toast")
    expect(toast).to_contain_text("2 requests assigned to Léa Fontaine.")
    expect(row(queue, "NW-2")).to_contain_text("Léa")
    toast.get_by_role("button", name="Undo").click()
    expect(queue.locator(".toast")).to_contain_text("Undone for 2 requests.")
    assert {fresh(one).assignee_id for one in cast.tickets} == {None}
    assert problems == []


def test_a_key_acts_on_the_row_at_the_cursor_and_leaves_nothing_chosen(queue: Page, cast: Any) -> None:
    queue.keyboard.press("j")
    queue.keyboard.press("p")
    expect(queue.locator("#bulk-step")).to_contain_text("Correct the priority of 1 request")
    queue.keyboard.press("Escape")
    expect(row(queue, "NW-1").locator("input")).not_to_be_checked()
    expect(queue.locator("#open-NW-1")).to_be_focused()


def test_all_on_the_page_and_none(queue: Page, cast: Any) -> None:
    queue.locator("#select-all").check()
    expect(queue.locator("[data-bulk]")).to_contain_text("3 chosen")
    row(queue, "NW-2").locator("input").uncheck()
    assert queue.evaluate("document.getElementById('select-all').indeterminate")
    queue.get_by_role("button", name="Choose none").click()
    expect(queue.locator("[data-bulk]")).to_be_hidden()


def test_rows_come_while_one_works_and_nothing_is_lost(queue: Page, cast: Any, problems: list[str]) -> None:
    queue.keyboard.press("j")
    queue.keyboard.press("j")
    queue.keyboard.press("x")
    expect(queue.locator("#open-NW-2")).to_be_focused()
    opened(cast, priority="critical", subject="Another one")
    act(cast.nadia, services.prioritize, ticket_id=cast.tickets[2].pk, priority="critical", reason="So.", now=cast.now)
    act(cast.ann, services.cancel, ticket_id=cast.tickets[0].pk, reason="By mistake.", now=cast.now)
    queue.evaluate(ASK_AGAIN)
    expect(row(queue, "NW-4")).to_have_attribute("data-fresh", "")
    expect(row(queue, "NW-3")).to_have_attribute("data-fresh", "")
    expect(row(queue, "NW-2")).not_to_have_attribute("data-fresh", "")
    expect(queue.locator("#live")).to_have_text("New in this list: NW-4. Moved: NW-3. No longer in this list: NW-1")
    expect(row(queue, "NW-2").locator("input")).to_be_checked()
    expect(row(queue, "NW-2")).to_have_attribute("data-cursor", "")
    expect(queue.locator("#open-NW-2")).to_be_focused()
    expect(queue.locator("#count-unassigned")).to_have_text("3")
    queue.keyboard.press("k")  # keys go on with the rows that came
    expect(queue.locator("tr[data-cursor]")).not_to_have_attribute("id", "row-NW-2")
    assert problems == []


def test_an_open_question_stands_while_rows_come(queue: Page, cast: Any) -> None:
    queue.keyboard.press("j")
    queue.keyboard.press("p")
    queue.locator("#bulk-step textarea").fill("Half a sen")
    opened(cast)
    queue.evaluate(ASK_AGAIN)
    expect(row(queue, "NW-4")).to_be_attached()
    expect(queue.locator("#bulk-step textarea")).to_have_value("Half a sen")
    queue.locator("#bulk-step select").select_option("high")
    queue.locator("#bulk-step textarea").fill("Half a sentence is enough.")
    queue.keyboard.press("Control+Enter")
    expect(queue.locator(".toast")).to_contain_text("Priority of 1 request: High.")
    assert fresh(cast.tickets[0]).priority == "high"


def test_what_can_not_be_resolved_is_named(queue: Page, cast: Any) -> None:
    act(cast.lea, services.reply, ticket_id=cast.tickets[0].pk, body="I am on it.", now=cast.now)
    queue.locator("#select-all").check()
    queue.keyboard.press("c")
    expect(queue.locator("#bulk-step .tag")).to_have_count(2)
    queue.locator("#bulk-step").get_by_role("button", name="Resolve").click()
    expect(queue.locator(".toast")).to_contain_text("1 request resolved.")
    expect(queue.locator("main .notice")).to_contain_text("NW-2, NW-3 — Answer the client before you resolve")


@pytest.mark.parametrize(
    ("key", "focused"), [("Enter", None), ("r", "textarea[name=body]"), ("n", "textarea[name=body]"), ("t", "#time input[name=duration]")]
)  # fmt: skip
def test_keys_lead_to_the_ticket(queue: Page, key: str, focused: str | None) -> None:
    queue.keyboard.press("j")
    queue.keyboard.press(key)
    queue.wait_for_url("**/tickets/NW-1/*" if focused else "**/tickets/NW-1/")
    if focused:
        expect(queue.locator(focused).first).to_be_focused()
    if key == "n":
        expect(queue.locator("input[name=audience][value=internal]")).to_be_checked()
    queue.go_back()
    expect(row(queue, "NW-1")).to_have_attribute("data-cursor", "")  # back where one stood


def test_search_help_and_the_palette_by_key(queue: Page, problems: list[str]) -> None:
    queue.keyboard.press("/")
    expect(queue.locator("#list-q")).to_be_focused()
    queue.keyboard.press("Escape")
    queue.keyboard.press("?")
    expect(queue.locator("#shortcuts")).to_contain_text("Assign what is chosen")
    queue.keyboard.press("Escape")
    queue.keyboard.press("Control+k")
    expect(queue.locator("#palette-q")).to_be_focused()
    queue.keyboard.type("globex")
    expect(queue.locator("#palette-found")).to_contain_text("Globex")
    queue.keyboard.press("ArrowDown")
    queue.keyboard.press("Enter")
    queue.wait_for_url("**/queue/?client=GLX")
    queue.keyboard.press("Control+k")
    queue.keyboard.type("nw-2")
    expect(queue.locator("#palette-found [data-at]")).to_contain_text("NW-2")
    queue.keyboard.press("Enter")
    queue.wait_for_url("**/tickets/NW-2/")
    queue.keyboard.press("Control+k")
    queue.keyboard.insert_text("internal note")  # at once: what its first letters find could be meant, too
    queue.keyboard.press("Enter")
    expect(queue.locator("input[name=audience][value=internal]")).to_be_checked()
    queue.keyboard.press("Control+k")
    queue.keyboard.insert_text("resolve")
    queue.keyboard.press("Enter")
    expect(queue.locator("#act-resolve textarea")).to_be_visible()
    assert problems == []


def test_the_palette_is_empty_when_it_opens_however_soon_that_is(queue: Page) -> None:
    queue.keyboard.press("Control+k")
    queue.keyboard.type("internal note")
    words = queue.evaluate(
        """() => {
            document.getElementById("palette").close();
            document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "k", ctrlKey: true, bubbles: true }));
            return document.getElementById("palette-q").value;
        }"""
    )
    assert words == ""


def test_an_action_from_the_palette_asks_about_the_first_row(queue: Page) -> None:
    queue.keyboard.press("Control+k")
    queue.locator("#palette [data-press=a]").click()
    expect(queue.locator("#bulk-step")).to_contain_text("NW-1")


@pytest.mark.parametrize("browser_context_args", [PHONE], indirect=True)
def test_a_phone_chooses_assigns_and_corrects_too(queue: Page, cast: Any) -> None:
    row(queue, "NW-1").locator("[data-cell=select] label").tap()
    queue.get_by_role("button", name="All on this page").tap()
    expect(queue.locator("[data-bulk]")).to_contain_text("3 chosen")
    queue.locator("[data-bulk-key=p]").tap()
    queue.locator("#bulk-step select").select_option("low")
    queue.locator("#bulk-step textarea").fill("They can wait.")
    queue.locator("#bulk-step").get_by_role("button", name="Correct the priority").tap()
    expect(queue.locator(".toast")).to_contain_text("Priority of 3 requests: Low.")
    assert {fresh(one).priority for one in cast.tickets} == {"low"}
    assert queue.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("browser_context_args", [{"java_script_enabled": False}], indirect=True)
def test_without_scripts_a_page_asks(page: Page, live_server: Any, sign_in: Callable[[str], None], cast: Any) -> None:
    sign_in("lea")
    page.goto(f"{live_server.url}/queue/?client=NW")
    expect(page.locator("[data-bulk]")).to_be_hidden()
    page.locator("#select-NW-1").check()
    page.locator("#select-NW-3").check()
    page.get_by_role("button", name=re.compile("^Assign")).click()
    expect(page.locator("h1")).to_have_text("Assign 2 requests")
    page.get_by_role("button", name="Assign").click()
    page.wait_for_url("**/queue/?client=NW")
    expect(page.locator(".toast")).to_contain_text("2 requests assigned to Léa Fontaine.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("Undone for 2 requests.")


def test_axe_finds_nothing_while_rows_are_chosen_and_a_question_is_open(queue: Page, cast: Any) -> None:
    queue.emulate_media(reduced_motion="reduce")  # a dialog that still fades in has no contrast yet
    queue.locator("#select-all").check()
    assert Axe().run(queue, options=KINDS).response["violations"] == []
    for key in "apc":
        queue.keyboard.press(key)
        expect(queue.locator("#bulk-step[open] h2")).to_be_visible()
        assert Axe().run(queue, options=KINDS).response["violations"] == []
        queue.keyboard.press("Escape")


def test_countdowns_run_by_themselves(queue: Page, cast: Any) -> None:
    queue.clock.install()
    queue.reload()
    before = int(row(queue, "NW-1").locator("[data-figure]").inner_text().split()[0])
    queue.clock.fast_forward(4 * 60_000)
    expect(row(queue, "NW-1").locator("[data-figure]")).to_have_text(re.compile(rf"^({before - 4}|{before - 5})\smin$"))


def test_a_tab_that_nobody_looks_at_asks_nothing(queue: Page, cast: Any) -> None:
    queue.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    opened(cast)
    with queue.expect_response("**/queue/*") as answered:
        queue.evaluate(ASK_AGAIN)
        queue.evaluate("Object.defineProperty(document, 'hidden', { value: false })")
        queue.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert answered.value.status == 200
    expect(row(queue, "NW-4")).to_be_visible()
    asked = queue.evaluate(
        "performance.getEntriesByType('resource').filter((one) => one.initiatorType === 'xmlhttprequest').length"
    )
    assert asked == 1


def test_who_was_signed_out_meanwhile_comes_back_to_the_question(queue: Page) -> None:
    queue.keyboard.press("j")
    queue.context.clear_cookies()
    queue.keyboard.press("a")
    queue.wait_for_url("**/accounts/login/?next=/queue/bulk/*")
    queue.locator("input[name=login]").fill("lea@example.com")
    queue.locator("input[type=password]").fill(PASSWORD)
    queue.locator("main button[type=submit]").first.click()
    expect(queue.locator("h1")).to_have_text("Assign 1 request")


def test_what_a_corrected_priority_would_do_is_shown_before_and_nothing_typed_is_lost(
    queue: Page, cast: Any, problems: list[str]
) -> None:
    queue.emulate_media(reduced_motion="reduce")
    queue.locator("#select-all").check()
    queue.keyboard.press("p")
    expect(queue.locator("#bulk-step[open] select")).to_be_focused()
    queue.locator("#bulk-step textarea").fill("Half a sentence")
    queue.locator("#bulk-step select").select_option("low")
    effect = queue.locator("#bulk-step #effect")
    expect(effect).to_contain_text("3 promises move: 3 later.")
    queue.locator("#bulk-step select").select_option("high")
    expect(effect).to_contain_text("NW-2 — The ticket already has this priority.")
    queue.locator("#bulk-step").get_by_role("button", name="Show what it does").click()
    expect(effect).to_contain_text("What “High” would do")
    expect(queue.locator("#bulk-step textarea")).to_have_value("Half a sentence")
    assert Axe().run(queue, options=KINDS).response["violations"] == []
    assert [fresh(one).priority for one in cast.tickets] == ["critical", "high", "medium"]
    queue.locator("#bulk-step").get_by_role("button", name="Correct the priority").click()
    expect(queue.locator(".toast")).to_contain_text("Priority of 2 requests: High.")
    assert problems == []
