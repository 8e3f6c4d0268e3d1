"""API tokens: made once and shown once, found by their hash, worth what their person is worth today."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.http import Http404
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from audit.services import record
from common import clock, tenancy
from common.errors import Refused
from common.rls import APP
from integrations.models import ApiToken

SHAPE = re.compile(r"tc_([0-9]{1,18})_[A-Za-z0-9_-]{43}")
MOST = 20
DAYS = (30, 90, 365)
USED_AGAIN = timedelta(
    minutes=10
)  # how exactly "last used" is known: a write for every request would cost more than it says


def digest(token: str) -> str:
    """What the table holds of a token: 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def create_token(
    *, actor: User, name: str, organization: Organization | None, days: int, now: datetime
) -> tuple[ApiToken, str]:
    """A new token of the actor's, and its secret, which nobody can read again.

    Without an organization it is for every client that a person of Valiantys serves; people of clients name one.
    """
    if not name.strip():
        raise Refused(_("Name the token after the machine that will use it."))
    if days not in DAYS:
        raise Refused(_("Choose one of the durations."))
    if organization is None and not actor.is_valiantys:
        raise Refused(_("Choose the client that the token is for."))
    if organization is not None and actor.role_in(organization.pk) is None:
        raise Http404
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # two at once count each other
    if ApiToken.objects.visible_to(actor).usable(now).count() >= MOST:
        raise Refused(_("You have %(count)s tokens: revoke one that is no longer used.") % {"count": MOST})
    secret = f"tc_{actor.pk}_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        organization=organization, user=actor, name=name.strip(), digest=digest(secret), created_at=now,
        expires_at=now + timedelta(days=days),
    )  # fmt: skip
    _remember(token, "token.created", now)
    return token, secret


@transaction.atomic
def revoke_token(*, actor: User, token_id: int, now: datetime) -> ApiToken:
    """End one of the actor's tokens, at once; Http404 for anybody else's. Twice is as good as once."""
    token: ApiToken | None = ApiToken.objects.visible_to(actor).select_for_update().filter(pk=token_id).first()
    if token is None:
        raise Http404
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        _remember(token, "token.revoked", now)
    return token


@transaction.atomic
def end_tokens(*, actor: User, organization: Organization, person: User, now: datetime) -> int:
    """Revoke a person's tokens for one client, with the membership or assignment they spoke for; how many there were."""
    tokens = ApiToken.objects.select_for_update().filter(
        organization=organization, user=person, revoked_at__isnull=True
    )
    for token in tokens.order_by("id"):
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        record(
            organization_id=organization.pk, actor_id=actor.pk, verb="token.revoked", subject_kind="token",
            subject_id=token.pk, at=now,
        )  # fmt: skip
    return len(tokens)


def _remember(token: ApiToken, verb: str, now: datetime) -> None:
    if token.organization_id is not None:  # events are a client's; a token for all of them is on its person's page
        record(
            organization_id=token.organization_id, actor_id=token.user_id, verb=verb, subject_kind="token",
            subject_id=token.pk, at=now,
        )  # fmt: skip


def authenticate(*, secret: str) -> tuple[User, ApiToken] | None:
    """Whose token this is, narrowed to its client; None when it is nobody's, or its person's no longer.

    The person it names is nobody until the hash agrees: until then the scope opens that person's own rows, to us alone.
    """
    named = SHAPE.fullmatch(secret)
    if named is None:
        return None
    with tenancy.enter(tenancy.Scope(APP, person=int(named[1]))) as now:
        mine = ApiToken.objects.filter(user_id=int(named[1])).usable(now).select_related("user")
        wanted = digest(secret)
        token = next((one for one in mine if constant_time_compare(one.digest, wanted)), None)
    if token is None or not token.user.is_active:
        return None
    person = token.user
    if token.organization_id is None:
        if not person.is_valiantys:
            return None
    elif not person.narrow_to(token.organization_id):
        return None
    if token.last_used_at is None or token.last_used_at < now - USED_AGAIN:
        with tenancy.user(person):
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=clock.now())
    return person, token
