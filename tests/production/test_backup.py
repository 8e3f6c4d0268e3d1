"""The compose file's jobs, run here: roles, migrations, a backup as the role that reads past row security, a restore."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest

from totalcare.embedded.postgres import binaries
from totalcare.embedded.process import Account

from .house import CAST, House, with_database
from .shape import ROOT, compose, interpolated

TICKET = """
from common import tenancy
from tickets.services import open_ticket
with tenancy.user(cast.ann):
    open_ticket(actor=cast.ann, organization=cast.northwind, contract=cast.northwind_contract, subject="The sync fails",
        body="Since noon.", impact="team", urgency="blocked", now=NOW)
"""


class Backups(House):
    """A house whose jobs are run."""

    def job(self, service: str, *words: str | Path, **extra: str) -> subprocess.CompletedProcess[str]:
        """`docker compose run --rm SERVICE words`."""
        shape = compose()["services"][service]
        shell, script = shape["entrypoint"]
        place = urlsplit(self.urls["APP"])
        env = interpolated(shape["environment"], self.operator) | {
            "PGHOST": str(place.hostname), "PGPORT": str(place.port), "PGDATABASE": self.name,
            "PG_BIN": str(binaries(self.folder, Account("us"))), "PATH": os.environ["PATH"],
        }  # fmt: skip
        return subprocess.run(
            [shell, f"{ROOT}{script}", *map(str, words)], env=env | extra, capture_output=True, text=True, check=False
        )

    def admin(self, statement: str, database: str = "") -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(with_database(os.environ["DATABASE_ADMIN_URL"], database or self.name))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            found = cursor.fetchall() if cursor.description else []
        connection.close()
        return found

    def fingerprint(self) -> dict[str, Any]:
        """Every row, every policy, every privilege."""
        tables = [
            name for (name,) in self.admin("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        ]
        rows = {
            name: self.admin(f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{name}\" t")
            for name in tables
        }
        walls = self.admin(
            "SELECT relname, relkind, relrowsecurity, relforcerowsecurity, relowner::regrole::text, relacl::text"
            " FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S') ORDER BY 1"
        )
        policies = self.admin("SELECT tablename, policyname, roles, qual, with_check FROM pg_policies ORDER BY 1, 2")
        triggers = self.admin("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1")
        checks = self.admin("SELECT conname, contype, convalidated, condeferrable FROM pg_constraint ORDER BY 1, 2")
        later = self.admin("SELECT defaclacl::text FROM pg_default_acl ORDER BY 1")
        return {**rows, "walls": walls, "policies": policies, "triggers": triggers, "checks": checks, "later": later}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Backups]:
    """A database that the jobs of the compose file have made, with a ticket in it."""
    here = Backups(tmp_path)
    here.name = f"backup_{os.getpid()}"
    here.urls = {role: with_database(url, here.name) for role, url in here.urls.items()}
    here.admin(f"DROP DATABASE IF EXISTS {here.name} WITH (FORCE)", "postgres")
    try:
        here.finish(here.run("roles"))
        here.finish(here.run("migrate"))
        here.finish(here.run("worker", "python", "manage.py", "shell", "-c", CAST + TICKET))
        yield here
    finally:
        here.admin(f"DROP DATABASE IF EXISTS {here.name} WITH (FORCE)", "postgres")
        here.admin("DROP ROLE IF EXISTS totalcare_backup", "postgres")


def test_what_was_backed_up_comes_back_whole_with_its_walls(house: Backups, tmp_path: Path) -> None:
    the_first_administrator_is_made_by_hand(house)
    the_backups_role_reads_everything_and_writes_nothing(house)
    file = tmp_path / "a backup.dump"
    before = house.fingerprint()
    assert before["tickets_ticket"][0][0] == 1

    # As the owner it would be a dump without rows: pg_dump refuses, and nothing is left that looks like a backup.
    owner = {"PGUSER": "totalcare_owner", "PGPASSWORD": house.operator["OWNER_PASSWORD"]}
    refused = house.job("backup", file, **owner)
    assert refused.returncode != 0
    assert "row-level security" in refused.stderr
    assert [path.name for path in tmp_path.glob("a backup*")] == []

    made = house.job("backup", file)
    assert made.returncode == 0, made.stderr
    assert file.stat().st_mode & 0o777 == 0o600
    assert "never overwritten" in house.job("backup", file).stderr
    assert "restore into an empty database" in house.job("restore", file).stderr
    assert house.fingerprint() == before

    house.admin(f"DROP DATABASE {house.name} WITH (FORCE)", "postgres")
    house.finish(house.run("roles"))
    restored = house.job("restore", file)
    assert restored.returncode == 0, restored.stderr
    assert house.fingerprint() == before
    house.finish(house.run("migrate"))
    assert "2 steps fired" in house.finish(house.run("worker", "python", "manage.py", "tick"))


def the_backups_role_reads_everything_and_writes_nothing(house: Backups) -> None:
    place = urlsplit(house.urls["APP"])._replace(scheme="postgresql")
    url = place._replace(netloc=f"totalcare_backup:{house.operator['BACKUP_PASSWORD']}@{place.hostname}:{place.port}")
    connection = psycopg2.connect(url.geturl())
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tickets_ticket")
        assert cursor.fetchone() == (1,)
        for forbidden in ("DELETE FROM tickets_ticket", "CREATE TABLE mine (a int)", "SET ROLE totalcare_engine"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(forbidden)
    connection.close()
    ((memberships,),) = house.admin(
        "SELECT array_agg(roleid::regrole::text) FROM pg_auth_members WHERE member = 'totalcare_backup'::regrole"
    )
    assert memberships == ["pg_read_all_data"]


def the_first_administrator_is_made_by_hand(house: Backups) -> None:
    env = house.env("web", "job") | {"DJANGO_SUPERUSER_PASSWORD": "long enough it is"}
    asked = subprocess.run(
        ["python", "manage.py", "createsuperuser", "--no-input", "--email", "ada@valiantys.example", "--name", "Ada"],
        env=env, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stderr
    assert house.admin("SELECT staff_role, is_staff FROM accounts_user WHERE email LIKE 'ada@valiantys%'") == [
        ("administrator", True)
    ]
