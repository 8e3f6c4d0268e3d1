"""What statuses, priorities, impacts, urgencies and scopes are called, in the reader's language."""

from django.utils.translation import gettext_lazy as _

from slo.attainment import Outcome
from slo.fold import Reason

from .contesting import About
from .priority import Impact, Priority, Urgency
from .scoping import Scope
from .workflow import Status

STATUS = {
    Status.NEW: _("New"),
    Status.IN_PROGRESS: _("In progress"),
    Status.WAITING_CLIENT: _("Waiting for client"),
    Status.WAITING_THIRD_PARTY: _("Waiting for third party"),
    Status.RESOLVED: _("Resolved"),
    Status.CLOSED: _("Closed"),
    Status.CANCELLED: _("Cancelled"),
}
PRIORITY = {
    Priority.CRITICAL: _("Critical"),
    Priority.HIGH: _("High"),
    Priority.MEDIUM: _("Medium"),
    Priority.LOW: _("Low"),
}
IMPACT = {
    Impact.ORGANIZATION: _("The whole company"),
    Impact.TEAM: _("A team"),
    Impact.PERSON: _("One person"),
}
URGENCY = {
    Urgency.BLOCKED: _("Work is blocked"),
    Urgency.DEGRADED: _("Work goes on, but badly"),
    Urgency.QUESTION: _("It is a question, or can wait"),
}
WAITS = {
    Reason.CLIENT: _("The client’s answer"),
    Reason.ACCESS: _("An access or a permission"),
    Reason.DECISION: _("A decision"),
    Reason.CHECK: _("That the client tries it"),
}
SCOPE = {
    Scope.UNDECIDED: _("Not decided"),
    Scope.IN_SCOPE: _("In scope"),
    Scope.LOOKS_EXCLUDED: _("Looks out of scope"),
    Scope.EXCLUDED: _("Out of scope"),
    Scope.TO_BE_QUOTED: _("To be quoted"),
}
ABOUT = {
    About.PRIORITY: _("The priority was lowered"),
    About.PAUSE: _("The clock was paused"),
    About.VERDICT: _("The verdict"),
    About.COVERAGE: _("No promise covers it"),
}
OUTCOME = {
    Outcome.UPHELD: _("upheld: it stays as it is"),
    Outcome.CORRECTED: _("corrected"),
    Outcome.CONCEDED: _("conceded: it counts as not kept"),
    Outcome.WITHDRAWN: _("withdrawn by the client"),
}
VERBS = {
    "ticket.opened": _("Request opened"),
    "ticket.replied": _("Reply written"),
    "ticket.noted": _("Internal note"),
    "ticket.responded": _("First answer"),
    "ticket.answered": _("Next answer"),
    "ticket.assigned": _("Assignee changed"),
    "ticket.prioritized": _("Priority corrected"),
    "ticket.promise_moved": _("Promise moved by an amendment or a calendar"),
    "ticket.status_changed": _("Status changed"),
    "ticket.resolved": _("Request resolved"),
    "ticket.resolution_told": _("Resolution told to the client"),
    "ticket.reopened": _("Request reopened"),
    "ticket.closed": _("Request closed"),
    "ticket.cancelled": _("Request cancelled"),
    "ticket.scope_doubted": _("Scope doubted"),
    "ticket.scope_decided": _("Scope decided"),
    "ticket.scope_taken_back": _("Decision about the scope taken back"),
    "ticket.blocked": _("Blocked by a responsibility of the client"),
    "ticket.unblocked": _("No longer blocked"),
    "clock.excusal_proposed": _("Excusal proposed"),
    "clock.excusal_declined": _("Excusal declined"),
    "clock.excusal_withdrawn": _("Excusal withdrawn"),
    "clock.excused": _("Missed promise excused by both sides"),
    "clock.contested": _("Contested by the client"),
    "clock.contest_settled": _("Contest settled"),
    "clock.contest_withdrawn": _("Contest withdrawn"),
    "time.logged": _("Time logged"),
    "time.reversed": _("Time entry reversed"),
}
