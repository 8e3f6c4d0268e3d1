"""An onboarding as both sides see it: what is done, what is due, who is waited for and for how many business days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import may
from common.html import markdown
from contracts import onboarding as rule
from contracts.amendment import Side
from contracts.models import Contract, OnboardingActivity, OnboardingPlan, OnboardingWait
from contracts.onboarding import State
from contracts.selectors import counting_calendar, day_of
from portal.templatetags.ui import instant
from slo.services import business_days


@dataclass(frozen=True)
class Line:
    """One activity: whether its day has passed, its waits, and the business days they took, by side."""

    activity: OnboardingActivity
    late: bool
    waits: Sequence[tuple[OnboardingWait, int]]
    client_days: int
    house_days: int

    @property
    def description(self) -> SafeString:
        """What it asks for, as HTML."""
        return markdown(self.activity.description)

    @property
    def evidence(self) -> SafeString:
        """What shows that it is done, as HTML."""
        return markdown(self.activity.evidence)

    @property
    def waiting(self) -> OnboardingWait | None:
        """The wait that goes on."""
        return next((wait for wait, _days in self.waits if wait.ended_at is None), None)

    @property
    def waiting_days(self) -> int:
        """How many business days the wait that goes on has taken."""
        return next((days for wait, days in self.waits if wait.ended_at is None), 0)


@dataclass(frozen=True)
class Onboarding:
    """A plan with its lines. A business day on which several activities waited counts once in the sums."""

    plan: OnboardingPlan
    lines: Sequence[Line]
    days: int
    client_days: int
    house_days: int

    @property
    def done(self) -> int:
        """How many activities both sides have agreed."""
        return sum(line.activity.state == State.DONE for line in self.lines)

    @property
    def due_on(self) -> date:
        """The last due date."""
        return max(line.activity.due_on for line in self.lines)

    @property
    def late(self) -> int:
        """How many activities should be done by now and aren't."""
        return sum(line.late for line in self.lines)


def onboarding_of(user: User, contract: Contract, now: datetime) -> Onboarding | None:
    """The contract's onboarding, None while it has none. Three queries, however many activities and waits."""
    activities = OnboardingActivity.objects.visible_to(user).filter(plan__contract=contract)
    found = list(activities.select_related("plan", "client_agreed_by", "house_agreed_by"))
    if not found:
        return None
    plan = found[0].plan
    until = plan.done_at or now
    start = timezone.make_aware(datetime.combine(plan.commences_on, time()), timezone.get_default_timezone())
    closings = business_days(counting_calendar(contract, day_of(until)), min(start, plan.began_at), until)
    waits = _waits(user, found)
    every = [wait for some in waits.values() for wait in some]
    return Onboarding(
        plan=plan,
        lines=[_line(one, waits[one.pk], closings, now) for one in found],
        days=sum(closing > start for closing in closings),
        client_days=_days(every, Side.CLIENT, closings, now),
        house_days=_days(every, Side.HOUSE, closings, now),
    )


def line_of(user: User, contract: Contract, activity_id: int, now: datetime) -> Line:
    """One activity of the contract's plan; Http404 when it is none of it, or nothing that this person sees."""
    found = (
        OnboardingActivity.objects.visible_to(user)
        .filter(pk=activity_id, plan__contract=contract)
        .select_related("plan", "client_agreed_by", "house_agreed_by")
        .first()
    )
    if found is None:
        raise Http404
    closings = business_days(counting_calendar(contract, day_of(now)), found.plan.began_at, now)
    return _line(found, _waits(user, [found])[found.pk], closings, now)


def under_way(user: User, contracts: Iterable[Contract]) -> list[tuple[OnboardingPlan, list[OnboardingActivity]]]:
    """Of contracts that were read with their onboarding, those that aren't done, each with its activities. One query, or none."""
    plans = []
    for contract in contracts:
        plan: OnboardingPlan | None = getattr(contract, "onboarding", None)
        if plan is not None and plan.done_at is None:
            plan.contract = contract
            plans.append(plan)
    of: dict[int, list[OnboardingActivity]] = defaultdict(list)
    for one in OnboardingActivity.objects.visible_to(user).filter(plan__in=plans) if plans else []:
        of[one.plan_id].append(one)
    return [(plan, of[plan.pk]) for plan in plans]


def steps(plans: Iterable[tuple[OnboardingPlan, list[OnboardingActivity]]]) -> list[dict[str, Any]]:
    """What `components/steps.html` shows of each plan, with its contract and how much of it is done."""
    return [
        {
            "contract": plan.contract,
            "done": sum(one.state == State.DONE for one in activities),
            "steps": [_step(plan, one) for one in activities],
        }
        for plan, activities in plans
    ]


def _step(plan: OnboardingPlan, activity: OnboardingActivity) -> dict[str, Any]:
    states = {State.DONE: "done", State.OPEN: "later"}
    day = instant(activity.done_at or activity.due_on, "day")
    yours = activity.state == State.WAITING_CLIENT
    return {
        "label": activity.title,
        "state": states.get(State(activity.state), "current" if yours else "later"),
        "aside": _("yours, %(day)s") % {"day": day} if yours else day,
        "url": reverse("portal:onboarding_activity", args=[plan.contract_id, activity.pk]),
    }


def waiting_for_the_client(
    user: User, plans: Iterable[tuple[OnboardingPlan, list[OnboardingActivity]]]
) -> list[tuple[OnboardingPlan, OnboardingActivity]]:
    """Activities in which it is the client's turn, for those of its people who may take it."""
    return [
        (plan, one)
        for plan, activities in plans
        if may(user, "onboarding.work", plan.organization_id)
        for one in activities
        if one.state == State.WAITING_CLIENT
    ]


def _waits(user: User, activities: Sequence[OnboardingActivity]) -> dict[int, list[OnboardingWait]]:
    found: dict[int, list[OnboardingWait]] = defaultdict(list)
    rows = OnboardingWait.objects.visible_to(user).filter(activity__in=activities).select_related("began_by")
    for wait in rows.order_by("id"):
        found[wait.activity_id].append(wait)
    return found


def _line(
    activity: OnboardingActivity, waits: Sequence[OnboardingWait], closings: Sequence[datetime], now: datetime
) -> Line:
    return Line(
        activity=activity,
        late=rule.is_late(State(activity.state), activity.due_on, day_of(now)),
        waits=[(wait, _days([wait], Side(wait.side), closings, now)) for wait in waits],
        client_days=_days(waits, Side.CLIENT, closings, now),
        house_days=_days(waits, Side.HOUSE, closings, now),
    )


def _days(waits: Iterable[OnboardingWait], side: Side, closings: Sequence[datetime], now: datetime) -> int:
    return rule.days_waiting([one.rule() for one in waits], side, closings, now)
