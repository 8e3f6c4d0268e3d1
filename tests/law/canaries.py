"""Canary words: every column that holds somebody's words holds a word of its own, one per client. Where it sings, it leaked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.db import connection, models

from common.files import store

SIDES = {"northwind": "n", "globex": "g"}
SONG = re.compile(r"qzxv([ng])([a-z]{3})", re.IGNORECASE)
CODES = {"unset": "aaa", "file": "aab"}  # what is in an attached file is no column
# Columns that hold no words of a client's, and why. Whatever stands here is not watched: think before adding.
MUTE = {
    "accounts_user.password": "a hash",
    "accounts_user.time_zone": "a zone's name",
    "integrations_apitoken.digest": "a hash",
    "integrations_idempotencyrecord.request_digest": "a hash",
    "tickets_attachment.sha256": "a hash",
    "contracts_documentfile.sha256": "a hash",
    "tickets_attachment.content_type": "what the bytes say",
    "contracts_contract.precedence": "kinds of documents",
    "contracts_agreementdocument.series": "a name that nobody is shown",
    "contracts_approval.text_hash": "a hash",
    "contracts_approval.role": "a word of ours",
    "contracts_onboardingactivity.key": "a word of ours",
    "contracts_clauseterm.key": "the registry's word",
    "contracts_clauseterm.value": "a number or a yes or no",
    "contracts_hoursentry.cause_kind": "a word of ours",
    "escalation_setaside.error": "the name of an error's class",
    "tickets_contest.before": "a priority",
    "tickets_impactpreview.text_hash": "a hash",
    "tickets_impactpreview.basis_hash": "a hash",
    "tickets_impactpreview.failure": "a word of ours",
    "tickets_impactpreview.result": "figures",
    "slo_clock.term_key": "the registry's word",
    "slo_clockevent.data": "ids, numbers and words of ours; the clause is copied from slo_clock.provenance, which sings",
    "audit_event.verb": "a word of ours",
    "audit_event.subject_kind": "a word of ours",
    "audit_event.data": "ids and values: test_canaries.py holds that no word of a client's is in it",
    "notifications_delivery.channel": "a word of ours",
    "notifications_delivery.language": "one of ours",
    "notifications_delivery.time_zone": "a zone's name",
    "notifications_delivery.template": "a folder's name",
    "notifications_delivery.thread": "ids",
    "notifications_delivery.context": "copied from columns that sing",
    "account_emailaddress.email": "its person's, and sings as that",
    "account_emailconfirmation.key": "a secret that nobody is shown",
    **{
        f"socialaccount_socialaccount.{name}": "the provider's names, which nobody is shown"
        for name in ("provider", "uid", "extra_data")
    },
    "mfa_authenticator.data": "a secret that nobody is shown",
    "usersessions_usersession.session_key": "a secret that nobody is shown",
    "usersessions_usersession.data": "allauth writes nothing there",
}
# Tables that hold nothing of any client's: ours, the same for all, or another package's machinery.
NOBODYS = {
    "escalation_engineheartbeat", "escalation_engineminute", "escalation_engineoutage", "tickets_category", "tickets_requesttype",
    "slo_businesscalendar", "slo_calendaredition", "slo_calendarfeed", "slo_calendarchange", "slo_calendarevent",
    "contracts_standarddocument", "contracts_standardedition", "contracts_standardclause", "contracts_standardterm", "contracts_standardfile",
    "contracts_onboardingtemplateactivity", "contracts_exclusion",
    "socialaccount_socialapp", "socialaccount_socialtoken",  # we keep the provider in settings, and no tokens
    "auth_permission", "auth_group", "django_content_type", "django_session", "django_admin_log",
}  # fmt: skip
PERSON = {"accounts_user": "id", "account_emailaddress": "user_id", "usersessions_usersession": "user_id"}  # whose rows
TEXTS = (models.CharField, models.TextField, models.JSONField, models.FileField, models.GenericIPAddressField)


def columns() -> list[tuple[type[models.Model], models.Field[Any, Any]]]:
    """Every column that can hold words, of every table that is not nobody's."""
    return [
        (model, field)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.db_table not in NOBODYS and not model._meta.app_label.startswith("auth")
        for field in model._meta.concrete_fields
        if isinstance(field, TEXTS) and not field.choices and not isinstance(field, models.GenericIPAddressField)
    ]


