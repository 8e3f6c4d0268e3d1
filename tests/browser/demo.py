"""The demo's data in an empty database, and what the pages' addresses need of it, as JSON: `python -m tests.browser.demo`.

With the worker's login. Sessions are made here too, so that nobody has to type a password a hundred times.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Seed, let the tick and the mails have their turn, and print the facts."""
    import django

    django.setup()
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody signs in by password here
    print(json.dumps(prepare()))


def prepare() -> dict[str, Any]:
    """Write everything; the facts by name, and under `sessions` the cookie of each person by key."""
    from allauth.account.forms import default_token_generator
    from allauth.account.models import EmailAddress, EmailConfirmationHMAC
    from allauth.account.utils import user_pk_to_url_str
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal import auth as totp
    from allauth.usersessions.models import UserSession

    from accounts import services as accounts
    from accounts.models import Assignment, Membership, Organization, Team, User
    from accounts.services.invitations import token_of
    from common import clock, tenancy
    from contracts.models import ChangeRequest, Contract, OnboardingActivity, OnboardingPlan, Proposal
    from escalation import services as escalation
    from escalation.models import EngineMinute, Escalation
    from escalation.services import aside
    from notifications import services as notifications
    from notifications.selectors import letters
    from portal.demo.people import CAST
    from portal.demo.seed import seed
    from slo import services as slo
    from slo.models import BusinessCalendar, Clock
    from tickets import services
    from tickets.models import Blocking, Ticket
    from tickets.workflow import Status

    now = clock.now()
    seed(now - timedelta(minutes=5))  # two critical requests are missed meanwhile
    escalation.tick_and_tell(now=now)
    with tenancy.engine():
        people = {one.key: User.objects.get(email=one.email) for one in CAST}
        northwind = Organization.objects.get(key="NW")
        guest = User.objects.create_user("guest@northwind.example", None, name="Grace Guest")
        EmailAddress.objects.create(user=guest, email=guest.email, verified=True, primary=True)
        accounts.join(actor=people["ada"], organization=northwind, person=guest, role="requester", now=now)
        people["guest"] = guest
        totp.TOTP.activate(guest, totp.generate_totp_secret())
        RecoveryCodes.activate(guest)
        pending = EmailAddress.objects.create(user=people["rosa"], email="rosa.diaz@northwind.example")
        sessions = {key: session(person) for key, person in people.items()}
        for agent, ip in (
            ("Mozilla/5.0 (Windows NT 10.0) Firefox/140.0", "192.0.2.14"),
            ("Mozilla/5.0 (iPhone) Safari/605", "192.0.2.77"),
        ):
            UserSession.objects.create(
                user=people["guest"], ip=ip, user_agent=agent,
                session_key=sessions["guest"] if "Windows" in agent else session(guest),
            )  # fmt: skip
    with tenancy.engine():
        invitation = accounts.invite(
            actor=people["ada"], organization=northwind, email="zoe@northwind.example", name="Zoe Zimmer",
            role="requester", now=now,
        )  # fmt: skip
        tickets = Ticket.objects.filter(organization=northwind).select_related("organization").order_by("id")
        hour = now.replace(second=0, microsecond=0) - timedelta(hours=1)
        EngineMinute.objects.bulk_create(  # an hour's work, with a pause of three minutes
            EngineMinute(at=hour + timedelta(minutes=nth), ticks=6, steps_fired=nth * nth % 7 * (nth % 3))
            for nth in range(1, 60)
            if nth not in {31, 32, 33}
        )
        for clock in Clock.objects.filter(verdict="running").order_by("id")[:2]:  # as if the engine had failed on them
            aside.put_aside(kind="clock", row_id=clock.pk, error=ArithmeticError(), now=now)
        open_one = Escalation.objects.filter(closed_at=None, acknowledged_at=None, organization=northwind)
        late = open_one.filter(ticket__requester=people["ann"]).order_by("id").first()
        assert late is not None
        working = tickets.filter(status=Status.IN_PROGRESS).first()
        closed = tickets.filter(status=Status.CLOSED).last()
        assert working is not None
        assert closed is not None
        changes = ChangeRequest.objects.order_by("id")
        blocking = Blocking.objects.select_related("ticket__organization").get()
        facts = {
            "doubted": tickets.get(scope="looks_excluded").reference,
            "quoted": Ticket.objects.select_related("organization").get(scope="to_be_quoted").reference,
            "blocked": blocking.ticket.reference,
            "line": blocking.responsibility_id,
            "client": northwind.key,
            "contract": Contract.objects.get(organization=northwind).pk,
            "calendar": Contract.objects.get(organization=northwind).calendar_id,
            "guide": "total-care-guide",
            "onboarding": OnboardingPlan.objects.get().contract_id,
            "activity": OnboardingActivity.objects.get(state="waiting_for_client").pk,
            "member": Membership.objects.get(organization=northwind, user=people["ann"]).pk,
            "administrator": Membership.objects.get(organization=northwind, user=people["carl"]).pk,
            "team": Team.objects.get(organization=northwind).pk,
            "assignment": Assignment.objects.get(organization=northwind, user=people["julien"]).pk,
            "contract_without_changes": Contract.objects.filter(organization__key="INI")
            .values_list("pk", flat=True)
            .order_by("pk")[0],
            "change": changes.get(organization=northwind, status="drafted").pk,
            "change_asked": changes.get(organization=northwind, status="asked").pk,
            "change_signed": changes.get(organization__key="GLX").pk,
            "late": late.ticket.reference,
            "objective": "first_response",
            "number": 1,
            "escalation": late.pk,
            "working": working.reference,
            "closed": closed.reference,
            "selected": "".join(f"&selected={one.pk}" for one in (late.ticket, working, closed)),
            "token": token_of(invitation),
            "forged": "forged",
            "email_key": EmailConfirmationHMAC(pending).key,
            "reset_person": user_pk_to_url_str(people["ann"]),
            "reset_key": default_token_generator.make_token(people["ann"]),
            "sessions": sessions,
        }
    with tenancy.engine():
        drafts = []
        for one in BusinessCalendar.objects.exclude(name="Around the clock").order_by("-name"):
            last = one.editions.get()
            drafts.append(slo.draft_change(
                actor=people["ada"], calendar=one, zone=last.zone, weekly={str(day): [["10:00", "16:00"]] for day in range(5)},
                holidays=last.holidays | {"2026-12-24": "Christmas Eve"}, effective_at=None, now=now,
            ))  # fmt: skip
        proposal = Proposal.objects.get(change_id=facts["change"])
        services.foresee(actor=people["rosa"], proposal=proposal, now=now)
    services.follow_calendars()
    services.count_impact()
    with tenancy.engine():
        slo.foresee_change_again(actor=people["ada"], change=drafts[1], now=now)
    facts |= {"calendar": drafts[0].calendar_id, "calendar_change": drafts[0].pk, "calendar_change_waits": drafts[1].pk}
    notifications.send_due(now=now)
    return facts | {"mail": letters()[0].name}


