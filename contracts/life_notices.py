"""What people are told of a contract's onboarding and renewal, by mail. Nobody is told what he or she did."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from accounts.models import User
from audit.models import Event
from contracts import parties
from contracts.amendment import Side
from contracts.models import Contract, OnboardingActivity
from notifications import services as notifications


def onboarding_began(*, contract: Contract, event: Event, commences_on: date, now: datetime) -> None:
    """To both sides: the plan is there."""
    _tell(
        _both(contract), contract, event, "onboarding_began", "onboarding", now, commences_on=commences_on.isoformat()
    )


def onboarding_turn(*, activity: OnboardingActivity, event: Event, side: Side, reason: str, now: datetime) -> None:
    """To the side whose turn it is: what is waited for; without a reason, its agreement."""
    contract = activity.plan.contract
    _tell(
        parties.of(side, contract), contract, event, "onboarding_turn", f"onboarding/{activity.pk}", now,
        title_en=activity.title_en, title_fr=activity.title_fr, reason=reason, due_on=activity.due_on.isoformat(),
    )  # fmt: skip


def onboarding_done(*, contract: Contract, event: Event, now: datetime) -> None:
    """To both sides: every activity is agreed."""
    _tell(_both(contract), contract, event, "onboarding_done", "onboarding", now)


def renewal_comes(*, contract: Contract, event: Event, today: date, now: datetime) -> None:
    """To the approvers and the account managers: so many days are left."""
    days = (contract.renews_on - today).days if contract.renews_on else 0
    _tell(_deciding(contract), contract, event, "renewal_reminder", "promises", now, days=days, **_dates(contract))


def renewed(*, contract: Contract, event: Event, now: datetime) -> None:
    """To the same: until when it goes on."""
    _tell(_deciding(contract), contract, event, "contract_renewed", "promises", now, **_dates(contract))


def ended(*, contract: Contract, event: Event, now: datetime) -> None:
    """To both sides: it is read-only from now on, and why if somebody said so."""
    _tell(
        _both(contract), contract, event, "contract_ended", "promises", now, reason=contract.ended_reason[:4000],
        **_dates(contract),
    )  # fmt: skip


def _both(contract: Contract) -> list[User]:
    return [*parties.of_the_client(contract), *parties.of_the_house(contract)]


def _deciding(contract: Contract) -> list[User]:
    return [*parties.approvers(contract), *parties.of_the_house(contract)]


def _dates(contract: Contract) -> dict[str, str]:
    return {
        "renews_on": contract.renews_on.isoformat() if contract.renews_on else "",
        "ends_on": contract.ends_on.isoformat() if contract.ends_on else "",
    }


def _tell(
    people: Iterable[User], contract: Contract, event: Event, template: str, page: str, now: datetime, **context: object
) -> None:
    """`page`: which of the contract's pages the mail leads to."""
    told = {one.pk: one for one in people if one.pk != event.actor_id}
    about = {
        "path": f"/contracts/{contract.pk}/{page}/", "reference": contract.reference,
        "organization": contract.organization.name,
    }  # fmt: skip
    notifications.queue(
        event=event, recipients=told.values(), template=template, context={**about, **context},
        thread=f"contract-{contract.pk}", now=now,
    )  # fmt: skip