def name_of(model: type[models.Model], field: models.Field[Any, Any]) -> str:
    return f"{model._meta.db_table}.{field.column}"


def singing() -> list[tuple[type[models.Model], models.Field[Any, Any]]]:
    return [(model, field) for model, field in columns() if name_of(model, field) not in MUTE]


def code(name: str) -> str:
    """Three letters for a column."""
    if name not in CODES:
        number = len(CODES)
        CODES[name] = "".join(chr(97 + number // 26**power % 26) for power in (2, 1, 0))
    return CODES[name]


for _model, _field in singing():
    code(name_of(_model, _field))
NAMES = {three: name for name, three in CODES.items()}


def word(side: str, name: str) -> str:
    """The canary of a client's column."""
    return f"qzxv{SIDES[side]}{code(name)}"


def heard(text: str, side: str) -> set[str]:
    """Whose columns of that client sing in a text."""
    return {
        NAMES[match[1].lower()]
        for match in SONG.findall(text)
        if match[0].lower() == SIDES[side] and match[1].lower() in NAMES
    }


def value(side: str, name: str, field: models.Field[Any, Any], pk: Any, was: Any) -> Any:
    """What a row's column holds instead: the canary, and the row's number where it fits and may be needed."""
    canary = word(side, name)
    if isinstance(field, models.JSONField):
        given = json.loads(was) if isinstance(was, str) else was
        keep = {"source", "key", "kind", "effective_on"}
        return json.dumps({k: canary if isinstance(v, str) and k not in keep else v for k, v in (given or {}).items()})
    if isinstance(field, models.EmailField):
        return f"{canary}{pk}@canary.example"
    if name == "accounts_organization.key":
        return canary.upper()
    return f"{canary} {pk}"[: field.max_length or None]


def stamp(sides: dict[str, int], people: dict[int, str]) -> None:
    """Write the canaries, past every wall: only a superuser may, without triggers. `sides`: client → id; `people`: id → client."""
    owners = {pk: side for side, pk in sides.items()}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            mine = [field for m, field in singing() if m is model]
            column = PERSON.get(table) or ("id" if table == "accounts_organization" else "organization_id")
            if not mine:
                continue
            names = ", ".join(f'"{field.column}"' for field in mine)
            cursor.execute(f'SELECT id, "{column}", {names} FROM "{table}"')
            for pk, owner, *values in cursor.fetchall():
                side = people.get(owner) if table in PERSON else owners.get(owner)
                if side is None:
                    continue
                new = [
                    value(side, name_of(model, field), field, pk, was) for field, was in zip(mine, values, strict=True)
                ]
                places = ", ".join(f'"{field.column}" = %s' for field in mine)
                cursor.execute(f'UPDATE "{table}" SET {places} WHERE id = %s', [*new, pk])
                if table in {"tickets_attachment", "contracts_documentfile"}:
                    keep_file(side, new[[field.column for field in mine].index("key")])
        cursor.execute("UPDATE account_emailaddress a SET email = u.email FROM accounts_user u WHERE u.id = a.user_id")
        cursor.execute("SET session_replication_role = origin")


def keep_file(side: str, key: str) -> None:
    """A file's content sings too."""
    if not store().exists(key):
        store().save(key, ContentFile(f"{word(side, 'file')} inside\n".encode()))


def silent(sides: dict[str, int], people: dict[int, str]) -> list[str]:
    """Columns without a canary of each client: where nothing sings, nothing could be found."""
    found = []
    with connection.cursor() as cursor:
        for model, field in singing():
            for side in sides:
                cursor.execute(
                    f'SELECT count(*) FROM "{model._meta.db_table}" WHERE "{field.column}"::text ILIKE %s',
                    [f"%{word(side, name_of(model, field))}%"],
                )
                if not cursor.fetchone()[0]:
                    found.append(f"{name_of(model, field)} of {side}")
    return found


def loudest(found: Iterable[str]) -> str:
    return ", ".join(sorted(found))
