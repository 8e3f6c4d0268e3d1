"""What an operator sees: request ids, logs without anybody's words, metrics for the token's holder, the engine's pulse."""

import io
import json
import logging
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError, ProgrammingError, connection, transaction
from django.test import RequestFactory

from common import clock, tenancy
from conftest import login_as
from escalation.models import EngineHeartbeat
from escalation.services import tick_and_tell
from notifications.models import Delivery
from slo.models import Clock, ClockStep
from totalcare import celery as bells
from totalcare import logs

TOKEN = "a-token-of-the-tests"


def lines_of(name: str) -> tuple[logging.Handler, io.StringIO]:
    handler = logging.StreamHandler(stream := io.StringIO())
    handler.setFormatter(logs.JsonFormatter())
    handler.addFilter(logs.RouteFilter())
    logging.getLogger(name).addHandler(handler)
    return handler, stream


@pytest.fixture
def log():
    """What the logs say during a test, as objects."""
    handler, stream = lines_of("")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize("sane", ["0af7651916cd43dd8448eb211c80319c", "edge-7.request_123"])
def test_a_sane_request_id_is_kept_and_echoed(client, sane):
    assert client.get("/healthz/live", headers={"X-Request-ID": sane})["X-Request-ID"] == sane


@pytest.mark.parametrize("odd", ["", "short", "x" * 129, 'quo"te-and-more', "two words here", "-starts-with-a-dash"])
def test_another_one_is_replaced(client, odd):
    given = client.get("/healthz/live", headers={"X-Request-ID": odd})["X-Request-ID"]
    assert given != odd
    assert logs.SANE.fullmatch(given)


@pytest.mark.django_db
def test_every_answer_carries_its_id_and_each_line_of_the_log_too(client, log):
    answer = client.get("/accounts/login/", headers={"X-Request-ID": "from-the-edge"})
    assert answer["X-Request-ID"] == "from-the-edge"
    (line,) = [line for line in log() if line["logger"] == "totalcare.request"]
    assert line["request_id"] == "from-the-edge"
    assert (line["method"], line["route"], line["status"]) == ("GET", "/accounts/login/", 200)
    assert logs.request_id.get() == ""


@pytest.mark.django_db
def test_an_address_that_holds_a_secret_is_never_logged(client, log):
    client.get("/people/invitation/the-secret-token/?q=whom-i-look-for")
    client.get("/accounts/password/reset/key/1-the-secret-token/")
    client.get("/nowhere/the-secret-token/")
    text = json.dumps(log())
    assert "totalcare.request" in text
    assert "django.request" in text
    assert "the-secret-token" not in text
    assert "whom-i-look-for" not in text


def test_the_log_hides_whom_and_what_a_database_quotes(log):
    logger = logging.getLogger("anything")
    quoted = "duplicate key\nDETAIL:  Key (email)=(ann@northwind.example) already exists."
    logger.info("refused: %s", "ann@northwind.example and postgresql://app:hush@db/x")
    try:
        raise ValueError(quoted)
    except ValueError:
        logger.exception("it failed")
    text = json.dumps(log())
    assert "ValueError: duplicate key" in text
    for hidden in ("ann@", "hush", "Key (email)"):
        assert hidden not in text


def test_a_task_logs_under_the_request_that_asked_for_it_or_its_own_id():
    class Task:
        class request:  # noqa: N801 - Celery's name
            request_id = "from-the-edge"

    token = logs.request_id.set("from-the-edge")
    headers: dict[str, str] = {}
    bells.hand_on_the_request(headers=headers)
    logs.request_id.reset(token)
    assert headers == {"request_id": "from-the-edge"}
    bells.take_the_request(task_id="0f1e2d3c-task", task=Task)
    assert logs.request_id.get() == "from-the-edge"
    Task.request.request_id = ""
    bells.take_the_request(task_id="0f1e2d3c-task", task=Task)
    assert logs.request_id.get() == "0f1e2d3c-task"
    bells.forget_the_request()
    assert logs.request_id.get() == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("token", "given"), [("", ""), ("", "Bearer "), (TOKEN, ""), (TOKEN, "Bearer wrong"), (TOKEN, TOKEN)]
)
def test_metrics_are_for_the_tokens_holder_alone(client, settings, token, given):
    settings.METRICS_TOKEN = token
    answer = client.get("/metrics", headers={"Authorization": given})
    assert (answer.status_code, answer.content) == (404, b"")


def ask(client, settings) -> str:
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.django_db
def test_requests_are_counted_by_pattern(client, settings):
    client.get("/accounts/login/")
    client.get("/nowhere/at-all/")
    client.generic("PROPFIND", "/nowhere/")
    told = ask(client, settings)
    assert 'totalcare_request_seconds_count{method="GET",route="/accounts/login/",status="200"}' in told
    assert 'method="OTHER",route="unmatched"' in told
    assert "at-all" not in told
    assert "totalcare_engine" not in told  # no tick has been seen


