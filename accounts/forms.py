"""What people type on the people pages. Rules are the services'; forms read."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from common import zones

from .models import Invitation, Membership, Organization, Team, User
from .roles import ClientRole

MEANS = {
    ClientRole.REQUESTER: _("Opens requests, answers, and sees those that the company lets requesters see."),
    ClientRole.APPROVER: _("Sees every request and the hours, and approves estimates and amendments in writing."),
    ClientRole.CLIENT_ADMIN: _(
        "Sees every request and the hours, invites colleagues, sets roles, teams and who sees what."
    ),
}


class InviteForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whom, and as what."""

    role = forms.ChoiceField(
        label=_("Role"), choices=ClientRole.choices, initial=ClientRole.REQUESTER,
        error_messages={"invalid_choice": _("Choose one of the roles.")},
    )  # fmt: skip

    @property
    def roles(self) -> list[dict[str, Any]]:
        """Each role with what it means."""
        return [{"value": one.value, "label": one.label, "sub": MEANS[one]} for one in ClientRole]

    class Meta:
        model = Invitation
        fields = ["email", "name", "role"]
        labels = {"email": _("E-mail address"), "name": _("Name")}


class NewcomerForm(forms.Form):
    """A newcomer's name and password."""

    name = forms.CharField(label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 12 characters."),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class MembersField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """People of the client. Somebody else's number is no mistake of a form's: such a person isn't there."""

    def _check_values(self, value: Any) -> Any:
        try:
            return super()._check_values(value)  # type: ignore[misc]
        except ValidationError as error:
            raise Http404 from error

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.user)


class MemberForm(forms.Form):
    """What one person may do, and in which team."""

    role = forms.ChoiceField(
        label=_("Role"), choices=ClientRole.choices, error_messages={"invalid_choice": _("Choose one of the roles.")}
    )
    team = forms.ModelChoiceField(
        queryset=Team.objects.none(), label=_("Team"), required=False, empty_label=_("No team"),
        help_text=_("Whoever may see the team’s requests sees those of its other people."),
    )  # fmt: skip
    roles = InviteForm.roles

    def __init__(self, *args: Any, membership: Membership, teams: QuerySet[Team], **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["team"]
        field.queryset = teams
        self.fields["role"].initial, field.initial = membership.role, membership.team_id
        if not teams:
            field.widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any] | None:
        """A team of another client isn't there."""
        if self.has_error("team"):
            raise Http404
        return super().clean()


class VisibilityForm(forms.Form):
    """Which requests requesters see."""

    sees = forms.ChoiceField(
        label=_("Requesters see"), choices=Organization.Visibility.choices,
        error_messages={
            "invalid_choice": _("Choose what requesters see: their own requests, their team’s, or all."),
            "required": _("Choose what requesters see: their own requests, their team’s, or all."),
        },
    )  # fmt: skip


class AssignmentForm(forms.Form):
    """Who is to serve a client from now on."""

    person = forms.ModelChoiceField(
        queryset=User.objects.none(), label=_("Person"), empty_label=_("Choose somebody"),
        error_messages={"invalid_choice": _("Choose somebody of Valiantys who doesn’t serve this client yet.")},
    )  # fmt: skip

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        field.queryset = people
        field.label_from_instance = lambda person: f"{person}, {person.get_staff_role_display()}"


class TeamForm(forms.Form):
    """A team's name and its people."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("As “Finance” or “Lyon”."))
    members = MembersField(
        queryset=Membership.objects.none(), label=_("People"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("A person is in one team at most: whoever is chosen here leaves the other."),
    )  # fmt: skip

    def __init__(self, *args: Any, members: QuerySet[Membership], team: Team | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["members"]
        field.queryset = members
        if team is not None:
            self.fields["name"].initial = team.name
            field.initial = [one.pk for one in members if one.team_id == team.pk]


class ResetForm(ResetPasswordForm):
    """Whose password is to be set anew: of the confirmed address alone, or its wrong spelling would open the account."""

    def clean_email(self) -> str:
        email: str = super().clean_email()
        self.users: list[Any] = [user for user in self.users if user.email.lower() == email.lower()]
        return email


class ProfileForm(forms.Form):
    """A person's own settings."""

    name = forms.CharField(label=_("Name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, help_text=_("Of your pages, and of the mails we send you."),
        error_messages={"invalid_choice": _("Choose one of the languages.")},
    )  # fmt: skip
    time_zone = forms.ChoiceField(
        label=_("Time zone"), widget=forms.Select(attrs={"data-zone": ""}),
        help_text=_("Every hour you read is your own; due times are counted in business hours all the same."),
        error_messages={
            "invalid_choice": _("“%(value)s” is not a time zone: choose the city nearest to you, such as Europe/Paris.")
        },
    )  # fmt: skip
    theme = forms.ChoiceField(
        label=_("Theme"), choices=User.Theme.choices, widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose one of the themes.")},
    )  # fmt: skip

    def __init__(self, *args: Any, person: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.initial = getattr(person, name)
        field = self.fields["language"]
        field.initial = person.language or settings.LANGUAGE_CODE
        offered = dict.fromkeys(
            [*zones.offered(), *({person.time_zone} & zones.known())]
        )  # an old name stays one's own
        self.fields["time_zone"].choices = [(zone, zone.replace("_", " ")) for zone in offered]  # type: ignore[attr-defined]
