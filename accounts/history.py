"""What was changed among a client's people and who serves it, in words: "Carl Berg made Ann Walker approver"."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Event

from .models import Invitation, Organization, Team, User
from .roles import ClientRole

VERBS = {
    "person.invited": gettext_lazy("%(who)s invited %(invited)s: %(role)s"),
    "person.reinvited": gettext_lazy("%(who)s sent the invitation of %(invited)s again"),
    "person.uninvited": gettext_lazy("%(who)s withdrew an invitation"),
    "person.joined": gettext_lazy("%(whom)s joined: %(role)s"),
    "person.role_changed": gettext_lazy("%(who)s gave %(whom)s the role %(role)s"),
    "person.left": gettext_lazy("%(who)s removed %(whom)s"),
    "person.address_changed": gettext_lazy("%(whom)s changed the e-mail address"),
    "person.assigned": gettext_lazy("%(who)s assigned %(whom)s"),
    "person.unassigned": gettext_lazy("%(who)s ended the assignment of %(whom)s"),
    "organization.visibility_changed": gettext_lazy("%(who)s set what requesters see: %(after)s"),
    "organization.created": gettext_lazy("%(who)s opened the client"),
    "organization.edited": gettext_lazy("%(who)s edited the client"),
    "team.created": gettext_lazy("%(who)s made the team %(team)s"),
    "team.renamed": gettext_lazy("%(who)s renamed the team %(team)s"),
    "team.removed": gettext_lazy("%(who)s dissolved a team"),
}
SEES = {
    Organization.Visibility.OWN: gettext_lazy("their own requests"),
    Organization.Visibility.TEAM: gettext_lazy("their team’s requests"),
    Organization.Visibility.ALL: gettext_lazy("all requests of the company"),
}
SERVING = ("person.assigned", "person.unassigned")
KINDS = ("person", "organization", "team")


def of_people(user: User, organization: Organization, limit: int = 12) -> list[dict[str, Any]]:
    """The newest changes among a client's own people, for `components/timeline.html`."""
    return _said(user, organization, _events(user, organization).exclude(verb__in=SERVING)[:limit])


def of_serving(user: User, organization: Organization, limit: int = 12) -> list[dict[str, Any]]:
    """The newest assignments, and their ends."""
    return _said(user, organization, _events(user, organization).filter(verb__in=SERVING)[:limit])


def serving_since(user: User, organization: Organization) -> dict[int, datetime]:
    """Person → when he or she was assigned last."""
    found = _events(user, organization).filter(verb="person.assigned").order_by("id")
    return dict(found.values_list("subject_id", "at"))


def _events(user: User, organization: Organization) -> Any:
    """By the index of subjects: a client's tickets may have millions of events, its people have hundreds."""
    found = Event.objects.visible_to(user).filter(organization_id=organization.pk, subject_kind__in=KINDS)
    return found.order_by("-id")


def _said(user: User, organization: Organization, found: Iterable[Event]) -> list[dict[str, Any]]:
    events = list(found)
    ids = {one.actor_id for one in events} | {one.subject_id for one in events if one.subject_kind == "person"}
    people = dict(User.objects.filter(pk__in=[pk for pk in ids if pk]).values_list("pk", "name"))
    mine = {"organization": organization}
    grouped = {one.subject_id for one in events if one.subject_kind == "team"} | {
        one.data.get("team") for one in events
    }
    asked = {one.data.get("invitation") for one in events} - {None}
    teams = Team.objects.visible_to(user).filter(**mine, pk__in=grouped - {None})  # none asked for, no query
    invited = Invitation.objects.visible_to(user).filter(**mine, pk__in=asked)
    names = (people, dict(teams.values_list("pk", "name")), dict(invited.values_list("pk", "email")))
    return [{"at": one.at, "text": _words(one, *names)} for one in events]


def _words(event: Event, people: dict[int, str], teams: dict[int, str], invited: dict[int, str]) -> str:
    """One event as a sentence; an unknown verb is shown as it is, never hidden."""
    data = event.data
    names = {
        "who": people.get(event.actor_id or 0, _("Total Care")),
        "whom": people.get(event.subject_id, _("somebody")),
        "role": dict(ClientRole.choices).get(data.get("role", ""), ""),
        "after": SEES.get(data.get("after", ""), ""),
        "team": teams.get(event.subject_id, _("that is no longer there")),
        "invited": invited.get(data.get("invitation", 0), _("somebody")),
    }
    if event.verb == "person.team_changed":
        names["team"] = teams.get(data.get("team") or 0, "")
        put = (
            _("%(who)s put %(whom)s into the team %(team)s")
            if names["team"]
            else _("%(who)s took %(whom)s out of a team")
        )
        return put % names
    sentence = VERBS.get(event.verb)
    return str(sentence) % names if sentence else event.verb