@pytest.mark.django_db
def test_machines_are_answered_whatever_host_they_name_and_without_tls(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["portal.example"]
    for path in ("/healthz/live", "/healthz/ready"):
        assert client.get(path, headers={"Host": "10.0.0.7:8000"}).status_code == 200
    assert client.get("/accounts/login/", headers={"Host": "10.0.0.7:8000"}).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_the_tick_leaves_a_sign_of_life_that_the_web_can_read(cast, open_ticket, client, settings):
    assert client.get("/healthz/ready").json()["engine"] == {"state": "never seen"}
    open_ticket(assignee=cast.lea)
    now = cast.now + timedelta(hours=3)
    login_as("worker")
    fired = tick_and_tell(now=now)
    assert fired == 2
    with tenancy.engine():
        steps = ClockStep.objects.count()
        late = (now - Clock.objects.get().warn_at).total_seconds()
        beat = EngineHeartbeat.objects.get()
        assert (beat.ticks, beat.steps_fired, beat.lag_seconds) == (1, steps, late)
        assert (beat.open_clocks, beat.outbox_depth) == (0, Delivery.objects.filter(sent_at=None).count())
    tick_and_tell(now=now)
    login_as("app")
    engine = client.get("/healthz/ready").json()["engine"]
    assert engine["state"] == "ok"
    assert engine["lag_seconds"] == 0
    told = ask(client, settings)
    for line in ("ticks_total 2.0", "steps_fired_total 2.0", "lag_seconds 0.0", "open_clocks 0.0", "outbox_depth"):
        assert f"totalcare_engine_{line}" in told


@pytest.mark.django_db(transaction=True)
def test_an_engine_that_is_silent_is_reported_and_people_are_still_served(cast, client):
    login_as("worker")
    tick_and_tell(now=cast.now)
    with tenancy.engine():
        EngineHeartbeat.objects.update(seen_at=clock.now() - timedelta(minutes=5))
    login_as("app")
    answer = client.get("/healthz/ready")
    assert answer.status_code == 200
    assert answer.json()["engine"]["state"] == "stale"


@pytest.mark.django_db
def test_the_web_may_not_write_the_engines_sign_of_life(cast):
    for enter in (lambda: tenancy.organizations(cast.northwind.pk), tenancy.everyone):
        with pytest.raises(ProgrammingError), transaction.atomic(), enter(), connection.cursor() as cursor:
            cursor.execute("UPDATE escalation_engineheartbeat SET ticks = 0")


def test_without_a_database_it_is_not_ready_and_says_so(monkeypatch):
    from totalcare import health

    def gone():
        raise OperationalError

    monkeypatch.setattr(health.connection, "cursor", gone)
    answer = health.ready(RequestFactory().get("/healthz/ready"))
    assert answer.status_code == 503
    assert json.loads(answer.content)["database"] == "unreachable"


def test_a_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "key").write_text("from-a-file-and-long-enough-to-be-taken-for-a-real-key-0123456789\n")
    env = {name: value for name, value in os.environ.items() if name != "SECRET_KEY"}
    ran = subprocess.run(
        [sys.executable, "-c", "import django; django.setup(); from django.conf import settings; print(settings.SECRET_KEY)"],
        env=env | {"SECRET_KEY_FILE": str(tmp_path / "key"), "DJANGO_SETTINGS_MODULE": "totalcare.settings", "DEBUG": "0"},
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.stdout.strip() == "from-a-file-and-long-enough-to-be-taken-for-a-real-key-0123456789", ran.stderr


def raised(*chain):
    """The last of these errors, each raised while the one before it was handled."""
    error = None
    for one in chain:
        try:
            try:
                if error is not None:
                    raise error
            finally:
                raise one
        except Exception as caught:
            error = caught
    return error


class Sql(Exception):
    """As psycopg2's: the server's own code, if it was there to say one."""

    def __init__(self, pgcode=None):
        self.pgcode = pgcode


def caused(kind, code):
    try:
        raise kind("…") from Sql(code)
    except kind as error:
        return error


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (lambda: OperationalError("connection refused"), True),
        (lambda: caused(OperationalError, "57P02"), True),  # crash shutdown
        (lambda: caused(InterfaceError, None), True),
        (lambda: raised(OperationalError("server closed the connection"), RuntimeError("in a savepoint")), True),
        (lambda: caused(OperationalError, "40P01"), False),  # a deadlock: where it stood is the news
        (lambda: caused(OperationalError, "55P03"), False),
        (lambda: RuntimeError("ours"), False),
    ],
)
def test_whoever_finds_the_database_away_says_so_in_a_line(error, away):
    found = error()
    record = logging.LogRecord("any", logging.ERROR, "", 1, "task failed", (), (type(found), found, None))
    assert logs.AwayFilter().filter(record)
    assert (record.exc_info is None) is away
    assert "away" in logs.configuration()["handlers"]["console"]["filters"]
