"""Every column that holds a client's words sings. Nobody else's page, answer, file, mail, log line or cache may sing along."""

from __future__ import annotations

import io
import logging
import logging.config
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import override_settings

from accounts.services import invite
from audit.models import Event
from common import tenancy
from contracts import services as contracts
from contracts.models import Contract, Exclusion
from escalation.services import acknowledge, persist
from escalation.services.tick import tick
from notifications.mail import compose
from notifications.models import Delivery
from tests.tickets.acting import act
from tickets import services
from totalcare import logs

from . import canaries
from .canaries import SIDES as CLIENTS
from .routes import ROUTES
from .walking import OURS, Walker
from .world import PEOPLE, SIDES, as_role, changes, mirrored, put_back, superuser

pytestmark = pytest.mark.django_db
# Columns that no page of the walk shows to anybody, and why that is right.
UNSEEN = {
    "contracts_onboardingactivity.title_fr": "to who reads French, and everybody here reads English",
    "contracts_onboardingactivity.description_fr": "to who reads French, and everybody here reads English",
    "integrations_idempotencyrecord.key": "the machine's own, compared and never shown",
    "integrations_idempotencyrecord.body": "shown to who asks again: tests/api/test_idempotency.py",
    "contracts_documentfile.key": "where a file lies is nobody's business",
    "tickets_attachment.key": "where a file lies is nobody's business",
}


def routes() -> list[str]:
    return [name for name in ROUTES if name in OURS]


# The net itself


def test_every_column_of_words_sings(world: SimpleNamespace):
    """A new table gets a row by itself, a new column a canary: only what is in MUTE is not watched."""
    with superuser():
        assert canaries.silent(world.ids, world.people) == []


def test_what_is_not_watched_exists():
    known = {canaries.name_of(model, field) for model, field in canaries.columns()}
    assert set(canaries.MUTE) - known == set()
    tables = {model._meta.db_table for model, _ in canaries.columns()}
    assert not tables & canaries.NOBODYS


def test_no_canary_is_another():
    words = {canaries.word(side, name) for side in CLIENTS for name in canaries.CODES}
    assert len(words) == len(CLIENTS) * len(canaries.CODES)


def test_a_song_is_heard_in_any_case_and_between_other_letters():
    name = "tickets_ticket.subject"
    song = f"…%22{canaries.word('globex', name).upper()}-1&quot;"
    assert canaries.heard(song, "globex") == {name}
    assert canaries.heard(song, "northwind") == set()


# Pages, fragments, answers, files


def test_the_own_clients_words_do_show(walker: Walker):
    """The control: whoever belongs to Northwind, or serves it, meets every watched column somewhere."""
    heard: set[str] = set()
    for who in ("carl", "ann", "lea", "max"):
        for name in routes():
            heard |= canaries.heard(walker.got(who, name).text, "northwind")
    for url in walker.admin.values():
        heard |= canaries.heard(walker.ask("ada", "GET", url).text, "northwind")
    watched = set(canaries.CODES) - {"unset"} - set(UNSEEN)
    assert sorted(watched - heard) == []
    assert sorted(heard & set(UNSEEN)) == []


# Mails


