"""The compose file's own commands as processes of this machine, on a database and a Valkey number of their own."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import psycopg2

from totalcare.embedded.state import free_port

from .shape import ROOT, asked_of_the_operator, compose, interpolated

HOST = "portal.example"
PATIENCE = 50.0  # seconds until what has to come true counts as never
VALKEY_NUMBER = 9
# The two clients, their people and contracts, as tests know them.
CAST = "from conftest import NOW; from tests.cast import make_cast; cast = make_cast(NOW)"


def until(condition: Callable[[], Any], what: str) -> Any:
    """Wait for a condition; what it gave."""
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline, f"never came true: {what}"
        time.sleep(0.1)
    return found


def with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


class House:
    """A database, the environment of .env, and the processes started so far."""

    def __init__(self, folder: Path, smtp_port: int = 1) -> None:
        self.folder = folder
        self.name = f"production_{os.getpid()}"
        self.urls = {
            role: with_database(os.environ[f"DATABASE_{role}_URL"], self.name) for role in ("OWNER", "APP", "WORKER")
        }
        password = {role: urlsplit(url).password or "" for role, url in self.urls.items()}
        self.operator = {
            **{name: "unused0" for name, required in asked_of_the_operator().items() if required},
            **{f"{role}_PASSWORD": password[role] for role in password},
            "POSTGRES_PASSWORD": urlsplit(os.environ["DATABASE_ADMIN_URL"]).password or "",
            "VALKEY_PASSWORD": urlsplit(os.environ["REDIS_URL"]).password or "",
            "SECRET_KEY": "of-the-tests-of-production-0123456789-abcdefghijklmnopqrstuvwxyz",
            "ALLOWED_HOSTS": HOST, "SITE_URL": f"https://{HOST}", "MAIL_FROM": f"no-reply@{HOST}",
            "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(smtp_port), "SMTP_TLS": "0", "METRICS_TOKEN": "of-the-tests",
            "WEB_CONCURRENCY": "2", "WORKER_CONCURRENCY": "1", "ENGINE_ALARM_AFTER": "120",
        }  # fmt: skip
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.ports: dict[str, int] = {}

    def here(self, value: str, name: str) -> str:
        """What the compose file says, at this machine's places."""
        place = urlsplit(self.urls["APP"]).netloc.rpartition("@")[2]
        valkey = urlsplit(os.environ["REDIS_URL"]).netloc.rpartition("@")[2]
        value = value.replace("@postgres:5432/totalcare", f"@{place}/{self.name}")
        value = value.replace("@postgres:5432/", f"@{place}/")
        value = value.replace("@valkey:6379/0", f"@{valkey}/{VALKEY_NUMBER}")
        value = re.sub(r"(?<![\w/])/tmp\b", str(self.folder / name), value)
        return value.replace(":8000/", f":{self.ports.get(name, 0)}/")

    def env(self, service: str, name: str) -> dict[str, str]:
        """What a process of the service finds: the image's, the service's own, and nothing of ours."""
        given = interpolated(compose()["services"][service].get("environment", {}), self.operator)
        image = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
        if service == "web":
            image |= {"PROMETHEUS_MULTIPROC_DIR": "/tmp/metrics", "PORT": str(self.ports[name])}  # noqa: S108
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        return {
            **{key: self.here(str(value), name) for key, value in (image | given).items()},
            "PATH": path, "HOSTNAME": name, "TOTALCARE_STATE": str(self.folder / "state"),
            "PYTHONWARNINGS": "ignore::Warning:celery.platforms",  # as root, it warns of root
            "TMPDIR": str(self.folder / name),
        }  # fmt: skip

    def command(self, service: str, name: str) -> list[str]:
        words = [
            self.here(word, name) for word in interpolated(compose()["services"][service]["command"], self.operator)
        ]
        return [*words, "--hostname", f"celery@{name}"] if service == "worker" else words  # one machine, two workers

    def start(self, service: str, name: str) -> None:
        """One more process of a service; its output goes to a file."""
        (self.folder / name).mkdir()
        if service == "web":
            self.ports[name] = free_port()
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                self.command(service, name), env=self.env(service, name), cwd=ROOT, stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def run(self, service: str, *words: str) -> subprocess.Popen[bytes]:
        """A command with the environment of a service, not waited for."""
        self.ports.setdefault("job", 0)
        (self.folder / "job").mkdir(exist_ok=True)
        return subprocess.Popen(
            list(words) or self.command(service, "job"), env=self.env(service, "job"), cwd=ROOT,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def finish(self, *jobs: subprocess.Popen[bytes]) -> str:
        """Wait for commands that have to succeed; what the last one said."""
        said = b""
        for job in jobs:
            said, _ = job.communicate()
            assert job.returncode == 0, said.decode()
        return said.decode()

    def healthy(self, service: str, name: str) -> bool:
        """What the compose file's own health check says."""
        kind, *words = interpolated(compose()["services"][service]["healthcheck"]["test"], self.operator)
        words = [self.here(word, name) for word in words]
        command = ["sh", "-c", *words] if kind == "CMD-SHELL" else words
        asked = subprocess.run(command, env=self.env(service, name), cwd=ROOT, capture_output=True, check=False)
        return asked.returncode == 0

    def kill(self, name: str) -> None:
        """As a machine dies: at once, with all that it started."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """As the engine, which sees every client."""
        connection = psycopg2.connect(self.urls["WORKER"])
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute("SET LOCAL ROLE totalcare_engine")
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


class Browser:
    """A signed-in person, served by any of several webs behind a proxy that speaks TLS."""

    def __init__(self, token: str = "") -> None:
        self.cookies: dict[str, str] = {}
        self.token = token

    def ask(self, port: int, path: str, form: dict[str, Any] | None = None) -> tuple[int, str]:
        """Status and body, or the Location of a redirect. Raises OSError or HTTPException when the web dies on us."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        headers = {
            "Host": HOST, "X-Forwarded-Proto": "https", "Referer": f"https://{HOST}/",
            "Authorization": f"Bearer {self.token}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }  # fmt: skip
        body = None
        if form is not None:
            body = urlencode(form | {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request("GET" if form is None else "POST", path, body, headers)
            response = connection.getresponse()
            for cookie in response.headers.get_all("Set-Cookie", []):
                name, _, value = cookie.split(";")[0].partition("=")
                self.cookies[name] = value
            return response.status, response.headers.get("Location") or response.read().decode()
        finally:
            connection.close()

    def sign_in(self, port: int, email: str, password: str) -> None:
        self.ask(port, "/accounts/login/")
        status, place = self.ask(port, "/accounts/login/", {"login": email, "password": password})
        assert (status, place) == (302, "/"), (status, place[:500])
