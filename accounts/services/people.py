"""People's accounts and their own settings. What belongs to no client has no event; Django's admin log remembers it."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import User
from accounts.roles import StaffRole
from audit.services import record
from common import tenancy, zones
from common.errors import Refused


@transaction.atomic
def create_person(
    *, actor: User, email: str, name: str, password: str | None = None, staff_role: str = "",
    language: str = "", time_zone: str = "Europe/Paris",
) -> User:  # fmt: skip
    """A person's account, made by an administrator: Valiantys's people, or a client's before any invitation.

    Without a password the person sets one by "forgot password". Only administrators may open the administration.
    """
    permissions.check_staff(actor, "people.manage")
    email = User.objects.normalize_email(email.strip()).lower()
    if User.objects.filter(email=email).exists():
        raise Refused(_("This address is already taken."))
    person = User(email=email, name=name.strip(), staff_role=staff_role, language=language, time_zone=time_zone)
    person.set_password(password)
    _save(person)
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


@transaction.atomic
def edit_person(*, actor: User, person: User) -> User:
    """Save a person's fields as an administrator changed them; the flags of the administration follow the role."""
    permissions.check_staff(actor, "people.manage")
    if actor.pk == person.pk and (person.staff_role != StaffRole.ADMINISTRATOR or not person.is_active):
        raise Refused(_("You can't take the administration from yourself: ask another administrator."))
    if person.is_valiantys and person.memberships.exists():
        raise Refused(_("This person belongs to a client. End the memberships before giving a role at Valiantys."))
    _save(person)
    EmailAddress.objects.filter(user=person).exclude(email=person.email).delete()  # no old address signs in
    EmailAddress.objects.update_or_create(user=person, email=person.email, defaults={"verified": True, "primary": True})
    return person


@transaction.atomic
def address_changed(*, actor: User, now: datetime) -> None:
    """Remember, at each client of the person, that he or she signs in by another address; never which one."""
    for organization_id in actor.organization_ids if not actor.is_valiantys else []:
        with tenancy.organizations(organization_id):
            record(
                organization_id=organization_id, verb="person.address_changed", subject_kind="person",
                subject_id=actor.pk, actor_id=actor.pk, at=now,
            )  # fmt: skip


@transaction.atomic
def edit_profile(*, actor: User, name: str, language: str, time_zone: str, theme: str = "") -> User:
    """A person's own name, language, zone and, unless it is empty, theme."""
    if not name.strip():
        raise Refused(_("Write your name, so that people know who answers."))
    _check_zone(time_zone)
    actor.name, actor.language, actor.time_zone = name.strip(), _language(language), time_zone
    actor.theme = _theme(theme or actor.theme)
    actor.save(update_fields=["name", "language", "time_zone", "theme"])
    return actor


@transaction.atomic
def set_language(*, actor: User, language: str) -> User:
    """The language of the person's pages and mails."""
    actor.language = _language(language)
    actor.save(update_fields=["language"])
    return actor


@transaction.atomic
def set_theme(*, actor: User, theme: str) -> User:
    """Light, dark, or as the system."""
    actor.theme = _theme(theme)
    actor.save(update_fields=["theme"])
    return actor


def _save(person: User) -> None:
    _check_zone(person.time_zone)
    person.is_staff = person.is_superuser = person.staff_role == StaffRole.ADMINISTRATOR
    person.save()


def _language(language: str) -> str:
    if language not in dict(settings.LANGUAGES):
        raise Refused(_("Choose one of the languages."))
    return language


def _theme(theme: str) -> str:
    if theme not in User.Theme.values:
        raise Refused(_("Choose one of the themes."))
    return theme


def _check_zone(time_zone: str) -> None:
    if time_zone not in zones.known():
        raise Refused(
            _("“%(zone)s” is not a time zone: choose the city nearest to you, such as Europe/Paris.")
            % {"zone": time_zone}
        )
