"""French is whole: every string that can be seen is in the catalogue, translated; nothing visible stands outside it.

The catalogue: `script/manage makemessages -l fr --add-location file --no-obsolete --no-wrap --ignore .venv --ignore var
--ignore tests --ignore bench`, the French by hand, then `script/manage compilemessages -l fr --ignore .venv`. These tests
need no gettext tools.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.template.base import Lexer, TokenType
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "locale" / "fr" / "LC_MESSAGES" / "django.po"
PACKAGES = [
    *sorted(Path(config.path) for config in apps.get_app_configs() if Path(config.path).parent == ROOT),
    ROOT / "totalcare",
]
TEMPLATES = ROOT / "templates"

# (context, msgid, plural)
Key = tuple[str, str, str]

# What each function's arguments are: c a context, s a singular, p a plural, n a number.
FUNCTIONS = {
    f"{prefix}gettext{suffix}": arguments
    for prefix, arguments in {"": "s", "n": "spn", "p": "cs", "np": "cspn"}.items()
    for suffix in ("", "_lazy", "_noop")
} | {"_": "s"}


def key_of(arguments: str, values: list[str]) -> Key:
    by_name = dict(zip(arguments, values, strict=False))
    return by_name.get("c", ""), by_name["s"], by_name.get("p", "")


# What the sources say


def python_files() -> list[Path]:
    return [path for package in PACKAGES for path in sorted(package.rglob("*.py")) if "migrations" not in path.parts]


def template_files(*suffixes: str) -> list[Path]:
    return [path for path in sorted(TEMPLATES.rglob("*")) if path.is_file() and path.suffix in suffixes]


def gettext_names(tree: ast.Module) -> dict[str, str]:
    """Local name → gettext function, as the file imports them."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in FUNCTIONS
    }


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def python_calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Calls of gettext functions, by imported name or as `translation.gettext`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = gettext_names(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in names:
            yield names[node.func.id], node
        elif (
            isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "translation"
            and node.func.attr in FUNCTIONS
        ):
            yield node.func.attr, node


def literals(function: str, call: ast.Call) -> list[str] | None:
    """The arguments that are texts; None when one of them is computed."""
    wanted = FUNCTIONS[function].rstrip("n")
    values = [one.value for one in call.args[: len(wanted)] if isinstance(one, ast.Constant)]
    texts = [value for value in values if isinstance(value, str)]
    return texts if len(texts) == len(wanted) else None


STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"\b(n?p?gettext|_)\(({STRING}(?:,\s*{STRING})*)(?:,\s*count)?\)")


def template_keys(path: Path) -> Iterator[Key]:
    for function, arguments in CALL.findall(templatize(path.read_text(encoding="utf-8"), origin=str(path))):
        values = ast.literal_eval(f"({arguments},)")
        yield key_of(FUNCTIONS[function], list(values))


@cache
def said() -> dict[Key, Path]:
    """Every string of ours that is to be translated, with a place where it stands."""
    found: dict[Key, Path] = {}
    for path in python_files():
        for function, call in python_calls(path):
            values = literals(function, call)
            if values is not None:
                found.setdefault(key_of(FUNCTIONS[function], values), path)
    for path in template_files(".html", ".txt"):
        for key in template_keys(path):
            found.setdefault(key, path)
    return found


# What the catalogue says


@cache
def catalogue() -> dict[Key, polib.POEntry]:
    entries = [entry for entry in polib.pofile(str(CATALOGUE)) if not entry.obsolete]
    keys = [_key(entry) for entry in entries]
    assert [key for key, count in Counter(keys).items() if count > 1] == []
    return dict(zip(keys, entries, strict=True))


def _key(entry: polib.POEntry | polib.MOEntry) -> Key:
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural or ""


def texts(entry: polib.POEntry | polib.MOEntry) -> list[str]:
    """Its translations: one, or one a plural form."""
    if entry.msgid_plural:
        return [text for _, text in sorted(entry.msgstr_plural.items())]
    return [entry.msgstr]


