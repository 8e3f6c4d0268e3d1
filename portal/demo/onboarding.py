"""A contract that is being onboarded: Initech's second one, on demand, half of its activities done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts import services as contracts
from contracts.models import Contract, OnboardingActivity

from .play import Stage, when

SINCE = "-7 09:10"
CLIENT = "INI"
REASON = "The list of sites and extensions of both Jira instances, and who administers them"


@dataclass(frozen=True)
class Move:
    """At an instant (see `play.when`) somebody hands an activity over, shows that it is done, or agrees."""

    at: str
    who: str
    activity: str
    act: str  # show, agree; client or house: hand over to it
    text: str = ""
    link: str = ""


MOVES = (
    Move("-6 11:30", "max", "kickoff", "show", "Met on site, all names in the minutes.", "https://wiki.initech.example/kickoff"),
    Move("-6 11:35", "max", "kickoff", "agree"),
    Move("-5 09:20", "samira", "kickoff", "agree"),
    Move("-6 14:00", "max", "portal-access", "client", "Who is to be invited, and who approves?"),
    Move("-4 16:10", "tom", "portal-access", "show", "Everybody of the list has signed in:\n\n- Paula Gibson\n- Samira Haddad\n- Tom Lumley"),
    Move("-4 16:12", "tom", "portal-access", "agree"),
    Move("-3 10:00", "max", "portal-access", "agree"),
    Move("-3 10:20", "julien", "environments", "client", REASON),
    Move("-2 15:00", "julien", "intake", "show", "Two walkthroughs of an hour, recorded. What differs from a standard platform is on the page."),
    Move("-2 15:05", "max", "intake", "agree"),
    Move("-2 16:30", "samira", "intake", "agree"),
    Move("-1 09:40", "samira", "golden-rules", "house", "A draft of the escalation path, with names"),
)  # fmt: skip


def begin(stage: Stage, first: Contract, now: datetime) -> Contract:
    """Write the draft beside the first contract, begin its onboarding, and let both sides move up to `now`; within the engine's scope of the caller."""
    since = when(SINCE, now, now)
    contract = Contract.objects.create(
        organization=stage.clients[CLIENT], reference=f"{CLIENT}-OD-{since.year}", plan=Contract.Plan.ON_DEMAND,
        starts_on=since.date(), calendar=first.calendar,
    )  # fmt: skip
    plan = contracts.begin_onboarding(actor=stage.people["ada"], contract=contract, now=since)
    activities = {one.key: one for one in OnboardingActivity.objects.filter(plan=plan)}
    for move in sorted(MOVES, key=lambda one: when(one.at, now, now)):
        _play(move, stage, activities, when(move.at, now, now))
    return contract


def _play(move: Move, stage: Stage, activities: Mapping[str, OnboardingActivity], at: datetime) -> None:
    actor, activity_id = stage.people[move.who], activities[move.activity].pk
    if move.act == "show":
        contracts.show_evidence(actor=actor, activity_id=activity_id, evidence=move.text, link=move.link, now=at)
    elif move.act == "agree":
        side = "house" if actor.is_valiantys else "client"
        contracts.agree(actor=actor, activity_id=activity_id, side=side, now=at)
    else:
        state = {"client": "waiting_for_client", "house": "waiting_for_us"}[move.act]
        contracts.hand_over(actor=actor, activity_id=activity_id, state=state, reason=move.text, now=at)
