"""Files in a browser: chosen, dropped, pasted, taken back, left out, opened; and a session that ends while one writes."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from playwright.sync_api import Page, expect

from common import tenancy
from common.clock import now
from tests.cast import make_cast
from tests.tickets.acting import act, opened
from tickets import services
from tickets.models import Attachment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
# A file arrives on an element as a browser brings it: by drop or paste.
BRING = """([selector, kind, name, size]) => {
    const data = new DataTransfer();
    data.items.add(new File(["x".repeat(size)], name));
    const options = { bubbles: true, cancelable: true };
    const event = kind === "paste" ? new ClipboardEvent("paste", { ...options, clipboardData: data })
        : new DragEvent(kind, { ...options, dataTransfer: data });
    document.querySelector(selector).dispatchEvent(event);
}"""
TEXT = "form[data-composer] textarea"


@pytest.fixture
def cast() -> Any:
    with transaction.atomic():
        return make_cast(now())


def names() -> list[tuple[str, str]]:
    with tenancy.everyone():
        return list(Attachment.objects.order_by("id").values_list("name", "audience"))


def test_chosen_dropped_and_pasted_files_arrive_and_open(
    cast: Any, page: Page, live_server: Any, sign_in: Callable[[str], None], problems: list[str]
) -> None:
    sign_in("ann")
    page.goto(f"{live_server.url}/tickets/new/")
    page.get_by_label("Subject").fill("The board is empty")
    page.locator("textarea[name=body]").fill("See the picture.")
    page.locator("input[type=file]").set_input_files([{"name": "screen.png", "mimeType": "image/png", "buffer": PNG}])
    page.evaluate(BRING, ["textarea[name=body]", "paste", "pasted.txt", 10])
    page.evaluate(BRING, ["main form[data-ask]", "drop", "dropped.svg", 10])
    page.evaluate(BRING, ["main form[data-ask]", "drop", "wrong.txt", 10])
    expect(page.locator("[data-files] .file")).to_have_count(4)
    page.get_by_role("button", name="Take “wrong.txt” away").click()
    expect(page.locator("[data-files] .file")).to_have_count(3)
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/tickets/NW-1/")
    assert names() == [("screen.png", "client"), ("pasted.txt", "client"), ("dropped.svg", "client")]

    files = page.locator(".msg .file")
    expect(files).to_have_text(["screen.png 70\N{NO-BREAK SPACE}bytes", "pasted.txt 10\N{NO-BREAK SPACE}bytes",
                                "dropped.svg 10\N{NO-BREAK SPACE}bytes"])  # fmt: skip
    with page.expect_download() as download:
        files.nth(2).click()
    assert download.value.suggested_filename == "dropped.svg"
    assert problems == []
    files.first.click()
    page.wait_for_url("**/files/*/")
    assert page.evaluate("document.images[0].naturalWidth") == 1  # shown, sealed as it is


def test_what_is_over_a_limit_is_left_out_at_once_with_the_reason(
    cast: Any, page: Page, live_server: Any, sign_in: Callable[[str], None], settings: Any
) -> None:
    settings.ATTACHMENT_MAX_BYTES, settings.ATTACHMENT_MAX_FILES = 2048, 2
    ticket = opened(cast)
    sign_in("ann")
    page.goto(f"{live_server.url}/tickets/{ticket.reference}/")
    page.evaluate(BRING, [TEXT, "drop", "big.bin", 2049])
    expect(page.locator("[data-files] [role=alert]")).to_have_text("“big.bin” was left out: a file may have 2 kB.")
    page.evaluate(BRING, [TEXT, "drop", "none.bin", 0])
    expect(page.locator("[data-files] [role=alert]")).to_have_text("“none.bin” was left out: it is empty.")
    for name in ("a", "b", "c"):
        page.evaluate(BRING, [TEXT, "drop", name, 5])
    expect(page.locator("[data-files] [role=alert]")).to_have_text("“c” was left out: a message takes 2 files.")
    expect(page.locator("[data-files] .file")).to_have_count(2)


def test_a_file_for_a_note_never_travels_with_a_reply(
    cast: Any, page: Page, live_server: Any, sign_in: Callable[[str], None]
) -> None:
    ticket = opened(cast)
    sign_in("lea")
    page.goto(f"{live_server.url}/tickets/{ticket.reference}/")
    page.locator("[data-audience][value=internal]").check()
    page.evaluate(BRING, [TEXT, "drop", "inside.txt", 5])
    page.locator("[data-audience][value=client]").check()
    expect(page.locator("form[data-composer] [data-files]")).to_be_hidden()
    page.evaluate(BRING, [TEXT, "drop", "answer.txt", 5])
    page.locator(TEXT).fill("Here it is.")
    page.locator("form[data-composer] button[data-default-submit]").click()
    expect(page.locator(".msg .file")).to_have_count(1)
    assert names() == [("answer.txt", "client")]


@pytest.mark.parametrize("browser_context_args", [{"java_script_enabled": False}], indirect=True)
def test_files_go_without_scripts(
    cast: Any, page: Page, live_server: Any, sign_in: Callable[[str], None], tmp_path: Path
) -> None:
    ticket = opened(cast)
    sign_in("lea")
    page.goto(f"{live_server.url}/tickets/{ticket.reference}/")
    (tmp_path / "log.txt").write_text("It broke.")
    page.locator("form[data-composer] input[type=file]").set_input_files(tmp_path / "log.txt")
    page.locator(TEXT).fill("Here.")
    page.locator("form[data-composer] button[data-default-submit]").click()
    expect(page.locator(".msg .file")).to_have_count(1)
    page.goto(f"{live_server.url}/tickets/{ticket.reference}/act/?action=resolve")
    page.locator("input[type=file]").set_input_files(tmp_path / "log.txt")
    page.locator("textarea[name=text]").fill("Done.")
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator(".msg .file")).to_have_count(2)


def test_long_names_and_french_fit_a_phone_and_everybody(
    cast: Any, page: Page, live_server: Any, sign_in: Callable[[str], None]
) -> None:
    ticket = opened(cast, files=[SimpleUploadedFile(f"{'x' * 190}.pdf", b"MZ")])
    with tenancy.everyone():
        type(cast.ann).objects.filter(pk=cast.ann.pk).update(language="fr")
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in("ann")
    for path, text in ((f"/tickets/{ticket.reference}/", TEXT), ("/tickets/new/", "textarea[name=body]")):
        page.goto(f"{live_server.url}{path}")
        page.evaluate(BRING, [text, "drop", f"{'y' * 190}.png", 5])
        page.evaluate(BRING, [text, "drop", f"{'z' * 190}.png", 0])
        expect(page.locator("[data-files] [role=alert]")).to_contain_text("a été laissé de côté")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


class TestExpiredSession:
    """The session's cookie goes while somebody writes; what was typed is there after signing in again."""

    @pytest.fixture
    def expire(self, page: Page) -> Callable[[], None]:
        return lambda: page.context.clear_cookies(name="sessionid")

    @pytest.fixture
    def again(self, page: Page) -> Callable[[str], None]:
        def again(who: str) -> None:
            page.wait_for_url(lambda url: "/accounts/login/?next=" in url)
            page.locator("input[name=login]").fill(f"{who}@example.com")
            page.locator("input[type=password]").fill("correct horse battery staple")
            page.locator("main button[type=submit]").first.click()
            page.wait_for_url(lambda url: "/accounts/login" not in url)

        return again

    def test_a_new_request(
        self, cast: Any, page: Page, live_server: Any, sign_in: Any, expire: Any, again: Any
    ) -> None:
        sign_in("ann")
        page.goto(f"{live_server.url}/tickets/new/?type=new-user")
        kind = page.locator("main h1").inner_text()
        page.get_by_label("Subject").fill("Nobody can sign in")
        page.locator("textarea[name=body]").fill("Since this morning, مرحبا 🔥.")
        page.locator("input[name=urgency][value=blocked]").check()
        expire()
        page.locator("main form button[type=submit]").last.click()
        again("ann")
        expect(page.get_by_label("Subject")).to_have_value("Nobody can sign in")
        expect(page.locator("textarea[name=body]")).to_have_value("Since this morning, مرحبا 🔥.")
        expect(page.locator("input[name=urgency][value=blocked]")).to_be_checked()
        expect(page.locator("main h1")).to_have_text(kind)
        page.locator("main form button[type=submit]").last.click()
        page.wait_for_url("**/tickets/NW-1/")

    @pytest.mark.parametrize("audience", ["client", "internal"])
    def test_a_reply_and_a_note(
        self, cast: Any, page: Page, live_server: Any, sign_in: Any, expire: Any, again: Any, audience: str
    ) -> None:
        ticket = opened(cast)
        sign_in("lea")
        page.goto(f"{live_server.url}/tickets/{ticket.reference}/")
        page.locator(f"[data-audience][value={audience}]").check()
        page.locator(TEXT).fill("Half an hour of thought.")
        expire()
        page.locator("form[data-composer] button[data-default-submit]").click()
        again("lea")
        page.wait_for_url(f"**/tickets/{ticket.reference}/")
        expect(page.locator(TEXT)).to_have_value("Half an hour of thought.")
        expect(page.locator(f"[data-audience][value={audience}]")).to_be_checked()
        expect(page.locator("[data-draft-status]").first).to_contain_text("brought back")

    def test_the_words_of_a_change_of_status(
        self, cast: Any, page: Page, live_server: Any, sign_in: Any, expire: Any, again: Any
    ) -> None:
        ticket = opened(cast)
        act(cast.lea, services.reply, ticket_id=ticket.pk, now=cast.now, body="I am on it.")
        sign_in("lea")
        page.goto(f"{live_server.url}/tickets/{ticket.reference}/")
        page.locator("[data-open=act-resolve]").click()
        page.locator("#act-resolve textarea").fill("The filter was wrong.")
        expire()
        page.locator("#act-resolve button[data-default-submit]").click()
        again("lea")
        expect(page.locator("textarea[name=text]")).to_have_value("The filter was wrong.")
        page.locator("main form button[type=submit]").last.click()
        page.wait_for_url(f"**/tickets/{ticket.reference}/")
        expect(page.locator("main")).to_contain_text("The filter was wrong.")
