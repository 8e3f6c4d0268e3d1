"""Onboarding (domain §2): a plan from the template, handed to and fro, done when both sides agree."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from audit.models import Event
from common import secrets
from common.errors import Refused
from contracts import life_notices as notices
from contracts import onboarding as rule
from contracts import parties
from contracts.amendment import Side
from contracts.models import Contract, OnboardingActivity, OnboardingPlan, OnboardingTemplateActivity, OnboardingWait
from contracts.onboarding import State
from contracts.selectors import counting_calendar, day_of
from slo import services as slo

from .contract import Status, locked, remember

REASON_LENGTH = 500


@transaction.atomic
def begin_onboarding(*, actor: User, contract: Contract, now: datetime) -> OnboardingPlan:
    """Draft → onboarding: every activity of the template, each due on its business day of the calendar in force.

    The first business day is that of the contract's start, or today when that has passed. Refused: no draft, no calendar to count
    in, an empty template.
    """
    permissions.check(actor, "contract.edit", contract.organization_id)
    found = locked(contract, {Status.DRAFT})
    template = list(OnboardingTemplateActivity.objects.filter(is_active=True))
    if not template:
        raise Refused(_("The onboarding template is empty: add its activities first."))
    first, mine = max(day_of(now), found.starts_on), {"organization_id": found.organization_id}
    calendar = counting_calendar(found, first)
    if calendar is None:
        raise Refused(_("Choose a calendar first: due dates are counted in its business days."))
    edition = slo.edition_at(calendar, now)
    plan = OnboardingPlan.objects.create(**mine, contract=found, commences_on=first, began_at=now)
    OnboardingActivity.objects.bulk_create(
        OnboardingActivity(
            **mine, plan=plan, key=one.key, position=one.position, owner=one.owner, title_en=one.title_en,
            title_fr=one.title_fr, description_en=one.description_en, description_fr=one.description_fr,
            due_on=slo.business_day(edition, first, one.due_business_day),
        )
        for one in template
    )  # fmt: skip
    found.status = Status.ONBOARDING
    found.save(update_fields=["status"])
    event = remember(actor, found, "contract.onboarding", now)
    notices.onboarding_began(contract=found, event=event, commences_on=first, now=now)
    return plan


@transaction.atomic
def hand_over(*, actor: User, activity_id: int, state: str, reason: str = "", now: datetime) -> OnboardingActivity:
    """Say whose turn it is, and what is waited for; agreements that were given don't hold any longer.

    Refused: done already, a state that only agreeing makes, no reason for a wait, a secret in it.
    """
    activity = _open(actor, activity_id)
    if state not in rule.SET_BY_HAND:
        raise Refused(
            _("Say whether it waits for the client, for Valiantys, or for nobody. It is done when both sides agree.")
        )
    side, reason = State(state).waits_for, " ".join(reason.split())
    if side is not None and not reason:
        raise Refused(_("Say what is waited for, so that the other side knows what to do."))
    if len(reason) > REASON_LENGTH:
        raise Refused(_("Keep what is waited for under %(count)s characters.") % {"count": REASON_LENGTH})
    _refuse_secrets(reason)
    _forget_agreements(activity)
    _stand(actor, activity, State(state), reason, now)
    event = _remember(actor, activity, "onboarding.handed_over", now, state=state)
    if side is not None:
        notices.onboarding_turn(activity=activity, event=event, side=side, reason=reason, now=now)
    return activity


@transaction.atomic
def show_evidence(*, actor: User, activity_id: int, evidence: str, link: str = "", now: datetime) -> OnboardingActivity:
    """Write what shows that an activity is done. Whoever had agreed had agreed to other words: those agreements fall."""
    activity = _open(actor, activity_id)
    evidence, link = evidence.strip(), link.strip()
    if (evidence, link) == (activity.evidence, activity.evidence_link):
        return activity
    _refuse_secrets(f"{evidence}\n{link}")
    activity.evidence, activity.evidence_link = evidence, link
    try:
        activity.clean_fields(exclude={one.name for one in activity._meta.fields} - {"evidence", "evidence_link"})
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    if len(evidence) > 10_000:
        raise Refused(_("Keep the evidence under 10,000 characters, and link to what is longer."))
    if activity.client_agreed_at or activity.house_agreed_at:
        _forget_agreements(activity)
        _stand(actor, activity, State.OPEN, "", now)
    activity.save()
    _remember(actor, activity, "onboarding.evidence", now)
    return activity


@transaction.atomic
def agree(*, actor: User, activity_id: int, side: str, now: datetime) -> OnboardingActivity:
    """Agree for one's own side that an activity is done; with the other's agreement it is. Otherwise it is the other's turn.

    Refused: for the other side, twice, or while nothing shows that it is done.
    """
    activity = _open(actor, activity_id)
    mine = _own(actor, side, activity)
    if getattr(activity, f"{mine}_agreed_at"):
        raise Refused(_("Your side has agreed already: it waits for the other one."))
    if not activity.evidence and not activity.evidence_link:
        raise Refused(_("Write first what shows that it is done: a sentence, or a link."))
    setattr(activity, f"{mine}_agreed_by", actor)
    setattr(activity, f"{mine}_agreed_at", now)
    _settle(actor, activity, now)
    event = _remember(actor, activity, "onboarding.agreed", now, side=mine.value)
    if activity.state != State.DONE:
        notices.onboarding_turn(activity=activity, event=event, side=rule.other(mine), reason="", now=now)
    elif not activity.plan.activities.filter(organization_id=activity.organization_id, done_at__isnull=True).exists():
        _finish(actor, activity.plan, now)
    return activity


@transaction.atomic
def take_back(*, actor: User, activity_id: int, side: str, now: datetime) -> OnboardingActivity:
    """Take one's own side's agreement back: the activity is open again, or waits for it if the other side still agrees."""
    activity = _locked(actor, activity_id)
    mine = _own(actor, side, activity)
    if not getattr(activity, f"{mine}_agreed_at"):
        raise Refused(_("Your side hasn't agreed: there is nothing to take back."))
    setattr(activity, f"{mine}_agreed_by", None)
    setattr(activity, f"{mine}_agreed_at", None)
    activity.plan.done_at = None
    activity.plan.save(update_fields=["done_at"])
    _settle(actor, activity, now)
    _remember(actor, activity, "onboarding.withdrawn", now, side=mine.value)
    return activity


def _locked(actor: User, activity_id: int) -> OnboardingActivity:
    """The activity, with its whole plan until COMMIT; Http404 for outsiders."""
    seen = OnboardingActivity.objects.visible_to(actor).filter(pk=activity_id).first()
    if seen is None:
        raise Http404
    permissions.check(actor, "onboarding.work", seen.organization_id)
    plans = OnboardingPlan.objects.select_for_update(no_key=True, of=("self",)).select_related("contract__organization")
    plan = plans.get(organization_id=seen.organization_id, pk=seen.plan_id)
    if plan.contract.status == Contract.Status.ENDED:
        raise Refused(_("The contract has ended: its onboarding can be read, and no longer changed."))
    activity = OnboardingActivity.objects.get(organization_id=seen.organization_id, pk=activity_id)
    activity.plan = plan
    return activity


def _open(actor: User, activity_id: int) -> OnboardingActivity:
    activity = _locked(actor, activity_id)
    if activity.state == State.DONE:
        raise Refused(_("Both sides have agreed that it is done: take your agreement back first."))
    return activity


def _own(actor: User, side: str, activity: OnboardingActivity) -> Side:
    """The side that was named, if it is the actor's."""
    mine = parties.side_of(actor)
    if side != mine:
        raise Refused(
            _("Only people of %(side)s can agree for %(side)s.")
            % {"side": activity.plan.contract.organization if mine is Side.HOUSE else "Valiantys"}
        )
    return mine


