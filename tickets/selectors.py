"""Questions that pages ask about tickets."""

from __future__ import annotations

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.http import Http404

from accounts.models import User
from accounts.permissions import ACTIONS
from accounts.roles import StaffRole
from audit.models import Audience
from tickets.models import Attachment, Category, Message, RequestType, Ticket


def ticket_by_reference(user: User, reference: str, *also: str) -> Ticket:
    """NW-1042, if this person sees it; Http404 otherwise, whatever is wrong with it. `also`: what a page reads along."""
    key, dash, number = reference.rpartition("-")
    if not dash or not number.isascii() or not number.isdigit() or len(number) > 9:
        raise Http404
    ticket = (
        Ticket.objects.visible_to(user)
        .filter(organization__key=key.upper(), number=int(number))
        .select_related("organization", "contract", "request_type__category", "requester", "assignee", "follows", *also)
        .first()
    )
    if ticket is None:
        raise Http404
    return ticket


def conversation(user: User, ticket: Ticket) -> list[Message]:
    """What was said, oldest first, with its `files`; without internal notes for people of clients."""
    messages = Message.objects.visible_to(user).filter(organization_id=ticket.organization_id, ticket=ticket)
    if not user.is_valiantys:
        messages = messages.filter(audience="client")
    files = (
        Attachment.objects.visible_to(user)
        .filter(organization_id=OuterRef("organization_id"), message=OuterRef("pk"))
        .order_by("id")
        .values(file=JSONObject(id="id", name="name", size="size", content_type="content_type"))
    )
    messages = messages.annotate(files=ArraySubquery(files))  # type: ignore[no-redef] # where Message declares it
    return list(messages.select_related("author").order_by("id"))


def attachment(user: User, ticket: Ticket, pk: int) -> Attachment:
    """A file of this ticket, if this person reads the message it came with; else Http404."""
    files = Attachment.objects.visible_to(user).filter(
        organization_id=ticket.organization_id, pk=pk, message__ticket=ticket
    )
    if not user.is_valiantys:
        files = files.filter(audience=Audience.CLIENT)
    found = files.first()
    if found is None:
        raise Http404
    return found


def assignable(organization_id: int) -> QuerySet[User]:
    """People of Valiantys who may work on a client's tickets."""
    working = [role for role in StaffRole.values if role in ACTIONS["ticket.work"]]
    serving = Q(staff_role__in=[StaffRole.LEAD, StaffRole.ADMINISTRATOR]) | Q(
        assignments__organization_id=organization_id
    )
    people = User.objects.filter(serving, is_active=True, is_automatic=False, staff_role__in=working)
    return people.distinct().order_by("name", "id")


def catalogue() -> list[tuple[Category, list[RequestType]]]:
    """The categories with their request types, as offered."""
    types: dict[int, list[RequestType]] = {}
    for one in RequestType.objects.filter(is_active=True).order_by("position", "id"):
        types.setdefault(one.category_id, []).append(one)
    categories = Category.objects.filter(is_active=True).order_by("position", "id")
    return [(category, types.get(category.pk, [])) for category in categories]
