"""A world of two clients that mirror each other, every column of words in it stamped with canaries, and who walks in it.

It is built once for a module, in a transaction that is never committed, on a superuser's connection that speaks as the
app's role: so one connection can ask as the portal does, and look past every wall between two requests.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import dj_database_url
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models, transaction
from django.test import Client

from accounts.models import Assignment, Membership, Organization, Team, TenantModel, User
from accounts.roles import ClientRole, StaffRole
from accounts.services import invite, leave
from common import tenancy
from common.files import store
from conftest import NOW, login_as
from contracts import services as contracts
from contracts.models import (
    ChangeRequest,
    DocumentFile,
    OnboardingActivity,
    OnboardingPlan,
    Proposal,
    StandardEdition,
    StandardFile,
)
from contracts.services import editing
from escalation.models import Escalation, EscalationStep, SetAside
from integrations.models import ApiToken, IdempotencyRecord
from integrations.services import create_token
from slo import services as slo
from slo.models import CalendarChange
from tests.cast import PASSWORD, make_cast
from tests.contracts.changing import propose, proposed, sign, signed
from tests.contracts.pdfs import pdf
from tests.contracts.writing import bound
from tests.tickets.acting import act, fresh, opened
from tickets import services
from tickets.models import Attachment, ImpactMove, ImpactPreview, Message

from . import canaries

# Who walks. The first four belong to nobody's client (any more), the next three to Northwind, then Globex's, then ours.
PEOPLE = {
    "anon": "nobody signed in", "eve": "an account without any client", "zoe": "left Northwind, which ended her session",
    "ivan": "Northwind's, switched off, still signed in",
    "ann": "Northwind's requester", "rosa": "Northwind's approver", "carl": "Northwind's administrator",
    "bob": "Globex's requester", "gina": "Globex's approver", "hugo": "Globex's administrator",
    "kim": "our consultant, serves nobody", "julien": "our consultant, serves Globex alone",
    "olga": "our account manager, serves Globex alone",
    "lea": "our consultant, serves both", "max": "our account manager, serves both", "nadia": "our lead",
    "ada": "our administrator",
}  # fmt: skip
SIDES = {  # whose canaries a person may hear
    **dict.fromkeys(("anon", "eve", "zoe", "ivan", "kim"), frozenset[str]()),
    **dict.fromkeys(("ann", "rosa", "carl"), frozenset({"northwind"})),
    **dict.fromkeys(("bob", "gina", "hugo", "julien", "olga"), frozenset({"globex"})),
    **dict.fromkeys(("lea", "max", "nadia", "ada"), frozenset({"northwind", "globex"})),
}
OF_CLIENTS = {
    "northwind": ("ann", "rosa", "carl", "ivan"), "globex": ("bob", "gina", "hugo"),
}  # fmt: skip


@contextmanager
def superuser() -> Iterator[None]:
    """Past every wall, in the same transaction; afterwards the app again."""
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION AUTHORIZATION DEFAULT")
        yield
        cursor.execute("SET SESSION AUTHORIZATION totalcare_app")


@contextmanager
def as_role(role: str) -> Iterator[None]:
    """Another login role for a while."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION AUTHORIZATION totalcare_{role}")
        yield
        cursor.execute("SET SESSION AUTHORIZATION totalcare_app")


