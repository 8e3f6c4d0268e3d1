"""What terms, their units and their refusals are called, in the reader's language."""

from __future__ import annotations

from django.utils.translation import get_language, gettext_lazy

from .terms import Kind, Refusal, Term, TermError

UNIT = {
    Kind.BUSINESS_MINUTES: gettext_lazy("business minutes"),
    Kind.MINUTES: gettext_lazy("minutes"),
    Kind.BUSINESS_DAYS: gettext_lazy("business days"),
    Kind.PERCENTAGE: gettext_lazy("percent"),
    Kind.BOOLEAN: gettext_lazy("yes or no"),
}
REFUSAL = {
    Refusal.UNKNOWN: gettext_lazy("There is no term “%(key)s”. Known terms: %(known)s."),
    Refusal.NOT_YES_OR_NO: gettext_lazy("“%(term)s” takes yes or no, not “%(text)s”."),
    Refusal.NOT_A_NUMBER: gettext_lazy("“%(term)s” takes a whole number of %(unit)s, not “%(text)s”."),
    Refusal.OUT_OF_BOUNDS: gettext_lazy("“%(term)s” lies between %(least)s and %(most)s %(unit)s, not %(text)s."),
}


def label(term: Term) -> str:
    """What a term sets: "First answer, high priority"."""
    return term.label(get_language() or "en")


def refusal(error: TermError) -> str:
    """Why a value is refused, and what to write instead."""
    term = error.term
    facts = {"term": label(term), "unit": UNIT[term.kind], "least": term.least, "most": term.most} if term else {}
    return str(REFUSAL[error.refusal]) % {**error.facts, **facts}
