"""A ticket, its number, and the clocks that run for it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organization, TenantModel
from accounts.roles import ClientRole
from common.rls import TenantKey, TenantQuerySet, tenant_constraints
from contracts.models import Contract
from slo.models import Clock
from slo.words import OBJECTIVE
from tickets.scoping import Scope
from tickets.words import IMPACT, PRIORITY, SCOPE, STATUS, URGENCY
from tickets.workflow import OPEN, Status

from .catalogue import RequestType

if TYPE_CHECKING:
    from accounts.models import User


class TicketCounter(TenantModel):
    """The last ticket number of an organization; its row is locked until COMMIT, so gaps can't happen."""

    last = models.PositiveIntegerField()

    class Meta(TenantModel.Meta):
        constraints = [
            *tenant_constraints("tickets_ticketcounter"),
            models.UniqueConstraint(fields=["organization"], name="tickets_ticketcounter_once"),
        ]

    def __str__(self) -> str:
        return str(self.last)


class TicketQuerySet(TenantQuerySet["Ticket"]):
    """Questions about tickets. `visible_to` also minds what a client lets its requesters see, and confidence."""

    def visible_to(self, user: Any) -> Self:
        tickets = super().visible_to(user)
        if user.is_anonymous or user.is_valiantys:
            return tickets
        deciding = [pk for pk, role in user.roles.items() if role != ClientRole.REQUESTER]
        everyone_sees = Q(organization__requesters_see=Organization.Visibility.ALL, confidential=False)
        seen = Q(requester=user) | Q(organization_id__in=deciding) | everyone_sees
        for organization_id, team_id in user.teams.items():  # one query of members a team, and nearly everybody has one
            mates = Membership.objects.filter(organization_id=organization_id, team_id=team_id).values("user_id")
            seen |= Q(
                organization_id=organization_id,
                organization__requesters_see=Organization.Visibility.TEAM,
                confidential=False,
                requester_id__in=mates,
            )
        return tickets.filter(seen)

    def open(self) -> Self:
        """Work not done: neither resolved, closed nor cancelled."""
        return self.filter(status__in=OPEN)

    def overdue(self, now: datetime) -> Self:
        """Open, and a promise that is still owed is late."""
        return self.open().filter(due_at__lt=now)

    def by_urgency(self) -> Self:
        """Most urgent first: the promise due soonest, then those that none runs for, by last activity."""
        return self.order_by(models.F("due_at").asc(nulls_last=True), "active_at", "id")

    def locked(self, pk: int) -> Ticket:
        """The row, until COMMIT; raises Ticket.DoesNotExist. Rows that refer to it can still be written: a tick needs that."""
        return self.select_for_update(of=("self",), no_key=True).select_related("organization", "contract").get(pk=pk)


