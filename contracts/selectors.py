"""What was promised, and what is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from common.errors import Refused
from common.prepared import Parameter, Prepared, Reader
from contracts.agreement import agreement_of
from contracts.lots import Posting
from contracts.models import (
    AgreementDocument,
    Contract,
    DocumentFile,
    HoursAccount,
    HoursEntry,
    StandardEdition,
    StandardFile,
)
from contracts.models.contract import ContractQuerySet
from contracts.models.documents import DocumentQuerySet
from contracts.precedence import Effective, Unsettled
from slo import clock as rule
from slo import services as slo
from slo.models import BusinessCalendar, CalendarEdition
from slo.objectives import FIRST_RESPONSE, OBJECTIVES


@dataclass(frozen=True)
class Promise:
    """An objective's promise: its target, by when, by which calendar, and by which clause. Not covered: none of them.

    `pausable`: whether its clock may pause, where a clause says so or not."""

    covered: bool
    term_key: str
    target_minutes: int
    warn_percent: int
    edition: CalendarEdition | None
    due_at: datetime | None
    target: Effective
    coverage: Effective
    pausable: bool | None = None

    @property
    def provenance(self) -> dict[str, Any]:
        """A snapshot of where the target comes from."""
        return self.target.provenance()


def day_of(at: datetime) -> date:
    """The date that contracts go by at an instant: the house's (Europe/Paris), whoever reads, wherever the server is."""
    return timezone.localtime(at, timezone.get_default_timezone()).date()


def effective_terms(contract: Contract, on: date) -> Mapping[str, Effective]:
    """Every term of a contract on a day, each with its clause or its default."""
    return agreement_of(contract).on(on)


def promise(contract: Contract, *, priority: str, channel: str, at: datetime) -> Promise:
    """The first answer promised to a request made at an instant; Refused when the contract has no calendar.

    A channel that the contract doesn't cover promises nothing (service guide §5); the request is served all the same.
    """
    return promises(contract, priority=priority, channel=channel, at=at)[FIRST_RESPONSE]


def promises(contract: Contract, *, priority: str, channel: str, at: datetime) -> dict[str, Promise]:
    """Objective → its promise to what is asked at an instant: the first answer always, the others where terms set a target."""
    in_force = effective_terms(contract, day_of(at))
    coverage, warning = in_force[f"channel.{channel}.covered"], int(in_force["slo.warning"].value)
    edition = slo.edition_at(calendar_for(contract, in_force, priority), at) if coverage.value else None
    found = {}
    for objective in OBJECTIVES:
        key = f"slo.{objective}.{priority}"
        target, pauses = in_force[key], in_force[f"slo.{objective}.may_pause"]
        if minutes := int(target.value):
            due = rule.due(edition.planned, at, timedelta(minutes=minutes)) if edition else None
            pausable = bool(pauses.value) if pauses.winner else None
            found[objective] = Promise(
                edition is not None, key, minutes, warning, edition, due, target, coverage, pausable
            )
    return found


def calendar_for(contract: Contract, in_force: Mapping[str, Effective], priority: str) -> int | None:
    """The id of the calendar that a priority is counted by: a clause's, before the one chosen on the contract's page."""
    critical = priority == "critical"
    named = str(in_force["calendar.critical"].value) if critical else ""
    chosen = contract.critical_calendar_id if critical else None
    if not named and chosen is None:
        named, chosen = str(in_force["calendar.business"].value), contract.calendar_id
    if not named:
        return chosen
    return BusinessCalendar.objects.filter(name=named).values_list("pk", flat=True).first() or contract.calendar_id


def counting_calendar(contract: Contract, on: date) -> int | None:
    """The id of the calendar whose business days a contract counts in: the terms' of that day, or while these conflict its own."""
    try:
        return calendar_for(contract, effective_terms(contract, on), "high")
    except Unsettled:
        return contract.calendar_id


def amendable(contract: Contract) -> DocumentQuerySet:
    """The documents of a contract that an amendment may amend: those that bind and are none themselves."""
    return contract.documents.binding().exclude(kind=AgreementDocument.Kind.AMENDMENT)