@contextmanager
def put_back() -> Iterator[None]:
    """Whatever happens inside is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def lasting(now: datetime = NOW) -> Iterator[SimpleNamespace]:
    """The world, at a time that stands still, for as long as this lasts."""
    declare = tenancy.declare
    url = dj_database_url.parse(os.environ["DATABASE_ADMIN_URL"])
    connection.close()
    connection.settings_dict.update(USER=url["USER"], PASSWORD=url["PASSWORD"])

    def declared(scope: tenancy.Scope) -> datetime:
        declare(scope)
        return now

    tenancy.declare = declared
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET SESSION AUTHORIZATION totalcare_app")
            yield build(now)
            transaction.set_rollback(True)
    finally:
        tenancy.declare = declare
        login_as("app")


def build(now: datetime) -> SimpleNamespace:
    """Both sides, their rows, their canaries; then a story told in canaries, so that mails sing too."""
    cast = make_cast(now)
    newcomers(cast)
    sides = {name: side(cast, name) for name in ("northwind", "globex")}
    ids = {name: getattr(cast, name).pk for name in sides}
    people = {getattr(cast, who).pk: name for name, those in OF_CLIENTS.items() for who in those}
    with superuser():
        for name, one in sides.items():
            for model in apps.get_models():
                if issubclass(model, TenantModel) or hasattr(model, "organization_id"):
                    fill(model, ids[name], one, now)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        canaries.stamp(ids, people)
        standard = standard_file(now)
    with tenancy.everyone():
        for one in [*vars(cast).values(), *(row for s in sides.values() for row in vars(s).values())]:
            if isinstance(one, models.Model):
                one.refresh_from_db()
                getattr(one, "organization", None)  # kept with the row: outside of a scope nobody could read it
    foreseen(cast, sides, now)
    world = SimpleNamespace(
        **vars(sides["northwind"]), calendar_change=recalendared(cast, now), cast=cast, ids=ids, people=people, now=now
    )
    world.mirror = SimpleNamespace(**vars(sides["globex"]), calendar_change=world.calendar_change, cast=mirrored(cast))
    world.standard_file = world.mirror.standard_file = standard
    world.cookies = {who: signed_in(cast, who) for who in PEOPLE}
    world.secrets = {
        "bob, of another client": token(cast.bob, cast.globex),
        "gina, who approves for another client": token(cast.gina, cast.globex),
        "julien, who serves another client": token(cast.julien, None),
        "kim, who serves nobody": token(cast.kim, None),
        "lea, by a token for another client": token(cast.lea, cast.globex),
        "nadia, by a token for another client": token(cast.nadia, cast.globex),
        "ivan, who left": token(cast.ivan, cast.northwind),
        "zoe, who left": token(cast.zoe, cast.northwind),
        **{who: token(getattr(cast, who), cast.northwind) for who in ("ann", "rosa", "carl", "lea", "max", "nadia")},
    }
    with tenancy.everyone():
        ApiToken.objects.update(last_used_at=now)  # or each first use would be a row that changes
        cast.ivan.is_active = False
        cast.ivan.save()
        membership = Membership.objects.get(user=cast.zoe)
    act(cast.ada, leave, membership=membership, now=now)
    return world


def mirrored(cast: SimpleNamespace) -> SimpleNamespace:
    """The cast with Globex in Northwind's place."""
    return SimpleNamespace(
        **{name: getattr(cast, name) for name in vars(cast)}
        | {"northwind": cast.globex, "northwind_contract": cast.globex_contract, "ann": cast.bob, "rosa": cast.gina}
    )


def foreseen(cast: SimpleNamespace, sides: dict[str, SimpleNamespace], now: datetime) -> None:
    """What each side's waiting text would move, counted, with a request of that side in it."""
    for one in sides.values():
        with tenancy.everyone():
            proposal = Proposal.objects.select_related("document__amends", "document__contract__organization").get(
                change=one.change
            )
            preview = services.foresee(actor=cast.ada, proposal=proposal, now=now)
            ImpactMove.objects.create(
                organization=one.organization, preview=preview, ticket=one.ticket, before=now + timedelta(hours=2),
                after=now + timedelta(hours=1), shift_seconds=-3600,
            )  # fmt: skip
            services.foreseeing._batch(preview, now)
            preview.state, preview.finished_at = ImpactPreview.State.DONE, now
            preview.save()


def recalendared(cast: SimpleNamespace, now: datetime) -> CalendarChange:
    """A draft for the calendar of both sides, with what it would move of both."""
    with tenancy.everyone():
        change = slo.draft_change(
            actor=cast.ada, calendar=cast.northwind_contract.calendar, zone="Europe/Paris", weekly={"0": [["09:00", "10:00"]]},
            holidays={}, effective_at=None, now=now,
        )  # fmt: skip
        slo.foresee_batch(change, now)
        change.state, change.finished_at = CalendarChange.State.DONE, now
        change.save()
        return change


