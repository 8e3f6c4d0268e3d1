"""Markdown that strangers wrote: what survives, and what never does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.html import markdown, plain

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="#" hx-post="/tickets/NW-1/act/" hx-trigger="load">x</a>',
    '<div hx-get="/x" data-hx-get="/y" style="position:fixed">x</div>',
    "[click](javascript:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "[click](vbscript:x)",
    "![beacon](https://evil.example/pixel.png)",
    "<svg onload=alert(1)>",
    "<iframe src='https://evil.example'></iframe>",
    "`<script>alert(1)</script>`",
    '[x](https://a.example "onmouseover=alert(1)")',
    "<form action='/x'><input name=csrfmiddlewaretoken></form>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_acts_survives(text: str) -> None:
    html = markdown(text).lower()
    for tag in ("<script", "<img", "<svg", "<iframe", "<form", "<input", "<div", "<style"):
        assert tag not in html
    for address in ('href="javascript:', 'href="data:', 'href="vbscript:'):
        assert address not in html
    # Attributes live inside tags; what stands between tags is text, and says what was written.
    tags = "".join(part.split(">")[0] for part in html.split("<")[1:])
    for attribute in ("hx-", "onerror", "onload", "style="):
        assert attribute not in tags


def test_what_people_write_looks_as_they_meant() -> None:
    html = markdown("# Title\n\n**Bold** and `code`\n\n1. one\n2. two\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    assert "<h4>Title</h4>" in html  # the page's own outline stays whole
    assert "<strong>Bold</strong>" in html
    assert "<code>code</code>" in html
    assert "<ol>" in html
    assert "<table>" in html


def test_a_link_tells_its_target_nothing() -> None:
    assert 'rel="noopener noreferrer nofollow"' in markdown("[site](https://example.com/)")


@given(st.text(max_size=300))
def test_any_text_is_rendered_without_an_error(text: str) -> None:
    assert "<script" not in markdown(text).lower()


def test_right_to_left_text_and_emoji_are_kept() -> None:
    assert "مرحبا 🌍" in markdown("مرحبا 🌍")


def test_plain_words_are_what_a_reader_sees():
    assert plain("Within **one** hour.\n\n*A & B* <b>c</b>") == "Within one hour.\n\nA & B <b>c</b>"
    assert plain("- one\n- two") == "one\n\ntwo"
    assert plain("") == ""
