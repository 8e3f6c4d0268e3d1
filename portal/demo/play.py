"""Playing stories: their steps merged in time order, through the services, with the ticks that would have come between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from accounts.models import Organization, User
from contracts.models import Contract, Exclusion
from escalation import services as escalation
from escalation.models import Escalation
from portal.beat import Beat
from tickets import services as tickets
from tickets.models import RequestType, Ticket

from . import verdicts
from .contracts import Grant, give
from .script import Act, Step, Story

ZONE = ZoneInfo("Europe/Paris")
CLOSED = [holidays.country_holidays(country) for country in ("FR", "GB")]


@dataclass(frozen=True)
class Stage:
    """Where stories play."""

    clients: Mapping[str, Organization]
    contracts: Mapping[str, Contract]
    people: Mapping[str, User]


@dataclass(frozen=True)
class Cue:
    """A step of a story, or its opening (None), at its instant."""

    at: datetime
    story: Story
    step: Step | None = None


def perform(stories: Iterable[Story], grants: Iterable[Grant], stage: Stage, now: datetime) -> int:
    """Play everything up to `now`, within the engine's scope that the caller opens; returns how many tickets it made."""
    cues = [cue for story in stories for cue in cues_of(story, now)]
    beat, opened = Beat(historical=False), {}
    beat.look()
    kinds = {kind.slug: kind for kind in RequestType.objects.all()}
    left = sorted(grants, key=lambda grant: -grant.ago)
    for cue in sorted(cues, key=lambda cue: cue.at):
        while left and (day := now - timedelta(days=left[0].ago)) <= cue.at:
            grant = left.pop(0)
            give(grant, stage.contracts[grant.client], stage.people["max"], day)
        beat.advance(cue.at)
        if cue.step is None:
            opened[cue.story] = _open(cue, stage, kinds)
            beat.look()
        else:
            ticket = opened[cue.story]
            _act(cue.step, ticket, stage, cue.at, now)
            if cue.step.act in {Act.PERSIST, Act.ACKNOWLEDGE, Act.PRIORITIZE}:
                beat.look()
            beat.touched(ticket.pk, cue.at)
    beat.advance(now)
    return len(opened)


def cues_of(story: Story, now: datetime) -> list[Cue]:
    """A story's instants. What would come after `now` hasn't come yet, nor what follows it."""
    opening = when(story.at, now, now)
    cues = [Cue(opening, story)]
    for step in story.steps:
        at = when(step.at, opening, now)
        if at > now:
            break
        cues.append(Cue(max(at, cues[-1].at + timedelta(seconds=1)), story, step))
    return cues


def when(text: str, since: datetime, now: datetime) -> datetime:
    """An instant of a script: "-12 10:20" or "+1 09:05" is a weekday so many before today or after the opening's day, at
    a time of Paris; "-25m" or "+90m" is minutes before now or after the opening."""
    if text.endswith("m"):
        return (now if text.startswith("-") else since) + timedelta(minutes=float(text[:-1]))
    days, clock = text.split()
    day = (now if text.startswith("-") else since).astimezone(ZONE).date()
    local = datetime.combine(weekday(day, int(days)), time.fromisoformat(clock), ZONE)
    return local.astimezone(UTC)


def weekday(day: date, steps: int) -> date:
    """So many working days before (negative) or after a day, by all the clients' calendars; none is the day itself."""
    while steps:
        day += timedelta(days=1 if steps > 0 else -1)
        if day.weekday() < 5 and not any(day in closed for closed in CLOSED):
            steps -= 1 if steps > 0 else -1
    return day


def _open(cue: Cue, stage: Stage, kinds: Mapping[str, RequestType]) -> Ticket:
    story = cue.story
    return tickets.open_ticket(
        actor=stage.people[story.by or story.who], requester=stage.people[story.who],
        organization=stage.clients[story.client], contract=stage.contracts[story.client], subject=story.subject,
        body=story.body, impact=story.impact, urgency=story.urgency, request_type=kinds.get(story.kind),
        channel=story.channel, confidential=story.confidential, now=cue.at,
    )  # fmt: skip


def _act(step: Step, ticket: Ticket, stage: Stage, at: datetime, now: datetime) -> None:
    actor = stage.people[step.who]
    which: dict[str, Any] = {"actor": actor, "ticket_id": ticket.pk, "now": at}
    match step.act:
        case Act.REPLY:
            tickets.reply(**which, body=step.text)
        case Act.NOTE:
            tickets.note(**which, body=step.text)
        case Act.TAKE:
            tickets.take(**which)
        case Act.ASK:
            until = weekday(at.astimezone(ZONE).date(), 5) if tickets.may_pause(ticket, at) else None
            tickets.wait_for_client(**which, question=step.text, resume_on=until)
        case Act.THIRD_PARTY:
            tickets.wait_for_third_party(**which)
        case Act.RESOLVE:
            tickets.resolve(**which, answer=step.text)
        case Act.REOPEN:
            tickets.reopen(**which, reason=step.text)
        case Act.CLOSE:
            tickets.confirm_solved(**which)
        case Act.CANCEL:
            tickets.cancel(**which, reason=step.text)
        case Act.ASSIGN:
            tickets.assign(**which, assignee=stage.people[step.text])
        case Act.PRIORITIZE:
            priority, reason = step.text.split(": ", 1)
            tickets.prioritize(**which, priority=priority, reason=reason)
        case Act.SCOPE:
            decided, reason = step.text.split(": ", 1)
            scope, slug = decided.split()
            exclusion = Exclusion.objects.get(slug=slug)
            tickets.decide_scope(**which, scope=scope, exclusion=exclusion, reason=reason)
        case Act.LOG:
            tickets.log_time(**which, minutes=step.minutes, summary=step.text, worked_on=at.astimezone(ZONE).date())
        case Act.PERSIST:
            escalation.persist(**which, reason=step.text)
        case Act.CONTEST | Act.SETTLE | Act.EXCUSE | Act.AGREE | Act.DECLINE:
            verdicts.say(step, ticket, actor, at)
        case Act.ACKNOWLEDGE:
            mine = Escalation.objects.open().get(organization_id=ticket.organization_id, ticket=ticket)
            promised = now + timedelta(minutes=step.minutes)
            escalation.acknowledge(actor=actor, escalation_id=mine.pk, update_by=promised, now=at)