def newcomers(cast: SimpleNamespace) -> None:
    """The people whom the cast lacks."""
    with tenancy.everyone():
        for who, fields in {
            "eve": {}, "zoe": {}, "ivan": {}, "hugo": {}, "kim": {"staff_role": StaffRole.CONSULTANT},
            "olga": {"staff_role": StaffRole.ACCOUNT_MANAGER},
        }.items():  # fmt: skip
            setattr(cast, who, User.objects.create_user(f"{who}@example.com", PASSWORD, name=who.title(), **fields))
        for organization, person, role in (
            (cast.northwind, cast.zoe, ClientRole.CLIENT_ADMIN), (cast.northwind, cast.ivan, ClientRole.APPROVER),
            (cast.globex, cast.hugo, ClientRole.CLIENT_ADMIN),
        ):  # fmt: skip
            Membership.objects.create(organization=organization, user=person, role=role)
        for person in (cast.julien, cast.olga):
            Assignment.objects.create(organization=cast.globex, user=person)
        for who in PEOPLE:
            if who != "anon":
                person = getattr(cast, who)
                EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)


def side(cast: SimpleNamespace, name: str) -> SimpleNamespace:
    """Something of one client's for every kind of address."""
    now = cast.now
    mine = {"organization": getattr(cast, name)}
    contract, ladder = getattr(cast, f"{name}_contract"), getattr(cast, f"{name}_ladder")
    requester, admin = (cast.ann, cast.carl) if name == "northwind" else (cast.bob, cast.hugo)
    clause = bound(contract, {"slo.first_response.high": "30"}, title="The order", translation="Sous une demi-heure.")
    change, change_signed = changes(cast if name == "northwind" else mirrored(cast))
    act(cast.max, contracts.grant, contract=contract, minutes=600, worked_on=now.date(), memo="x", now=now)
    ticket = opened(cast, client=name, files=[SimpleUploadedFile("a.txt", b"A")])
    act(cast.lea, services.note, ticket_id=ticket.pk, body="x", now=now, files=[SimpleUploadedFile("b.txt", b"B")])
    work_log = act(
        cast.lea, services.log_time, ticket_id=ticket.pk, minutes=20, summary="x", worked_on=now.date(), now=now
    )
    act(cast.lea, services.decide_scope, ticket_id=ticket.pk, scope="in_scope", reason="x", now=now)
    line = act(cast.lea, contracts.add_responsibility, head="access", title="x", owner_name="x", now=now, **mine)
    blocking = act(cast.lea, services.block, ticket_id=ticket.pk, responsibility_id=line.pk, now=now)
    invitation = act(admin, invite, email=f"{name}@new.example", name="New", role="requester", now=now, **mine)
    token, _secret = act(requester, create_token, name="x", days=30, now=now, **mine)
    with tenancy.everyone():
        escalation = Escalation.objects.create(
            **mine, ticket=ticket, ladder=ladder, cause="persists", level=2, opened_at=now, entered_at=now,
            acknowledge_by=now + timedelta(hours=1), next_at=now + timedelta(hours=1),
        )  # fmt: skip
        EscalationStep.objects.create(**mine, escalation=escalation, level=2, cause="persists", reason="x", at=now)
        aside = SetAside.objects.create(
            **mine, kind="clock", row_id=ticket.clocks.get().clock_id, ticket=ticket, error="ValueError", failed_at=now,
            retry_at=now + timedelta(hours=1),
        )  # fmt: skip
        IdempotencyRecord.objects.create(
            **mine, user=requester, key="x", request_digest="x", status=201, body="{}", at=now
        )
        membership = Membership.objects.get(user=requester)
        assignment = Assignment.objects.get(user=cast.lea, **mine)
        team = Team.objects.create(**mine, name="x")
        plan = OnboardingPlan.objects.create(**mine, contract=contract, commences_on=now.date(), began_at=now)
        activity = OnboardingActivity.objects.create(
            **mine, plan=plan, key="x", title_en="x", title_fr="x", description_en="x", description_fr="x",
            evidence="x", evidence_link="x", due_on=now.date(),
        )  # fmt: skip
        kept = DocumentFile.objects.get(document__proposal__change=change)
        attachment, inside = Attachment.objects.filter(message__ticket=ticket).order_by("id")
        return SimpleNamespace(
            ticket=ticket, invitation=invitation, change=change, change_signed=change_signed, work_log=work_log, escalation=escalation, attachment=attachment,
            inside=inside, note=Message.objects.get(pk=inside.message_id), clause=clause, document=clause.document, token=token,
            clock_id=ticket.clocks.get().clock_id, contract=contract, organization=mine["organization"],
            line=line, blocking=blocking, requester=requester, membership=membership, assignment=assignment, team=team,
            activity=activity, pdf=kept, aside=aside,
        )  # fmt: skip


