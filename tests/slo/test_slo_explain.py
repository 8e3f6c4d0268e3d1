"""`slo_explain`: a due instant that anybody can follow with a finger."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from slo import services
from slo.models import BusinessCalendar
from tests.slo.cases import EVE, OFFICE, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def paris() -> BusinessCalendar:
    calendar = BusinessCalendar.objects.create(name="Paris 9–18", slug=services.slug_for("Paris 9–18"))
    services.publish_edition(
        actor=None, calendar=calendar, zone="Europe/Paris", weekly=OFFICE, effective_at=at("2026-01-01T00:00"),
        now=at("2026-01-01T00:00"), holidays={"2026-12-24": EVE, "2026-12-25": "Noël"},
    )  # fmt: skip
    return calendar


def explain(*words: str) -> str:
    out = StringIO()
    call_command("slo_explain", *words, stdout=out)
    return out.getvalue()


def ask(**more: Any) -> list[str]:
    asked = {"calendar": "paris-918", "start": "2026-12-23T17:00+01:00", "minutes": 300, **more}
    return [f"--{name}={value}" for name, value in asked.items()]


def test_every_interval_and_the_sums(paris):
    said = json.loads(explain(*ask(), "--json"))
    assert said["due"] == "2026-12-28T10:00:00+01:00"
    assert (said["edition"], said["zone"], said["open_seconds"]) == (1, "Europe/Paris", 300 * 60)
    assert [(one["kind"], one["label"], one["seconds"] / 3600) for one in said["intervals"]] == [
        ("open", "", 1), ("closed", "", 6), ("holiday", "Christmas Eve", 9), ("open", "Christmas Eve", 3),
        ("holiday", "Christmas Eve", 12), ("holiday", "Noël", 24), ("closed", "", 57), ("open", "", 1),
    ]  # fmt: skip
    assert said["open_seconds"] + said["closed_seconds"] + said["holiday_seconds"] == 113 * 3600
    assert said["zone_data"]


def test_lines_to_read(paris):
    lines = explain(*ask()).splitlines()
    assert lines[0].startswith("paris-918, edition 1 since 2025-12-31T23:00:00+00:00; Europe/Paris, zone data ")
    assert "Christmas Eve" in lines[3]
    assert lines[-1] == "due 2026-12-28T10:00:00+01:00: 300 business minutes from 2026-12-23T17:00:00+01:00"


def test_it_goes_by_name_too(paris):
    assert explain(*ask(calendar="Paris 9–18")) == explain(*ask())


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"calendar": "lyon"}, "no calendar lyon. Known: paris-918"),
        ({"start": "2025-01-01T00:00Z"}, "editions begin later"),
        ({"minutes": -1}, "negative"),
        ({"start": "2026-12-23T17:00"}, "invalid"),
    ],
)  # fmt: skip
def test_what_it_cannot_say(paris, more, words):
    with pytest.raises(CommandError, match=words):
        explain(*ask(**more))


def test_short_names_are_given_once_and_never_twice(cast):
    one = services.naming.save_calendar(actor=cast.ada, calendar=BusinessCalendar(name="Lyon"))
    two = services.naming.save_calendar(actor=cast.ada, calendar=BusinessCalendar(name="LYON!"))
    one.name = "Lyon and around"
    services.naming.save_calendar(actor=cast.ada, calendar=one)
    assert (one.slug, two.slug) == ("lyon", "lyon-2")