def test_the_extraction_finds_strings_of_every_kind():
    assert said()["clock", "Soon", ""].suffix == ".html"  # pgettext in a template
    assert ("", "%(count)d business day", "%(count)d business days") in said()  # ngettext in Python
    assert ("", "[%(reference)s] %(subject)s", "") in said()  # a mail's subject
    assert ("", "the first answer is late", "") in said()  # gettext_noop


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_gettext_goes_by_names_that_makemessages_knows(path):
    """It knows `_` and the functions' own names; what `_l("…")` says would be lost."""
    names = gettext_names(ast.parse(path.read_text(encoding="utf-8")))
    assert {local for local, function in names.items() if local not in {function, "_"}} == set()


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_string_is_built_before_it_is_translated(path):
    """`_(f"…")` and `_("a" + b)` find nothing in any catalogue; a name or a lookup stands for a string marked elsewhere."""
    built = [
        call.lineno
        for _, call in python_calls(path)
        if any(isinstance(one, ast.JoinedStr | ast.BinOp | ast.Call) for one in call.args[:1])
    ]
    assert built == []


def test_every_string_is_in_the_catalogue():
    missing = {key: str(path.relative_to(ROOT)) for key, path in said().items() if key not in catalogue()}
    assert missing == {}


def test_the_catalogue_holds_no_more_than_is_said():
    assert [key for key in catalogue() if key not in said()] == []


def test_every_string_is_translated():
    unfinished = [
        key for key, entry in catalogue().items() if entry.fuzzy or not all(text.strip() for text in texts(entry))
    ]
    assert unfinished == []


def test_every_plural_has_its_forms():
    assert polib.pofile(str(CATALOGUE)).metadata["Plural-Forms"].startswith("nplurals=2")
    assert [key for key, entry in catalogue().items() if key[2] and len(texts(entry)) != 2] == []


def test_what_is_compiled_is_what_is_written():
    compiled = {_key(entry): texts(entry) for entry in polib.mofile(str(CATALOGUE.with_suffix(".mo")))}
    assert compiled == {key: texts(entry) for key, entry in catalogue().items()}


HOLDS = re.compile(r"%\(\w+\)[a-z]|%[a-z%]|\{\w*\}|</?\w+[^>]*>")


def test_placeholders_and_markup_are_kept():
    """A singular may leave its number out: it says "one"."""
    changed = []
    for key, entry in catalogue().items():
        _, singular, plural = key
        wanted = [Counter(HOLDS.findall(text)) for text in ([singular, plural] if plural else [singular])]
        for index, text in enumerate(texts(entry)):
            held = Counter(HOLDS.findall(text))
            allowed = wanted if plural and index == 0 else wanted[-1:]
            if held not in allowed:
                changed.append((key, text))
    assert changed == []


MISSET = re.compile(
    r"""
    \w'\w                       # a typewriter's apostrophe
    | [“”]                      # English quotation marks
    | «(?!\u00a0) | (?<!\u00a0)»
    | [ \u202f]:(?=\s|$)        # a colon's space is U+00A0
    | [ \u00a0][;?!](?=\s|$)    # the others' is U+202F
    | [\w»)>][:;?!](?=\s|$)     # no space at all
    | \.\.\.
    """,
    re.VERBOSE,
)


def test_french_is_set_as_the_french_set_it():
    assert [text for entry in catalogue().values() for text in texts(entry) if MISSET.search(text)] == []


# What stands outside the catalogue

LETTER = re.compile(r"[^\W\d_]")
SENTENCE = re.compile(r"[^\W\d_]\s+[^\W\d_]")
SPOKEN = {"alt", "aria-label", "aria-description", "label", "placeholder", "title"}
UNSEEN = {"script", "style", "kbd", "code"}
NAMES = {  # the same in every language
    "Total Care",
    "JSON",
    "Markdown",
    "CSV",
    "PDF",
    "SHA-256",
    "UTC",
    "h",
    "min",
}