def _live(user: User | Reader, on: Any) -> ContractQuerySet:
    live = Contract.objects.visible_to(user).live(on)
    return live.select_related("organization").order_by("organization__name", "reference")


_LIVE = Prepared(lambda: _live(Reader(), Parameter("on")))


def live_contracts(user: User, on: date) -> list[Contract]:
    """The contracts under which this person may open a ticket on a day, with their clients."""
    if user.serves_all:
        return list(_live(user, on))
    return _LIVE(clients=user.organization_ids, on=on)


def contract_by_id(user: User, pk: int) -> Contract:
    """One contract, if this person may see it; Http404 otherwise."""
    contract = Contract.objects.visible_to(user).select_related("organization", "calendar").filter(pk=pk).first()
    if contract is None:
        raise Http404
    permissions.check(user, "contract.view", contract.organization_id)
    return contract


def contract_for_work(contract: Contract, on: date) -> Contract:
    """The contract live on the day worked (domain §1.5): the ticket's own when it was, else its client's newest that was.

    One that was suspended or has ended since counts: work done is never lost. Refused when none ran on that day.
    """
    chosen = _own_or_newest(contract, Contract.objects.ran(on))
    if chosen is None:
        raise Refused(_("No contract of this client was live on that day: choose another day."))
    return chosen


def contract_to_follow(contract: Contract, on: date) -> Contract:
    """Under which contract a reply to a closed ticket opens the next one: its own, or the client's newest live one."""
    return _own_or_newest(contract, Contract.objects.live(on)) or contract


def _own_or_newest(contract: Contract, among: ContractQuerySet) -> Contract | None:
    candidates = list(among.filter(organization_id=contract.organization_id).order_by("-starts_on", "-id"))
    return next((one for one in candidates if one.pk == contract.pk), None) or next(iter(candidates), None)


def is_read_only(contract: Contract) -> bool:
    """Its contract has ended, and no other of the client's goes on with the work (domain §1.5)."""
    status = Contract.Status
    going_on = Contract.objects.filter(
        organization_id=contract.organization_id, status__in=[status.ACTIVE, status.SUSPENDED]
    )
    return contract.status == status.ENDED and not going_on.exists()


def hours_of(contract: Contract) -> HoursAccount | None:
    """The contract's account, or None while nothing was ever posted."""
    return HoursAccount.objects.filter(organization_id=contract.organization_id, contract=contract).first()


def hours_entries(contract: Contract) -> list[HoursEntry]:
    """The ledger, newest line first."""
    entries = HoursEntry.objects.filter(organization_id=contract.organization_id, account__contract=contract)
    return list(entries.order_by("-id"))


def posting(entry: HoursEntry) -> Posting:
    """A line of the ledger as the rule of lots takes it."""
    return Posting(
        entry.pk, entry.minutes, entry.worked_on, entry.kind == HoursEntry.Kind.GRANT, entry.expires_on, entry.reverses_id,
        entry.memo,
    )  # fmt: skip


def document_file(user: User, contract_id: int, pk: int) -> DocumentFile:
    """A PDF of a contract that this person sees; Http404 otherwise, and to clients while it belongs to a draft."""
    found = DocumentFile.objects.visible_to(user).filter(pk=pk, document__contract_id=contract_id)
    if not user.is_valiantys:
        found = found.on_the_table()
    file = found.first()
    if file is None:
        raise Http404
    permissions.check(user, "contract.view", file.organization_id)
    return file


def standard_file(user: User, slug: str, pk: int) -> StandardFile:
    """A PDF of a standard edition; Http404 when there is none, and to clients while the edition is a draft."""
    found = StandardFile.objects.filter(pk=pk, edition__document__slug=slug)
    if not user.is_valiantys:
        found = found.filter(edition__status=StandardEdition.Status.PUBLISHED)
    file = found.first()
    if file is None:
        raise Http404
    return file
