"""Whom to tell about a ticket."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet

from accounts.models import Membership, User
from accounts.roles import ClientRole, StaffRole
from audit.models import Event
from common.prepared import Parameter, Prepared
from common.sniffing import tidy
from notifications import services as notifications
from notifications.services import Parcel
from slo.objectives import FIRST_RESPONSE
from tickets.models import Message, Ticket


def _people() -> QuerySet[User]:
    return User.objects.filter(is_active=True, is_automatic=False).order_by("id")


_CONSULTANTS = Prepared(
    lambda: _people().filter(staff_role=StaffRole.CONSULTANT, assignments__organization_id=Parameter("organization_id"))
)


def team(organization_id: int) -> list[User]:
    """The consultants who serve a client; the service leads when there are none."""
    return _CONSULTANTS(organization_id=organization_id) or list(_people().filter(staff_role=StaffRole.LEAD))


def handlers(ticket: Ticket) -> list[User]:
    """The assignee, or the team while nobody has it."""
    return [ticket.assignee] if ticket.assignee else team(ticket.organization_id)


def thread(ticket: Ticket) -> str:
    """The root that all mails of a ticket refer to."""
    return f"ticket-{ticket.organization_id}-{ticket.number}"


def about(ticket: Ticket) -> dict[str, str]:
    """What every mail of a ticket says of it."""
    return {"reference": ticket.reference, "path": f"/tickets/{ticket.reference}/", "subject": ticket.subject}


def verdict_path(ticket: Ticket, objective: str, number: int | None) -> str:
    """The page of a promise's verdict: of an objective that a request has more than once, the one with this number."""
    which = "" if number is None or objective == FIRST_RESPONSE else f"{number}/"
    return f"/tickets/{ticket.reference}/clocks/{objective}/{which}verdict/"


def words(message: Message | None, files: Iterable[UploadedFile[Any]] = ()) -> dict[str, Any]:
    """What a mail shows of what was said: its text, cut, and the names of its files. Never what the files hold."""
    return {"body": message.body[:4000] if message else "", "files": [tidy(file.name or "") for file in files]}


def tell(*, ticket: Ticket, event: Event, people: Iterable[User], template: str, now: datetime, **context: Any) -> None:
    """Queue a mail about a ticket. Historical clients are left alone, and nobody is told what he or she did."""
    if ticket.organization.is_historical:
        return
    recipients = {person.pk: person for person in people if person.is_active and person.pk != event.actor_id}
    recipients = _still_there(ticket, recipients)
    if not recipients:
        return
    notifications.queue(
        event=event,
        recipients=recipients.values(),
        template=template,
        thread=thread(ticket),
        context={**about(ticket), **context},
        now=now,
    )


def _still_there(ticket: Ticket, recipients: dict[int, User]) -> dict[int, User]:
    """Without people of clients who have left this one: their old requests stay, and tell them nothing any more."""
    clients = {pk for pk, person in recipients.items() if not person.is_valiantys}
    if clients:
        members = Membership.objects.filter(organization_id=ticket.organization_id, user_id__in=clients)
        clients -= set(members.values_list("user_id", flat=True))
    return {pk: person for pk, person in recipients.items() if pk not in clients}


def opened(
    *, ticket: Ticket, event: Event, people: Iterable[User], now: datetime, due_at: str, priority: str, files: list[str]
) -> None:
    """The automatic receipt to who asked, though it was his or her own act (it answers nothing and stops no clock), and the
    news to the team: one statement for both. Historical clients are left alone."""
    if ticket.organization.is_historical:
        return
    context = {**about(ticket), "due_at": due_at}
    others = [person for person in people if person.pk != event.actor_id]
    receipt = Parcel(event, [ticket.requester], "ticket_opened", context, thread(ticket))
    news = Parcel(
        event, others, "ticket_opened_staff", {**context, "priority": priority, "files": files}, thread(ticket)
    )
    notifications.queue_many([receipt, news], now=now)


def excusers(ticket: Ticket, *, ours: bool) -> list[User]:
    """Who of one side may agree to excuse a missed promise: approvers and administrators of the client; our leads and its
    account managers."""
    if ours:
        return settlers(ticket)
    deciding = Membership.objects.filter(organization_id=ticket.organization_id).exclude(role=ClientRole.REQUESTER)
    return list(_people().filter(pk__in=deciding.values("user_id")))


def settlers(ticket: Ticket) -> list[User]:
    """Who of us answers what a client contests: the leads, and its account managers."""
    managing = Q(staff_role=StaffRole.ACCOUNT_MANAGER, assignments__organization_id=ticket.organization_id)
    return list(_people().filter(Q(staff_role=StaffRole.LEAD) | managing).distinct())