class Ticket(TenantModel):
    """A request. It names the contract it was opened under; its promises are that contract's on the day of submission."""

    class Channel(models.TextChoices):
        """How it reached us (service guide §5: only the ticket system is covered)."""

        PORTAL = "portal", _("portal")
        API = "api", _("API")
        EMAIL = "email", _("e-mail")
        PHONE = "phone", _("phone")

    SIDE_CHANNELS = (Channel.EMAIL, Channel.PHONE)  # promised an answer only where a clause says so

    number = models.PositiveIntegerField(_("number"))
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="tickets",
        verbose_name=_("contract"),
    )  # fmt: skip
    request_type = models.ForeignKey(
        RequestType, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+",
        verbose_name=_("request type"),
    )  # fmt: skip
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("requester")
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+",
        verbose_name=_("assignee"),
    )  # fmt: skip
    subject = models.CharField(_("subject"), max_length=200)
    status = models.CharField(
        _("status"), max_length=20, choices=[(s.value, word) for s, word in STATUS.items()], default=Status.NEW
    )
    impact = models.CharField(_("impact"), max_length=20, choices=[(i.value, word) for i, word in IMPACT.items()])
    urgency = models.CharField(_("urgency"), max_length=20, choices=[(u.value, word) for u, word in URGENCY.items()])
    priority = models.CharField(_("priority"), max_length=10, choices=[(p.value, word) for p, word in PRIORITY.items()])
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, default=Channel.PORTAL)
    confidential = models.BooleanField(_("confidential"), default=False)
    scope = models.CharField(
        _("scope"), max_length=20, choices=[(s.value, word) for s, word in SCOPE.items()], default=Scope.UNDECIDED,
        db_default=Scope.UNDECIDED.value,
        help_text=_("As the last decision that stands says it."),
    )  # fmt: skip
    opened_at = models.DateTimeField(_("opened at"))
    active_at = models.DateTimeField(_("last activity"))
    due_at = models.DateTimeField(
        _("next promise due at"), null=True, blank=True,
        help_text=_("Of the promises that run, the soonest; what the queue is ordered by."),
    )  # fmt: skip
    responded_at = models.DateTimeField(_("first answered at"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes by itself at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed or cancelled at"), null=True, blank=True)
    follows = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, db_constraint=False, db_index=False,
        related_name="followed_by", verbose_name=_("follows"),
        help_text=_("The closed ticket whose reply opened this one."),
    )  # fmt: skip
    external_ref = models.CharField(_("reference elsewhere"), max_length=100, blank=True)

    objects = TicketQuerySet.as_manager()  # type: ignore[misc]

    class Meta(TenantModel.Meta):
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [
            *tenant_constraints("tickets_ticket"),
            TenantKey(field="contract", name="tickets_ticket_contract_tenant"),
            TenantKey(field="follows", name="tickets_ticket_follows_tenant"),
            models.UniqueConstraint(fields=["organization", "number"], name="tickets_ticket_number"),
            models.UniqueConstraint(
                fields=["organization", "external_ref"], condition=~Q(external_ref=""), name="tickets_ticket_external"
            ),
        ]
        indexes = [
            # the queue: Ticket.objects.open().by_urgency()
            models.Index(
                "due_at", "active_at", "id", condition=Q(status__in=sorted(OPEN)), name="tickets_ticket_queue"
            ),
            # portal.selectors.queue.totals, an Index Only Scan: of everything for who serves all (a Parallel Seq Scan of the
            # table without it: 41 ms at 100,000), of some organizations' ranges for a consultant
            models.Index(
                fields=["organization", "due_at"],
                include=["id", "status", "assignee"],
                condition=Q(status__in=sorted(OPEN)),
                name="tickets_ticket_counts",
            ),
            # what somebody has, over all clients: the queue's "mine" of who serves all. Index Scan (assignee_id = 9), 2,223 of 200,000
            # open ones sorted in 1.4 ms. Nobody's requests and closed ones cost it nothing; a client's are in tickets_ticket_counts.
            models.Index(
                fields=["assignee"],
                condition=Q(assignee__isnull=False, status__in=sorted(OPEN)),
                name="tickets_ticket_assigned",
            ),
            # what followed a closed one: portal.ticket_page. (A client's list, newest first, is tickets_ticket_tenant_id backwards.)
            models.Index(
                fields=["organization", "follows"], condition=Q(follows__isnull=False), name="tickets_ticket_followed"
            ),
            # portal.selectors.scores.uncovered: the few by the channels that only a clause covers, an Index Scan of them
            models.Index(
                fields=["organization", "opened_at"],
                condition=Q(channel__in=["email", "phone"]),
                name="tickets_ticket_side",
            ),
            # tickets.tasks.close_resolved
            models.Index(fields=["closes_at"], condition=Q(closes_at__isnull=False), name="tickets_ticket_closes"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.subject}"

    @property
    def reference(self) -> str:
        """How people call it: NW-1042."""
        return f"{self.organization.key}-{self.number}"

    def role_of(self, user: User) -> str | None:
        """The role of a person for this ticket's client."""
        return user.role_in(self.organization_id)


class TicketClock(TenantModel):
    """Which clock runs for which objective of which ticket: one at a time, numbered from 1."""

    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="clocks",
        verbose_name=_("ticket"),
    )  # fmt: skip
    objective = models.CharField(_("objective"), max_length=30, choices=OBJECTIVE)
    clock = models.ForeignKey(
        Clock, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+", verbose_name=_("clock")
    )
    number = models.PositiveSmallIntegerField(_("number"), default=1, db_default=1)
    used_minutes = models.IntegerField(
        _("minutes used before"), default=0, db_default=0,
        help_text=_("Of the target, by the clocks before the request was reopened."),
    )  # fmt: skip

    class Meta(TenantModel.Meta):
        verbose_name = _("clock of a ticket")
        verbose_name_plural = _("clocks of a ticket")
        constraints = [
            *tenant_constraints("tickets_ticketclock", leaf=True),
            TenantKey(field="ticket", name="tickets_ticketclock_ticket_tenant"),
            TenantKey(field="clock", name="tickets_ticketclock_clock_tenant"),
            models.UniqueConstraint(
                fields=["organization", "ticket", "objective", "number"], name="tickets_ticketclock_objective"
            ),
            models.UniqueConstraint(fields=["organization", "clock"], name="tickets_ticketclock_once"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} · {self.objective}"