@pytest.fixture
def told(world: SimpleNamespace) -> Iterator[list[Delivery]]:
    """A story of each client's, told in its canaries, and all mails that came of it."""
    cast, now = world.cast, world.now
    with put_back():
        with tenancy.everyone():  # what is older was told while those who left were still there
            before = Delivery.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        for client, one in (("northwind", world), ("globex", world.mirror)):
            requester, ticket = one.requester, one.ticket
            said = canaries.word(client, "tickets_message.body")
            lead = {"actor": cast.nadia, "ticket_id": ticket.pk, "now": now}
            asked = {
                "organization": one.organization,
                "contract": one.contract,
                "subject": said,
                "body": said,
                "now": now,
            }
            one.late = act(requester, services.open_ticket, impact="team", urgency="blocked", **asked)
            side = act(requester, services.open_ticket, impact="team", urgency="blocked", channel="email", **asked)
            with tenancy.everyone():
                what = services.contestable_of(side, None)[0].key
            contested = {"ticket_id": side.pk, "objective": "first_response", "what": what, "words": said, "now": now}
            act(requester, services.contest, **contested)
            act(requester, services.reply, ticket_id=ticket.pk, body=said, now=now)
            act(requester, persist, ticket_id=ticket.pk, reason=said, now=now)
            with tenancy.user(cast.nadia):
                services.assign(**lead, assignee=cast.lea)
                services.note(**lead, body=said)
                services.prioritize(**lead, priority="medium", reason=said)
                acknowledge(
                    actor=cast.nadia, escalation_id=one.escalation.pk, update_by=now + timedelta(hours=5), now=now
                )
                services.log_time(**lead, minutes=1200, summary=said, worked_on=now.date())
            act(requester, services.reply, ticket_id=ticket.pk, body=said, now=now)
            contract_story(cast, one, client, said, now)
        with as_role("worker"):
            with tenancy.engine():
                contracts.take_effect(now=now + timedelta(days=20))
                contracts.remind_renewals(now=now)
            for hours in (1, 26, 50):
                tick(now=now + timedelta(hours=hours))
        for one in (world, world.mirror):
            said = canaries.word("northwind" if one is world else "globex", "tickets_message.body")
            excused = {"ticket_id": one.late.pk, "objective": "first_response", "reason": said}
            act(cast.max, services.propose_excusal, **excused, now=now + timedelta(days=3))
            act(cast.lea, services.reply, ticket_id=one.ticket.pk, body=said, seen=None, now=now + timedelta(days=4))
            act(cast.lea, services.resolve, ticket_id=one.ticket.pk, answer=said, now=now + timedelta(days=4))
        with tenancy.everyone():
            yield list(Delivery.objects.filter(pk__gt=before, template__in=templates()))


def contract_story(cast: SimpleNamespace, one: SimpleNamespace, client: str, said: str, now: datetime) -> None:
    """Asked for, declined, signed, withdrawn; onboarded, renewed and about to be renewed; decided and blocked."""
    declined = act(one.requester, contracts.ask, contract=one.contract, what=said, why=said, now=now)
    act(cast.max, contracts.decline, change=declined, reason=said, now=now)
    waiting, _binding = changes(cast if client == "northwind" else mirrored(cast))
    with tenancy.everyone():
        proposal = waiting.proposals.get()
    act(cast.max, contracts.withdraw, proposal=proposal, reason=said, now=now)
    draft = Contract(
        organization=one.organization, reference=said[:30], starts_on=now.date(), calendar=cast.paris, plan="on_demand"
    )
    with tenancy.everyone():
        draft.save()
    plan = act(cast.ada, contracts.begin_onboarding, contract=draft, now=now)
    with tenancy.everyone():
        activities = list(plan.activities.values_list("pk", flat=True))
    act(cast.lea, contracts.hand_over, activity_id=activities[0], state="waiting_for_client", reason=said, now=now)
    approver = cast.rosa if client == "northwind" else cast.gina
    for pk in activities:
        act(cast.lea, contracts.show_evidence, activity_id=pk, evidence=said, now=now)
        act(cast.lea, contracts.agree, activity_id=pk, side="house", now=now)
        act(approver, contracts.agree, activity_id=pk, side="client", now=now)
    act(cast.ada, contracts.end, contract=draft, reason=said, now=now)
    act(
        cast.max, invite, organization=one.organization, email=f"{client}-2@new.example", name=said, role="requester", now=now
    )  # fmt: skip
    soon = now.date() + timedelta(days=25)
    act(cast.max, contracts.renew, contract=one.contract, renews_on=soon, ends_on=None, now=now)
    excluded = {"scope": "excluded", "exclusion": Exclusion.objects.first()}
    act(cast.lea, services.decide_scope, ticket_id=one.ticket.pk, reason=said, now=now, **excluded)
    line = act(
        cast.lea, contracts.add_responsibility, organization=one.organization, head="access", title=said, now=now
    )
    act(cast.lea, services.block, ticket_id=one.ticket.pk, responsibility_id=line.pk, now=now)


OF_NO_CLIENT = {
    "engine_returned",
    "engine_stopped",
}  # past the outbox, about a machine: tests/escalation/test_outage.py


def templates() -> set[str]:
    return {
        path.name for path in (Path(settings.BASE_DIR) / "templates/mail").iterdir() if path.is_dir()
    } - OF_NO_CLIENT


