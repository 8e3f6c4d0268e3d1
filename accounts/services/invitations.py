"""Invitations: the only way in for people of clients. A signed link, for one address, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.models import Invitation, Membership, Organization, User
from accounts.roles import ClientRole
from audit.models import Event
from audit.services import record
from common import tenancy
from common.errors import Refused
from notifications.services import queue

SALT = "accounts.invitation"
VALID = timedelta(days=14)
PATIENCE = timedelta(minutes=5)  # before the same invitation may be sent again


class InvitationUnusable(Refused):
    """A link that opens nothing: `reason` is unknown (forged, foreign or revoked), used or expired."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(
            {
                "unknown": _("This invitation link is not valid. Ask the person who invited you for a new one."),
                "used": _("This invitation has been used already. Sign in with your address, or ask for a new one."),
                "expired": _("This invitation has expired. Ask the person who invited you for a new one."),
            }[reason]
        )


@dataclass(frozen=True)
class Addressee:
    """Who gets a mail before having an account: a `Recipient` of notifications.

    Its id is 0, which no person has; an invitation has an event of its own, so (event, 0) still names one delivery.
    """

    email: str
    language: str
    time_zone: str
    pk: int = 0
    is_active: bool = True


@dataclass(frozen=True)
class Offer:
    """An invitation as its visitor meets it. `state`: new (makes an account), join, sign_in, or other (someone else is in)."""

    invitation: Invitation
    state: str


@transaction.atomic
def invite(
    *, actor: User, organization: Organization, email: str, name: str = "", role: str, now: datetime
) -> Invitation:
    """Open the door for one address, for 14 days, and mail its link. An expired invitation of that address gives way."""
    permissions.check(actor, "people.invite", organization.pk)
    email, name = User.objects.normalize_email(email.strip()).lower(), name.strip()
    _check_address(email, organization)
    if role not in ClientRole.values:
        raise Refused(_("Choose one of the roles."))
    earlier = Invitation.objects.filter(organization=organization, email__iexact=email, accepted_at__isnull=True)
    if earlier.filter(expires_at__gt=now).exists():
        raise Refused(_("This address already has an open invitation. Withdraw it first, to send another."))
    earlier.delete()
    invitation = Invitation.objects.create(
        organization=organization,
        email=email,
        name=name,
        role=role,
        invited_by=actor,
        created_at=now,
        expires_at=now + VALID,
    )
    event = record(
        organization_id=organization.pk, verb="person.invited", subject_kind="organization", subject_id=organization.pk,
        actor_id=actor.pk, at=now, invitation=invitation.pk, role=role,
    )  # fmt: skip
    _send(invitation, actor, event, now)
    return invitation


@transaction.atomic
def resend(*, actor: User, organization: Organization, invitation_id: int, now: datetime) -> Invitation:
    """Send an open invitation's link once more, valid for 14 days from now. Refused while the last mail may be on its way."""
    permissions.check(actor, "people.invite", organization.pk)
    invitation = _open(organization, invitation_id)
    if invitation.expires_at - VALID > now - PATIENCE:
        raise Refused(_("This invitation went out less than five minutes ago: give it time to arrive."))
    invitation.expires_at = now + VALID
    invitation.save(update_fields=["expires_at"])
    event = record(
        organization_id=organization.pk, verb="person.reinvited", subject_kind="organization",
        subject_id=organization.pk, actor_id=actor.pk, at=now, invitation=invitation.pk, role=invitation.role,
    )  # fmt: skip
    _send(invitation, actor, event, now)
    return invitation


@transaction.atomic
def revoke(*, actor: User, organization: Organization, invitation_id: int, now: datetime) -> None:
    """Withdraw an open invitation: its link opens nothing any more, and its address is forgotten."""
    permissions.check(actor, "people.invite", organization.pk)
    _open(organization, invitation_id).delete()
    record(
        organization_id=organization.pk, verb="person.uninvited", subject_kind="organization", subject_id=organization.pk,
        actor_id=actor.pk, at=now, invitation=invitation_id,
    )  # fmt: skip


def token_of(invitation: Invitation) -> str:
    """What the link carries: the client and the invitation, signed and bound to the address."""
    payload: Any = [invitation.organization_id, invitation.pk, _fingerprint(invitation.email)]
    return signing.Signer(salt=SALT).sign_object(payload)


def look(*, token: str, visitor: Any, now: datetime) -> Offer:
    """What a link offers this visitor (a User or AnonymousUser); InvitationUnusable says why nothing. Writes nothing."""
    organization_id, invitation_id, fingerprint = _read(token)
    with tenancy.organizations(organization_id):
        invitation = _find(organization_id, invitation_id, fingerprint, now, lock=False)
    return Offer(invitation, _state(invitation, visitor))