class Visible(HTMLParser):
    """Collects what a reader sees or hears that was written as it is."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self.unseen.append(tag)
        for name, value in attrs:
            if name in SPOKEN or (name.startswith("data-") and SENTENCE.search(value or "")):  # scripts show data-…
                self.look(value or "")

    def handle_endtag(self, tag: str) -> None:
        if self.unseen and self.unseen[-1] == tag:
            self.unseen.pop()

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.look(data)

    def look(self, text: str) -> None:
        text = " ".join(text.split()).strip(" ·,.:;|–—-−/()[]")
        if LETTER.search(text) and text not in NAMES:
            self.found.append(text)


def written(path: Path) -> str:
    """A template without its tags, comments and translated blocks: a mark stands where a value would."""
    out: list[str] = []
    closing = ""
    for token in Lexer(path.read_text(encoding="utf-8")).tokenize():
        name = token.contents.split(maxsplit=1)[0] if token.contents.strip() else ""
        if closing:
            closing = "" if token.token_type is TokenType.BLOCK and name == closing else closing
        elif token.token_type is TokenType.BLOCK and name in {"comment", "blocktrans", "blocktranslate"}:
            closing = f"end{name}"
        elif token.token_type is TokenType.BLOCK and re.fullmatch(r"block \w+_attributes", token.contents):
            closing = "endblock"  # the inside of a tag
        elif token.token_type is TokenType.TEXT:
            out.append(token.contents)
        elif token.token_type is TokenType.VAR:
            out.append(" · ")
    return "".join(out)


QUOTED = re.compile(r"""(?<!_\()("[^"]*"|'[^']*')""")
WORDS = re.compile(rf"{SENTENCE.pattern}|^[A-ZÀ-Ý][a-zà-ÿ]+")


def said_in_tags(path: Path) -> list[str]:
    """Words handed over in tags, untranslated: `{% include … with title="Nothing here" %}`, `{{ x|default:"Nobody" }}`."""
    found = []
    for token in Lexer(path.read_text(encoding="utf-8")).tokenize():
        name = token.contents.split(maxsplit=1)[0] if token.contents.strip() else ""
        if token.token_type is TokenType.BLOCK and name in {"include", "with", "firstof"}:
            parts = QUOTED.findall(token.contents)
        elif token.token_type is TokenType.VAR:
            parts = re.findall(rf"\|(?:default|default_if_none|yesno):{QUOTED.pattern}", token.contents)
        else:
            continue
        found += [part for part in (one.strip("\"'") for one in parts) if WORDS.search(part) and part not in NAMES]
    return found


def ours(*suffixes: str) -> list[Path]:
    """Templates that we wrote; those that replace the administration's are its affair."""
    return [
        path for path in template_files(*suffixes) if path.relative_to(TEMPLATES).parts[0] not in {"admin", "unfold"}
    ]


def test_pages_show_nothing_untranslated():
    outside: dict[str, list[str]] = {}
    for path in ours(".html"):
        page = Visible()
        page.feed(written(path))
        page.close()
        if page.found:
            outside[str(path.relative_to(ROOT))] = page.found
    assert outside == {}


def test_mails_say_nothing_untranslated():
    outside = {}
    for path in ours(".txt"):
        text = " ".join(written(path).split())
        if LETTER.search(text):
            outside[str(path.relative_to(ROOT))] = text
    assert outside == {}


def test_tags_pass_on_nothing_untranslated():
    outside = {str(path.relative_to(ROOT)): found for path in ours(".html", ".txt") if (found := said_in_tags(path))}
    assert outside == {}


SPEAKS = {"Refused", "ValidationError", "success", "error", "info", "warning"}
LABELS = {"description", "empty_label", "help_text", "label", "verbose_name", "verbose_name_plural"}


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_people_are_told_nothing_untranslated(path):
    """Refusals, messages and labels take no bare text: `Refused("Not so.")` would be English for everybody."""
    bare = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        if isinstance(function, ast.Name):
            speaks = function.id in SPEAKS
        else:
            speaks = (
                isinstance(function, ast.Attribute)
                and function.attr in SPEAKS
                and isinstance(function.value, ast.Name)
                and function.value.id in {"messages", "errors", "exceptions"}
            )
        if speaks:
            bare += [f"{node.lineno}: {ast.unparse(one)}" for one in node.args if is_text(one)]
        bare += [
            f"{node.lineno}: {word.arg}={ast.unparse(word.value)}"
            for word in node.keywords
            if word.arg in LABELS and is_text(word.value) and LETTER.search(ast.unparse(word.value))
        ]
    assert bare == []