def _refuse_secrets(text: str) -> None:
    """Both sides read it, for years (domain §7)."""
    if found := secrets.recognise(text):
        raise Refused(secrets.warning(found))


def _forget_agreements(activity: OnboardingActivity) -> None:
    activity.client_agreed_by = activity.house_agreed_by = None
    activity.client_agreed_at = activity.house_agreed_at = None


def _settle(actor: User, activity: OnboardingActivity, now: datetime) -> None:
    """Stand where the agreements say."""
    agreed = {f"{side}_agreed": bool(getattr(activity, f"{side}_agreed_at")) for side in Side}
    _stand(actor, activity, rule.standing(**agreed), "", now)


def _stand(actor: User, activity: OnboardingActivity, state: State, reason: str, now: datetime) -> None:
    """Save the state; the wait that went on ends, and another begins if somebody is waited for."""
    mine = {"organization_id": activity.organization_id, "activity": activity}
    OnboardingWait.objects.filter(**mine, ended_at__isnull=True).update(ended_at=now)
    if side := state.waits_for:
        OnboardingWait.objects.create(**mine, side=side, reason=reason, began_at=now, began_by=actor)
    activity.state = state
    activity.done_at = now if state is State.DONE else None
    activity.save()


def _finish(actor: User, plan: OnboardingPlan, now: datetime) -> None:
    plan.done_at = now
    plan.save(update_fields=["done_at"])
    event = remember(actor, plan.contract, "onboarding.done", now)
    notices.onboarding_done(contract=plan.contract, event=event, now=now)


def _remember(actor: User, activity: OnboardingActivity, verb: str, now: datetime, **data: str) -> Event:
    return remember(actor, activity.plan.contract, verb, now, activity_id=activity.pk, activity=activity.key, **data)