def changes(cast: SimpleNamespace) -> tuple[ChangeRequest, ChangeRequest]:
    """A text that waits for signatures, one given and one void, and an amendment that binds: of who stands in Northwind's place."""
    low = "slo.first_response.low"
    msa = fresh(bound(cast.northwind_contract, {low: "900"}, kind="msa", title="The MSA").document)
    binding = signed(cast, title="The amendment", amends=msa, terms={low: "800"})
    proposal = proposed(cast, title="The proposal", amends=msa, terms={low: "700"}, effective_on=date(2027, 1, 1))
    sign(cast.max, proposal, cast)
    with tenancy.everyone():
        clause = proposal.document.clauses.get()
    act(cast.ada, editing.edit, part=clause, fields=["text"], now=cast.now)
    act(cast.max, contracts.attach_file, document=proposal.document, language="en", file=pdf(), now=cast.now)
    sign(cast.max, propose(cast, proposal), cast)
    return proposal.change, binding.change


def fill(model: type[models.Model], organization_id: int, one: SimpleNamespace, now: datetime) -> None:
    """A row of a tenant's table that the story leaves empty, made of whatever its columns take: a new model sings at once."""
    if model._meta.db_table == "accounts_organization":
        return
    rows: Any = model._base_manager.filter(organization_id=organization_id)
    if rows.exists():
        return
    values: dict[str, Any] = {"organization_id": organization_id}
    for field in model._meta.concrete_fields:
        if field.primary_key or field.attname in values or field.null or field.has_default():
            continue
        values[field.attname] = plausible(field, organization_id, one, now)
    with connection.cursor() as cursor:  # without triggers: it may be part of what is published
        cursor.execute("SET session_replication_role = replica")
        model._base_manager.bulk_create([model(**values)])
        cursor.execute("SET session_replication_role = origin")


def standard_file(now: datetime) -> StandardFile:
    """A PDF of the guide, as if it had been published with it."""
    edition = StandardEdition.objects.get(document__slug="total-care-guide", status="published")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        made = StandardFile.objects.create(
            edition=edition, language="fr", name="guide.pdf", size=3, sha256="0" * 64, key="standard/guide", at=now
        )
        cursor.execute("SET session_replication_role = origin")
    if not store().exists(made.key):
        store().save(made.key, ContentFile(b"PDF"))
    return made


def plausible(field: Any, organization_id: int, one: SimpleNamespace, now: datetime) -> Any:
    """A value for a column that must have one."""
    if field.is_relation:
        parent = field.related_model
        if parent is User:
            return one.requester.pk
        rows = parent._base_manager.all()
        if any(f.attname == "organization_id" for f in parent._meta.concrete_fields):
            rows = rows.filter(organization_id=organization_id)
        return rows.values_list("pk", flat=True).order_by("pk")[0]
    if field.choices:
        return field.choices[0][0]
    kinds: tuple[tuple[type, Any], ...] = (
        (models.GenericIPAddressField, "192.0.2.1"),
        (models.DateTimeField, now), (models.DateField, now.date()), (models.BooleanField, False),
        (models.JSONField, {}), (models.TextField, "x"), (models.CharField, "x"),
    )  # fmt: skip
    return next((value for kind, value in kinds if isinstance(field, kind)), 1)


def token(person: User, organization: Organization | None) -> str:
    """The secret of a new token."""
    return str(act(person, create_token, name="Walk", organization=organization, days=30, now=NOW)[1])


def signed_in(cast: SimpleNamespace, who: str) -> dict[str, str]:
    """The cookies of a session."""
    client = Client()
    if who != "anon":
        person = getattr(cast, who)
        client.force_login(person)
        side = next((name for name, people in OF_CLIENTS.items() if who in people), None)
        browser = canaries.word(side, "usersessions_usersession.user_agent") if side else "a browser"
        UserSession.objects.create(
            user=person, ip="127.0.0.1", session_key=client.session.session_key, user_agent=browser
        )
    return {name: one.value for name, one in client.cookies.items()}