def session(person: Any) -> str:
    """A session of this person, as the sign-in page would have begun it."""
    from allauth.account.internal.flows import login
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    # The password was given, and is for hours: no page asks for it again.
    store[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(person.pk)
    store[login.AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": time.time() + 36_000, "reauthenticated": True}
    ]
    store.save()
    return str(store.session_key)


def facts_of(env: Mapping[str, str]) -> dict[str, Any]:
    """Run this module as the worker on that database."""
    made = subprocess.run(
        [sys.executable, "-m", "tests.browser.demo"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
        env={"DJANGO_SETTINGS_MODULE": "totalcare.settings", **env, "DEBUG": "1", "DATABASE_ROLE": "worker"},
    )  # fmt: skip
    if made.returncode:
        raise RuntimeError(made.stderr)
    facts: dict[str, Any] = json.loads(made.stdout.splitlines()[-1])
    return facts


@contextlib.contextmanager
def served(env: Mapping[str, str], log: Path) -> Iterator[str]:
    """The portal as the app's role on a free port of this machine, for as long as the block; yields its address."""
    from totalcare.embedded.state import free_port

    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", "gunicorn", "totalcare.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    command += ["--worker-class", "gthread", "--threads", "4", "--no-control-socket", "--log-level", "warning"]
    with log.open("w") as lines:
        web = subprocess.Popen(
            command, cwd=ROOT, stdout=lines, stderr=lines, env={**env, "DEBUG": "1", "DATABASE_ROLE": "app"}
        )
        try:
            for _attempt in range(300):
                if web.poll() is not None:
                    raise RuntimeError(log.read_text())
                with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/healthz/live", timeout=5):  # noqa: S310
                    break
                time.sleep(0.1)
            yield url
        finally:
            web.terminate()
            web.wait(10)


def environment() -> dict[str, str]:
    """Of this process, for children on the same database, though it be a test's."""
    from django.db import connection

    name = connection.settings_dict["NAME"]
    keys = ("DATABASE_OWNER_URL", "DATABASE_APP_URL", "DATABASE_WORKER_URL")
    return {**os.environ, **{key: f"{os.environ[key].rsplit('/', 1)[0]}/{name}" for key in keys}}


if __name__ == "__main__":
    main()
