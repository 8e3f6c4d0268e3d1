"""Scope: the portal doubts at submission, a consultant decides and may take it back, and what is outside takes no time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404

from common import tenancy
from common.errors import Refused
from contracts.models import Exclusion
from contracts.services import edit_exclusion
from notifications.models import Delivery
from tests.tickets.acting import act, clock_of, events, everything, fresh, opened, said, told, verbs
from tickets import services
from tickets.models import ScopeDecision, Ticket, WorkLog

pytestmark = pytest.mark.django_db
HOSTING = "infrastructure-hosting"
OUT = {"subject": "More disk space, please", "body": "And a firewall, before Monday."}


def exclusion(slug: str = HOSTING) -> Exclusion:
    return Exclusion.objects.get(slug=slug)


def decide(
    cast: Any, ticket: Ticket, scope: str = "excluded", slug: str = HOSTING, actor: Any = None, **more: Any
) -> Any:
    arguments = {"exclusion": exclusion(slug), "reason": "Your host runs the machine.", "now": cast.now, **more}
    return act(actor or cast.lea, services.decide_scope, ticket_id=ticket.pk, scope=scope, **arguments)


def log(cast: Any, ticket: Ticket) -> WorkLog:
    entry: WorkLog = act(
        cast.lea, services.log_time, ticket_id=ticket.pk, minutes=15, summary="Looked", worked_on=date(2026, 11, 18),
        now=cast.now,
    )  # fmt: skip
    return entry


def decisions(ticket: Ticket) -> list[ScopeDecision]:
    with tenancy.everyone():
        return list(ScopeDecision.objects.filter(ticket=ticket).select_related("exclusion").order_by("id"))


def test_a_request_that_looks_excluded_is_taken_and_remembered_with_the_words_that_gave_it_away(cast: Any) -> None:
    ticket = opened(cast, **OUT)
    (doubt,) = decisions(ticket)
    assert fresh(ticket).scope == doubt.scope == "looks_excluded"
    assert (doubt.exclusion.slug, doubt.matched, doubt.decided_by_id) == (HOSTING, ["disk space", "firewall"], None)
    assert verbs(ticket) == ["ticket.opened", "ticket.scope_doubted"] or verbs(ticket) == [
        "ticket.scope_doubted", "ticket.opened",
    ]  # fmt: skip
    assert clock_of(ticket).verdict == "running"  # its first answer is owed all the same
    assert log(cast, ticket).billable_minutes == 15  # a doubt stops nobody


def test_an_ordinary_request_is_undecided_and_costs_no_row(cast: Any) -> None:
    ticket = opened(cast)
    assert (fresh(ticket).scope, decisions(ticket)) == ("undecided", [])


def test_an_exclusion_that_is_no_longer_in_force_doubts_nothing(cast: Any) -> None:
    with tenancy.everyone():
        Exclusion.objects.filter(slug=HOSTING).update(is_active=False)
    assert fresh(opened(cast, **OUT)).scope == "undecided"


def test_a_decision_is_a_row_an_event_a_reason_in_the_conversation_and_a_mail(cast: Any) -> None:
    ticket = opened(cast)
    decide(cast, ticket)
    assert fresh(ticket).scope == "excluded"
    (event,) = events(ticket, "ticket.scope_decided")
    assert (event.actor_id, event.data["before"], event.data["after"]) == (cast.lea.pk, "undecided", "excluded")
    reason = said(ticket)[-1]
    assert (reason.kind, reason.body, event.data["message_id"]) == ("reason", "Your host runs the machine.", reason.pk)
    assert told(ticket, "ticket.scope_decided") == {"ann@example.com": "ticket_scope"}
    assert fresh(ticket).responded_at is None  # a reason answers nothing


@pytest.mark.parametrize("scope", ["excluded", "to_be_quoted"])
def test_what_is_outside_takes_no_time_and_in_scope_takes_it_again(cast: Any, scope: str) -> None:
    ticket = opened(cast)
    decide(cast, ticket, scope)
    before = everything()
    with pytest.raises(Refused, match="out of scope"):
        log(cast, ticket)
    assert everything() == before
    decide(cast, ticket, "in_scope")
    assert log(cast, ticket).billable_minutes == 15


def test_the_database_refuses_time_too_whoever_writes_it(cast: Any) -> None:
    ticket = opened(cast)
    row = {
        "organization": cast.northwind, "ticket": ticket, "contract": cast.northwind_contract, "author": cast.lea,
        "worked_on": date(2026, 11, 18), "actual_minutes": 1, "billable_minutes": 15, "covered_minutes": 0,
        "summary": "x", "at": cast.now,
    }  # fmt: skip
    with tenancy.everyone():
        WorkLog.objects.create(**row)
    decide(cast, ticket)
    with pytest.raises(IntegrityError, match="takes no time entry"), tenancy.everyone(), transaction.atomic():
        WorkLog.objects.create(**row)


def test_time_logged_before_stays_until_somebody_reverses_it(cast: Any) -> None:
    ticket = opened(cast)
    entry = log(cast, ticket)
    decide(cast, ticket)
    assert fresh(entry).reversed_at is None
    act(cast.max, services.reverse_time, work_log_id=entry.pk, now=cast.now)
    assert fresh(entry).reversed_at == cast.now


def test_taking_back_restores_what_stood_before_step_by_step(cast: Any) -> None:
    ticket = opened(cast, **OUT)
    decide(cast, ticket)
    decide(cast, ticket, "in_scope")
    for expected in ("excluded", "looks_excluded"):
        act(cast.lea, services.take_back_scope, ticket_id=ticket.pk, now=cast.now)
        assert fresh(ticket).scope == expected
    assert told(ticket, "ticket.scope_taken_back") == {"ann@example.com": "ticket_scope"}
    before = everything()
    with pytest.raises(Refused, match="nothing to take back"):
        act(cast.lea, services.take_back_scope, ticket_id=ticket.pk, now=cast.now)
    assert everything() == before
    assert [bool(one.taken_back_at) for one in decisions(ticket)] == [False, True, True]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"reason": " "}, "reason"),
        ({"exclusion": None}, "Name the exclusion"),
        ({"scope": "looks_excluded"}, "in scope, out of scope"),
        ({"scope": "undecided"}, "in scope, out of scope"),
        ({"scope": "nonsense"}, "in scope, out of scope"),
        ({"reason": "password: hunter2hunter2"}, "Remove it"),
    ],
)
def test_what_is_wrong_is_refused_and_writes_nothing(cast: Any, wrong: dict[str, Any], words: str) -> None:
    ticket = opened(cast)
    before = everything()
    with pytest.raises(Refused, match=words):
        decide(cast, ticket, **wrong)
    assert everything() == before
    assert fresh(ticket).scope == "undecided"


def test_a_retired_exclusion_the_same_decision_and_a_closed_ticket_are_refused(cast: Any) -> None:
    ticket = opened(cast)
    decide(cast, ticket)
    with pytest.raises(Refused, match="decided already"):
        decide(cast, ticket, reason="Again.")
    with tenancy.everyone():
        Exclusion.objects.filter(slug="uncovered").update(is_active=False)
    with pytest.raises(Refused, match="no longer in force"):
        decide(cast, ticket, slug="uncovered")
    act(cast.lea, services.cancel, ticket_id=ticket.pk, reason="Bought elsewhere.", now=cast.now)
    for call in (
        lambda: decide(cast, ticket, "in_scope"),
        lambda: act(cast.lea, services.take_back_scope, ticket_id=ticket.pk, now=cast.now),
    ):
        with pytest.raises(Refused, match="closed for good"):
            call()


@pytest.mark.parametrize(("who", "error"), [("ann", PermissionDenied), ("rosa", PermissionDenied), ("max", PermissionDenied),
                                            ("bob", Http404), ("julien", Http404)])  # fmt: skip
def test_consultants_decide_and_nobody_else(cast: Any, who: str, error: type[Exception]) -> None:
    ticket = opened(cast)
    decide(cast, ticket)
    before = everything()
    for service, more in (
        (services.decide_scope, {"scope": "in_scope", "reason": "Mine."}),
        (services.take_back_scope, {}),
    ):
        with pytest.raises(error):
            act(getattr(cast, who), service, ticket_id=ticket.pk, now=cast.now, **more)
    assert everything() == before


def test_a_decision_never_leaves_its_client(cast: Any) -> None:
    decide(cast, opened(cast))
    with tenancy.organizations(cast.globex.pk):
        assert not ScopeDecision.objects.exists()
    with tenancy.organizations(cast.northwind.pk):
        assert ScopeDecision.objects.count() == 1


def test_the_mail_says_why_in_the_readers_language_and_what_happens_instead(cast: Any) -> None:
    from notifications.mail import compose

    cast.ann.language = "fr"
    with tenancy.everyone():
        cast.ann.save(update_fields=["language"])
    ticket = opened(cast)
    decide(cast, ticket)
    with tenancy.everyone():
        mail = compose(Delivery.objects.get(event=events(ticket, "ticket.scope_decided")[-1]))
    assert "Your host runs the machine." in mail.body
    assert "Infrastructure et hébergement" in mail.body
    assert "Infrastructure and hosting" not in mail.body


class TestCatalogue:
    """Exclusions are an administrator's data."""

    def test_blank_lines_and_repetitions_are_left_out(self, cast: Any) -> None:
        one = exclusion()
        one.words_en = ["  Disk   space ", "", "disk spaces", "Tape"]
        act(cast.ada, edit_exclusion, exclusion=one)
        assert exclusion().words_en == ["Disk space", "Tape"]
        assert fresh(opened(cast, subject="A new tape", body="Please.")).scope == "looks_excluded"

    @pytest.mark.parametrize(
        ("change", "words"),
        [({"words_fr": ["!!!"]}, "no letter or digit"), ({"slug": ""}, "blank"), ({"products": ["x" * 81]}, "80")],
    )
    def test_what_could_never_match_is_refused(self, cast: Any, change: dict[str, Any], words: str) -> None:
        one = exclusion()
        for name, value in change.items():
            setattr(one, name, value)
        with pytest.raises(Refused, match=words):
            act(cast.ada, edit_exclusion, exclusion=one)
        assert exclusion().slug == HOSTING

    @pytest.mark.parametrize(("who", "error"), [("lea", PermissionDenied), ("carl", Http404)])
    def test_nobody_else_edits_them(self, cast: Any, who: str, error: type[Exception]) -> None:
        with pytest.raises(error):
            act(getattr(cast, who), edit_exclusion, exclusion=exclusion())


def test_later_decisions_stand_above_earlier_ones(cast: Any) -> None:
    ticket = opened(cast, **OUT)
    decide(cast, ticket, "to_be_quoted", now=cast.now + timedelta(hours=1))
    assert decisions(ticket)[-1].matched == ["disk space", "firewall"]  # the same exclusion: its words stay known
    decide(cast, ticket, "to_be_quoted", slug="uncovered")
    assert decisions(ticket)[-1].matched == []
