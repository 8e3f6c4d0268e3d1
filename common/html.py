"""Markdown that strangers wrote, as HTML that a browser may see."""

from functools import lru_cache
from html import unescape

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

# Raw HTML is text, images are links (no beacon loads in a reader's browser), and bare addresses become links.
RENDERER = (
    MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True})
    .enable(["table", "strikethrough"])
    .disable("image")
)
TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
# Titles in conversation begin at h4: the page's own outline stays whole.
HEADINGS = {"h1": "h4", "h2": "h4", "h3": "h4"}


@lru_cache(maxsize=2048)
def markdown(text: str) -> SafeString:
    """CommonMark to sanitized HTML: only listed tags and attributes survive, so `hx-*`, `on*` and `style` never do.

    Links open http, https and mailto only, without passing on who linked. Raw HTML in the text is shown as text.
    """
    html = RENDERER.render(text)
    for wild, tame in HEADINGS.items():
        html = html.replace(f"<{wild}>", f"<{tame}>").replace(f"</{wild}>", f"</{tame}>")
    return mark_safe(  # noqa: S308 - nh3 just cleaned it
        nh3.clean(
            html,
            tags=TAGS,
            attributes=ATTRIBUTES,
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer nofollow",
        )
    )


def plain(text: str) -> str:
    """CommonMark as the words that a reader sees, paragraph by paragraph: without its marks."""
    words = unescape(nh3.clean(RENDERER.render(text), tags=set()))
    return "\n\n".join(line.strip() for line in words.split("\n") if line.strip())