def test_a_mail_sings_of_its_own_client_alone(world: SimpleNamespace, told: list[Delivery]):
    sides = {pk: side for side, pk in world.ids.items()}
    heard: dict[str, set[str]] = {}
    for one in told:
        mail: Any = compose(one)
        text = "\n".join([*map(str, mail.message().values()), mail.subject, mail.body, mail.alternatives[0][0]])
        mine = sides[one.organization_id]
        assert [canaries.heard(text, side) for side in CLIENTS if side != mine] == [set()], (one.template, text)
        heard.setdefault(one.template, set()).update(canaries.heard(text, mine))
    assert set(heard) == templates()
    assert [name for name, columns in heard.items() if not columns] == []  # the control


def test_a_mail_goes_to_nobody_outside(world: SimpleNamespace, told: list[Delivery]):
    may = {getattr(world.cast, who).pk: sides for who, sides in SIDES.items() if who != "anon"}
    sides = {pk: side for side, pk in world.ids.items()}
    strangers = [
        one for one in told if one.recipient_id and sides[one.organization_id] not in may.get(one.recipient_id, set())
    ]
    assert strangers == []


def test_events_remember_no_words(world: SimpleNamespace, told: list[Delivery]):
    """Names and texts lie in rows that can be erased; an event can't be (domain §11)."""
    with tenancy.everyone():
        songs = [(one.verb, one.data) for one in Event.objects.all() if canaries.SONG.search(str(one.data))]
    assert songs == []


# Log lines


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the process logs at its most talkative, as production writes it."""
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    monkeypatch.setenv("LOG_FORMAT", "json")
    out = io.StringIO()
    configuration = logs.configuration()
    configuration["handlers"]["console"]["stream"] = out
    logging.config.dictConfig(configuration)
    yield out
    logging.config.dictConfig(settings.LOGGING)


@pytest.mark.parametrize("who", ["anon", "carl", "bob", "lea"])
def test_logs_hold_nobodys_words(walker: Walker, lines: io.StringIO, who: str):
    for name in routes():
        walker.both(who, name)
    written = lines.getvalue()
    assert written.count("\n") > len(routes())
    assert sorted({line for line in written.splitlines() if canaries.SONG.search(line)}) == []


def test_nor_when_a_view_breaks_over_them(walker: Walker, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch):
    """PostgreSQL quotes the row that it refuses; the log keeps the error and leaves the row out."""

    def broken(**_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO tickets_message SELECT * FROM tickets_message LIMIT 1")

    monkeypatch.setattr("tickets.services.reply", broken)
    seen = walker.both("ann", "tickets:reply")["POST"]
    assert seen.status == 500
    assert "IntegrityError" in lines.getvalue()
    assert not canaries.SONG.search(lines.getvalue())


# The cache


def kept(server: Any) -> Iterator[str]:
    """Every key of the cache's server and what is under it, whatever its kind."""
    for key in server.scan_iter(count=1000):
        kind = server.type(key).decode()
        read = {
            "string": lambda key=key: [server.get(key)],
            "list": lambda key=key: server.lrange(key, 0, -1),
            "set": lambda key=key: server.smembers(key),
            "zset": lambda key=key: server.zrange(key, 0, -1),
            "hash": lambda key=key: [part for pair in server.hgetall(key).items() for part in pair],
        }[kind]
        yield " ".join(part.decode("utf-8", "replace") for part in [key, *filter(None, read())])


def test_the_cache_holds_nobodys_words(walker: Walker, monkeypatch: pytest.MonkeyPatch):
    backend = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": settings.REDIS_URL}
    server = redis.Redis.from_url(settings.REDIS_URL)
    with override_settings(CACHES={"default": {**backend, "KEY_PREFIX": "canaries"}}):
        monkeypatch.setattr(walker, "forgets", False)
        for who in ("anon", "carl", "lea"):
            for name in routes():
                walker.both(who, name)
        found = list(kept(server))
        assert [one for one in found if canaries.SONG.search(one)] == []
        assert [one for one in found if "canaries:" in one] != []  # throttles and sign-ins count there
        cache.set("control", {"said": canaries.word("globex", "tickets_message.body")}, 5)
        assert [one for one in kept(server) if canaries.heard(one, "globex")] != []
        cache.delete("control")


def test_everybody_walks():
    assert set(PEOPLE) == set(SIDES)
