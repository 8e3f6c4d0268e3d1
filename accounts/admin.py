"""Clients with their people and who serves them; people's accounts. Changes go through the services."""

from __future__ import annotations

from typing import Any

import allauth.account.admin  # noqa: F401 - registered first, to be taken away
import django.contrib.auth.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa.admin import Authenticator
from allauth.socialaccount.admin import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.admin import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.widgets import UnfoldAdminPasswordWidget

from common.administration import Looking, LookingAdmin, ServiceAdmin, TenantForm, TenantFormSet
from common.errors import Refused

from . import services
from .models import Assignment, Invitation, Membership, Organization, User

# Roles are ours, not groups; addresses, second steps and sessions change with their person. These pages would write behind
# the services' backs.
for theirs in (Group, EmailAddress, Authenticator, UserSession, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(theirs)


class MembershipInline(TabularInline):
    """A client's own people. Normally they come by invitation."""

    model = Membership
    form = TenantForm
    formset = TenantFormSet
    fields = ("user", "role")
    autocomplete_fields = ("user",)
    extra = 0


class AssignmentInline(TabularInline):
    """Who of Valiantys serves the client."""

    model = Assignment
    form = TenantForm
    formset = TenantFormSet
    fields = ("user",)
    autocomplete_fields = ("user",)
    extra = 0

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # an assignment is given and taken, not edited


@admin.register(Organization)
class OrganizationAdmin(ServiceAdmin):
    """A client."""

    list_display = ("name", "key", "requesters_see", "is_historical", "created_at")
    list_filter = ("requesters_see", "is_historical")
    search_fields = ("name", "key")
    search_help_text = _("Name or key.")
    ordering = ("name", "id")
    inlines = (MembershipInline, AssignmentInline)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("key", "is_historical") if obj else ("is_historical",)  # tickets are called by the key for ever

    def write(self, request: Any, row: Any, fields: list[str]) -> None:
        who: dict[str, Any] = {"actor": request.user, "now": request.now}
        if isinstance(row, Organization):
            services.edit_organization(organization=row, changed=fields, **who)
        elif isinstance(row, Assignment):
            services.assign(organization=row.organization, person=row.user, **who)
        elif row.pk is None:
            services.join(organization=row.organization, person=row.user, role=row.role, **who)
        elif "user" in fields:
            raise Refused(_("A membership is one person's: end it, and add another."))
        else:
            services.set_role(membership=row, role=row.role, **who)

    def erase(self, request: Any, row: Any) -> None:
        if isinstance(row, Assignment):
            services.unassign(actor=request.user, assignment=row, now=request.now)
        else:
            services.leave(actor=request.user, membership=row, now=request.now)


class NewPersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new account; without a password the person sets one by "forgot password"."""

    password = forms.CharField(
        label=_("Password"), required=False, strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_("May stay empty: the person then sets one by “Forgot password”."),
    )  # fmt: skip

    class Meta:
        model = User
        fields = ("email", "name", "staff_role", "language", "time_zone")

    def clean_password(self) -> str | None:
        """The same rules as everywhere."""
        password = self.cleaned_data["password"]
        if password:
            validate_password(password, User(email=self.cleaned_data.get("email", "")))
        return password or None


class ClientsInline(Looking, TabularInline):
    """The clients a person belongs to."""

    model = Membership
    fields = ("organization", "role")
    extra = 0


class ServedInline(Looking, TabularInline):
    """The clients a person serves."""

    model = Assignment
    fields = ("organization",)
    extra = 0


@admin.register(User)
class PersonAdmin(ServiceAdmin):
    """A person. Who may open the administration follows from the role; passwords are the person's own affair."""

    list_display = ("name", "email", "staff_role", "is_active", "last_login")
    list_filter = ("staff_role", "is_active", "is_automatic", "language")
    search_fields = ("name", "email")
    search_help_text = _("Name or address.")
    date_hierarchy = "last_login"
    ordering = ("name", "id")
    fields = (
        "email",
        "name",
        "staff_role",
        "language",
        "time_zone",
        "is_active",
        "is_automatic",
        "is_staff",
        "last_login",
    )
    readonly_fields = ("is_staff", "last_login")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **({} if obj else {"form": NewPersonForm}), **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else (*NewPersonForm.Meta.fields, "password")

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return (ClientsInline, ServedInline) if obj else ()

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        person = super().save_form(request, form, change)
        person.chosen_password = form.cleaned_data.get("password")
        return person

    def write(self, request: Any, row: Any, fields: list[str]) -> None:
        if row.pk:
            services.edit_person(actor=request.user, person=row)
            return
        made = services.create_person(
            actor=request.user, email=row.email, name=row.name, password=row.chosen_password,
            staff_role=row.staff_role, language=row.language, time_zone=row.time_zone,
        )  # fmt: skip
        row.pk = made.pk
        row.refresh_from_db()


@admin.register(Invitation)
class InvitationAdmin(LookingAdmin):
    """Invitations, to look at; they are sent and withdrawn on the people pages."""

    list_display = ("email", "organization", "role", "invited_by", "created_at", "expires_at", "accepted_at")
    list_filter = (("accepted_at", admin.EmptyFieldListFilter), "role", ("organization", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("organization", "invited_by")
    search_fields = ("email", "name")
    date_hierarchy = "created_at"
    ordering = ("-id",)