def accept(*, token: str, visitor: Any, name: str = "", password: str = "", now: datetime) -> User:
    """Take up an invitation, once: a newcomer gets an account, whoever has one must be signed in as that person.

    The client's scope opens only after the signature is verified. Returns the person to be signed in.
    """
    organization_id, invitation_id, fingerprint = _read(token)
    with tenancy.organizations(organization_id):
        invitation = _find(organization_id, invitation_id, fingerprint, now, lock=True)
        state = _state(invitation, visitor)
        if state == "other":
            raise Refused(_("You are signed in as someone else. Sign out first, then follow the link again."))
        if state == "sign_in":
            raise Refused(_("This address already has an account. Sign in with it, then follow the link again."))
        person = visitor if state == "join" else _newcomer(invitation, name, password)
        if person.is_valiantys:
            raise Refused(_("People of Valiantys are assigned to a client, not invited by it."))
        membership, joined = Membership.objects.get_or_create(
            organization_id=organization_id, user=person, defaults={"role": invitation.role}
        )
        invitation.accepted_at, invitation.accepted_by, invitation.membership = now, person, membership
        invitation.save(update_fields=["accepted_at", "accepted_by", "membership"])
        if joined:
            record(
                organization_id=organization_id, verb="person.joined", subject_kind="person", subject_id=person.pk,
                actor_id=person.pk, at=now, invitation=invitation.pk, role=membership.role,
            )  # fmt: skip
    person.__dict__.pop("roles", None)  # read before the membership was there
    return person


def _open(organization: Organization, invitation_id: int) -> Invitation:
    open_ones = Invitation.objects.select_for_update().filter(organization=organization, accepted_at__isnull=True)
    invitation: Invitation | None = open_ones.filter(pk=invitation_id).first()
    if invitation is None:
        raise Refused(_("This invitation is no longer open."))
    return invitation


def _send(invitation: Invitation, actor: User, event: Event, now: datetime) -> None:
    queue(
        event=event,
        recipients=[_addressee(invitation, actor)],
        template="invitation",
        context={
            "path": reverse("accounts:accept", args=[token_of(invitation)]),
            "organization": invitation.organization.name,
            "inviter": actor.name or actor.email,
            "expires_at": invitation.expires_at.isoformat(),
        },
        thread=f"invitation-{invitation.pk}",
        now=now,
    )


def _check_address(email: str, organization: Organization) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise Refused(_("Give a valid e-mail address.")) from error
    person = User.objects.filter(email=email).first()
    if person and person.is_valiantys:
        raise Refused(_("People of Valiantys are assigned to a client, not invited by it."))
    if person and Membership.objects.filter(organization=organization, user=person).exists():
        raise Refused(_("This person already belongs to %(client)s.") % {"client": organization})


def _addressee(invitation: Invitation, inviter: User) -> User | Addressee:
    """The person who has this address, else the bare address in the inviter's language."""
    person = User.objects.filter(email=invitation.email, is_active=True).first()
    return person or Addressee(
        email=invitation.email,
        language=inviter.language or get_language() or settings.LANGUAGE_CODE,
        time_zone=inviter.time_zone,
    )


def _fingerprint(email: str) -> str:
    return salted_hmac(SALT, email.lower(), algorithm="sha256").hexdigest()[:16]


def _read(token: str) -> tuple[int, int, str]:
    try:
        organization_id, invitation_id, fingerprint = signing.Signer(salt=SALT).unsign_object(token)
        return int(organization_id), int(invitation_id), str(fingerprint)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise InvitationUnusable("unknown") from error


def _find(organization_id: int, invitation_id: int, fingerprint: str, now: datetime, *, lock: bool) -> Invitation:
    rows = Invitation.objects.select_related("organization", "invited_by")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    invitation = rows.filter(organization_id=organization_id, pk=invitation_id).first()
    if invitation is None or not constant_time_compare(fingerprint, _fingerprint(invitation.email)):
        raise InvitationUnusable("unknown")
    if invitation.accepted_at:
        raise InvitationUnusable("used")
    if invitation.expires_at <= now:
        raise InvitationUnusable("expired")
    found: Invitation = invitation
    return found


def _state(invitation: Invitation, visitor: Any) -> str:
    if visitor.is_authenticated:
        return "join" if visitor.email.lower() == invitation.email else "other"
    return "sign_in" if User.objects.filter(email=invitation.email).exists() else "new"


def _newcomer(invitation: Invitation, name: str, password: str) -> User:
    name = name.strip() or invitation.name
    if not name:
        raise Refused(_("Write your name, so that people know who answers."))
    language = get_language() or settings.LANGUAGE_CODE
    person = User(email=invitation.email, name=name, language=language if language in dict(settings.LANGUAGES) else "")
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    person.set_password(password)
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person
