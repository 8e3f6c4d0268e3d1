"""Terms: what may be written for each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import terms
from contracts.terms import NUMBERS, REGISTRY, Kind, TermError, Value, default, parse
from contracts.words import refusal

HIGH = "slo.first_response.high"


class TestParse:
    @pytest.mark.parametrize(
        ("key", "text", "value"),
        [
            (HIGH, "240", 240),
            (HIGH, " 1 ", 1),
            ("slo.warning", "99", 99),
            ("ticket.closes_after", "120", 120),
            ("channel.email.covered", "yes", True),
            ("channel.email.covered", "OUI", True),
            ("channel.email.covered", " no", False),
            ("channel.email.covered", "false", False),
            ("hours.rollover", "0", 0),
            ("hours.period", " Quarterly", "quarterly"),
            ("calendar.business", " Paris 9–18 ", "Paris 9–18"),
            (
                "change.client_signatories",
                "Rosa@example.com; carl@example.com rosa@example.com",
                "carl@example.com, rosa@example.com",
            ),
        ],
    )
    def test_it_reads_what_people_write(self, key: str, text: str, value: Value) -> None:
        assert parse(key, text) == value
        assert type(parse(key, text)) is type(value)

    @pytest.mark.parametrize(
        ("key", "text", "field", "words"),
        [
            (
                "slo.first_response.urgent",
                "60",
                "key",
                "There is no term “slo.first_response.urgent”. Known terms: calendar.business",
            ),
            (HIGH, "60 min", "value", "takes a whole number of business minutes, not “60 min”"),
            (HIGH, "1.5", "value", "whole number"),
            (HIGH, "", "value", "whole number"),
            (HIGH, "-5", "value", "whole number"),
            (HIGH, "1_000", "value", "whole number"),
            (HIGH, "٦٠", "value", "whole number"),
            (HIGH, "9" * 5000, "value", "whole number"),
            (HIGH, "yes", "value", "whole number"),
            (HIGH, "0", "value", "lies between 1 and 100000 business minutes, not 0"),
            (HIGH, "100001", "value", "lies between"),
            ("slo.warning", "100", "value", "lies between 1 and 99 percent, not 100"),
            ("hours.increment", "481", "value", "lies between 1 and 480 minutes"),
            ("channel.email.covered", "maybe", "value", "takes yes or no, not “maybe”"),
            ("channel.email.covered", "1", "value", "takes yes or no"),
            ("hours.period", "weekly", "value", "takes one of monthly, quarterly, half_yearly, yearly, not “weekly”"),
            ("calendar.business", "  ", "value", "takes the name of a business calendar"),
            ("change.client_signatories", "Rosa", "value", "takes e-mail addresses"),
            ("change.client_signatories", "", "value", "takes e-mail addresses"),
            ("change.client_signatories", "rosa@example.com, @", "value", "takes e-mail addresses"),
        ],
    )
    def test_it_refuses_with_words_that_say_what_to_write(self, key: str, text: str, field: str, words: str) -> None:
        with pytest.raises(TermError) as error:
            parse(key, text)
        assert error.value.field == field
        assert words in refusal(error.value)

    @given(key=st.sampled_from(sorted(REGISTRY)), text=st.text(max_size=12) | st.integers(-5, 200_000).map(str))
    def test_whatever_is_written_is_a_value_within_bounds_or_refused(self, key: str, text: str) -> None:
        term = REGISTRY[key]
        try:
            value = parse(key, text)
        except TermError:
            return
        if term.kind in NUMBERS:
            assert term.least <= int(value) <= term.most
        elif term.kind is Kind.BOOLEAN:
            assert isinstance(value, bool)
        else:
            assert value
            assert value in term.choices if term.kind is Kind.CHOICE else parse(key, str(value)) == value


@pytest.mark.parametrize(
    ("tier", "targets"),
    [
        ("standard", (60, 240, 540, 1080)),
        ("premium", (30, 120, 540, 1080)),
        ("enterprise", (30, 120, 540, 1080)),
    ],
)
def test_premium_and_enterprise_halve_the_first_two_targets(tier: str, targets: tuple[int, ...]) -> None:
    assert tuple(default(f"slo.first_response.{priority}", tier) for priority in terms.PRIORITIES) == targets


def test_every_default_is_a_value_that_could_be_written() -> None:
    for key, term in REGISTRY.items():
        if term.kind not in (Kind.CALENDAR, Kind.PEOPLE):  # empty there: what else is set on the contract
            written = ("yes" if term.default else "no") if term.kind is Kind.BOOLEAN else str(term.default)
            assert parse(key, written) == term.default
        assert term.label("en") != term.label("fr-CA")
