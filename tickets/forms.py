"""What people send to a ticket. A form checks shapes; the services decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.prepared import Parameter, Prepared
from contracts.models import Contract, Exclusion, Responsibility
from contracts.selectors import live_contracts

from . import minutes, words
from .fields import FilesField
from .models import Category, RequestType, Ticket
from .priority import Impact, Priority, Urgency
from .scoping import DECIDED, Scope
from .selectors import assignable, assignable_among, catalogue

LONGEST = 50_000


def text(label: Any, rows: int = 6, longest: int = LONGEST, **options: Any) -> forms.CharField:
    """A field of Markdown, of so many characters at most."""
    return forms.CharField(label=label, max_length=longest, widget=forms.Textarea(attrs={"rows": rows}), **options)


class ContractChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Contracts by their client's name, and reference when one client has several."""

    known: Mapping[str, Contract] = {}  # those on offer, read already

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.organization.name} · {obj.reference}"

    def to_python(self, value: Any) -> Contract | None:
        """One of those on offer, without asking again."""
        if value in self.empty_values:
            return None
        if (found := self.known.get(str(value))) is None:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value})
        return found


class KindChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Kinds of request by their slug, of those that are offered."""

    offered = Prepared(
        lambda: RequestType.objects.filter(is_active=True, slug=Parameter("slug")).select_related("category")
    )

    def to_python(self, value: Any) -> RequestType | None:
        """One of those on offer."""
        if value in self.empty_values:
            return None
        if not (found := self.offered(slug=str(value))):
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value})
        return found[0]


class NewTicketForm(forms.Form):
    """A request: what, for whom it matters and how much. Contracts are those this person may use today.

    `category`, a slug, narrows the kinds that a first visit offers; what comes back may be of any.
    """

    contract = ContractChoice(queryset=Contract.objects.none(), label=_("Contract"), empty_label=None)
    request_type = KindChoice(
        queryset=RequestType.objects.all(),
        label=_("Kind of request"),
        required=False,
        to_field_name="slug",
    )
    subject = forms.CharField(
        label=_("Subject"), max_length=200, help_text=_("In one line, as you would say it to a colleague.")
    )
    body = text(
        _("What do you need?"),
        rows=8,
        help_text=_(
            "What happens today, what you expect, and who is affected. Markdown works. Never write a password here."
        ),
    )
    impact = forms.ChoiceField(
        label=_("Whom does it touch?"), choices=list(words.IMPACT.items()), widget=forms.RadioSelect
    )
    urgency = forms.ChoiceField(
        label=_("What does it do to them?"), choices=list(words.URGENCY.items()), widget=forms.RadioSelect
    )
    attachments = FilesField()
    confidential = forms.BooleanField(
        label=_("Confidential"),
        required=False,
        help_text=_("Only you, your company’s approvers and administrators, and Total Care’s people see it."),
    )

    MEANS = {
        Impact.ORGANIZATION: _("Everybody who works with it"),
        Impact.TEAM: _("Several people who work together"),
        Impact.PERSON: _("You, or one colleague"),
        Urgency.BLOCKED: _("Nothing can be done, and there is no way around"),
        Urgency.DEGRADED: _("It is slow, or there is a way around"),
        Urgency.QUESTION: _("Nothing is broken: a wish, a change, a doubt"),
    }

    def __init__(self, *args: Any, user: User, on: date, category: str = "", **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.contracts = live_contracts(user, on)
        field: Any = self.fields["contract"]
        field.queryset = (
            Contract.objects.visible_to(user)
            .filter(pk__in=[one.pk for one in self.contracts])
            .select_related("organization")
        )
        field.known = {str(one.pk): one for one in self.contracts}
        if self.contracts:
            field.initial = self.contracts[0].pk
        if len(self.contracts) == 1:
            field.widget = forms.HiddenInput()
        self.fields["impact"].initial, self.fields["urgency"].initial = Impact.PERSON, Urgency.DEGRADED
        kinds: Any = self.fields["request_type"]
        self.asked_category = category
        kinds.choices = lambda: _kinds(
            self.offered, self.category
        )  # read for a form that is shown, not for one that is sent

    @cached_property
    def offered(self) -> list[tuple[Category, list[RequestType]]]:
        """The catalogue."""
        return catalogue()

    @property
    def category(self) -> Category | None:
        """The one that the address narrows to."""
        return next((one for one, _types in self.offered if one.slug == self.asked_category), None)

    @property
    def chosen(self) -> RequestType | None:
        """The kind that is chosen already."""
        slug = str(self["request_type"].value() or "")
        return next((one for _group, types in self.offered for one in types if one.slug == slug), None)

    @property
    def impacts(self) -> list[dict[str, Any]]:
        """Each answer with what it means."""
        return [{"value": one.value, "label": said, "sub": self.MEANS[one]} for one, said in words.IMPACT.items()]

    @property
    def urgencies(self) -> list[dict[str, Any]]:
        """Each answer with what it means."""
        return [{"value": one.value, "label": said, "sub": self.MEANS[one]} for one, said in words.URGENCY.items()]


def _kinds(offered: list[tuple[Category, list[RequestType]]], only: Category | None) -> list[tuple[Any, Any]]:
    """The catalogue as groups of a menu, after "something else"."""
    groups = [
        (category.name, [(one.slug, one.name) for one in types])
        for category, types in offered
        if types and only in {None, category}
    ]
    return [("", _("Something else")), *groups]


class ReplyForm(forms.Form):
    """A reply to the client, or an internal note. `seen` is the newest message the writer had before the eyes."""

    audience = forms.ChoiceField(choices=[("client", "client"), ("internal", "internal")], required=False)
    body = text(_("Message"))
    attachments = FilesField()
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


class AssignForm(forms.Form):
    """Who has it; empty for nobody."""

    assignee = forms.ModelChoiceField(
        queryset=User.objects.none(), label=_("Assignee"), required=False, empty_label=_("Nobody")
    )

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["assignee"]
        field.queryset = assignable(ticket.organization_id)
        field.initial = ticket.assignee_id


class AssignManyForm(forms.Form):
    """Who has several tickets: people who serve all their clients, then those who serve some; or nobody."""

    NOBODY = "0"
    assignee = forms.ChoiceField(label=_("Assignee"))

    def __init__(self, *args: Any, actor: User, tickets: list[Ticket], **kwargs: Any):
        super().__init__(*args, **kwargs)
        found = assignable_among({one.organization_id for one in tickets})
        self.people = {str(one.pk): one for one, _all in found}
        me = [(pk, gettext("%(who)s (me)") % {"who": one}) for pk, one in self.people.items() if one == actor]
        every = [(str(one.pk), str(one)) for one, serves_all in found if serves_all and one != actor]
        some = [(str(one.pk), str(one)) for one, serves_all in found if not serves_all and one != actor]
        groups = [(_("Serve all these clients"), every), (_("Serve some of these clients"), some)] if some else every
        self.fields["assignee"].choices = [*me, *groups, (self.NOBODY, _("Nobody"))]  # type: ignore[attr-defined]

    def clean_assignee(self) -> User | None:
        return self.people.get(self.cleaned_data["assignee"])


class ResolveManyForm(forms.Form):
    """A last word to each client, or none."""

    answer = text(_("A last word to each client"), rows=4, required=False)


class HandOverForm(forms.Form):
    """Who gets the open requests of somebody who serves a client no longer; empty for nobody yet."""

    successor = forms.ModelChoiceField(
        queryset=User.objects.none(), label=_("Give them to"), required=False,
        empty_label=_("Nobody yet: back to the team"),
        error_messages={"invalid_choice": _("Choose somebody who serves this client.")},
    )  # fmt: skip

    def __init__(self, *args: Any, organization_id: int, leaving: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["successor"]
        field.queryset = assignable(organization_id).exclude(pk=leaving.pk)


class PriorityForm(forms.Form):
    """A corrected priority, with a reason that the client reads."""

    priority = forms.ChoiceField(label=_("Priority"), choices=list(words.PRIORITY.items()))
    reason = text(_("Why? The client reads this."), rows=3)

    @property
    def shows(self) -> bool:
        """Whether it was sent to see what it would do: that asks for no reason yet."""
        return "show" in self.data

    def clean_priority(self) -> Priority:
        return Priority(self.cleaned_data["priority"])

    def clean(self) -> None:
        if self.shows:
            self.errors.pop("reason", None)


class ScopeForm(forms.Form):
    """Whether Reserved Hours pay for it; outside, under which exclusion; and why, which the client reads."""

    MEANS = {
        Scope.IN_SCOPE: _("Reserved Hours pay for it"),
        Scope.EXCLUDED: _("No time can be logged on it"),
        Scope.TO_BE_QUOTED: _("No time either: a quote or an amendment follows"),
    }
    scope = forms.ChoiceField(
        label=_("What is it?"), choices=[(one, words.SCOPE[one]) for one in DECIDED], widget=forms.RadioSelect
    )
    exclusion = forms.ModelChoiceField(
        queryset=Exclusion.objects.filter(is_active=True), label=_("Exclusion"), required=False,
        help_text=_("Needed when it is out of scope or to be quoted: the client reads what it says."),
    )  # fmt: skip
    reason = text(_("Why? The client reads this."), rows=3)

    @property
    def scopes(self) -> list[dict[str, Any]]:
        """Each decision with what it means."""
        return [{"value": one.value, "label": words.SCOPE[one], "sub": self.MEANS[one]} for one in DECIDED]


class BlockForm(forms.Form):
    """Which open line of the client's register the ticket waits for. The service alone knows which exist."""

    responsibility = forms.IntegerField(
        label=_("What does it wait for?"), min_value=1, max_value=2**63 - 1, widget=forms.Select
    )

    def __init__(self, *args: Any, items: Sequence[Responsibility], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.items = items
        groups: dict[str, list[tuple[int, str]]] = {}
        for one in self.items:
            groups.setdefault(one.get_head_display(), []).append((one.pk, one.title))
        widget: Any = self.fields["responsibility"].widget
        widget.choices = list(groups.items())


class TimeForm(forms.Form):
    """Time worked: minutes as people write them, what for, and the day."""

    duration = forms.CharField(label=pgettext_lazy("work", "Time"), max_length=12, help_text=_("38, 0:38 or 1 h 30"))
    summary = forms.CharField(label=_("What for"), max_length=200)
    worked_on = forms.DateField(
        label=_("Day worked"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean_duration(self) -> int:
        try:
            return minutes.parse(self.cleaned_data["duration"])
        except ValueError:
            raise ValidationError(_("Write the time as 38, 0:38 or 1 h 30.")) from None

    def clean_worked_on(self) -> Any:
        return self.cleaned_data["worked_on"] or timezone.localdate()
