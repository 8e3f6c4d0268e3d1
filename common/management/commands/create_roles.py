"""The five roles and the database."""

import os
from typing import Any

import dj_database_url
import psycopg2
from django.core.management.base import BaseCommand, CommandError, CommandParser
from psycopg2 import sql

from common.rls import APP, ENGINE, OWNER, STAFF, WORKER

BACKUP = "totalcare_backup"
SETTINGS = {APP: {"statement_timeout": "15s", "idle_in_transaction_session_timeout": "30s"}}
# WITH INHERIT FALSE: with it, the app would be under the staff's policy all the time, and see everything.
MEMBERSHIPS = [(STAFF, APP), (APP, WORKER), (STAFF, WORKER), (ENGINE, WORKER), (ENGINE, OWNER)]


class Command(BaseCommand):
    """Idempotent; everything inside the database is a migration."""

    help = "Creates the database and its roles; needs DATABASE_ADMIN_URL, a superuser's, and the roles' own URLs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tests", action="store_true", help="let the owner create test databases")

    def handle(self, **options: Any) -> None:
        names = ("ADMIN", "OWNER", "APP", "WORKER")
        if missing := [f"DATABASE_{name}_URL" for name in names if f"DATABASE_{name}_URL" not in os.environ]:
            raise CommandError(f"not set: {', '.join(missing)}")
        admin = psycopg2.connect(os.environ["DATABASE_ADMIN_URL"])
        admin.autocommit = True
        self.cursor = admin.cursor()
        url: dict[str, Any] = {}
        for role in (OWNER, APP, WORKER):
            url = dict(dj_database_url.parse(os.environ[f"DATABASE_{role.removeprefix('totalcare_').upper()}_URL"]))
            self.role(role, "LOGIN PASSWORD {}", sql.Literal(url["PASSWORD"]))
        for role in (STAFF, ENGINE):  # one becomes these inside a transaction, by SET LOCAL ROLE
            self.role(role, "NOLOGIN")
        for group, member in MEMBERSHIPS:
            self.run("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE", group, member)
        for role, settings in SETTINGS.items():
            for name, value in settings.items():
                self.run("ALTER ROLE {} SET {} = {}", role, name, sql.Literal(value))
        if options["tests"]:
            self.run("ALTER ROLE {} CREATEDB", OWNER)
        if backup := os.environ.get("DATABASE_BACKUP_URL"):
            self.backup_role(dj_database_url.parse(backup)["PASSWORD"])
        self.cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [url["NAME"]])
        if not self.cursor.fetchone():
            self.run("CREATE DATABASE {} OWNER {}", url["NAME"], OWNER)
        admin.close()

    def backup_role(self, password: str) -> None:
        """Reads all there is, whatever row security says, and writes nothing: for pg_dump alone."""
        self.role(BACKUP, "LOGIN PASSWORD {}", sql.Literal(password))
        self.run("ALTER ROLE {} BYPASSRLS", BACKUP)
        self.run("GRANT pg_read_all_data TO {} WITH INHERIT TRUE, SET FALSE", BACKUP)

    def role(self, name: str, attributes: str, *values: sql.Composable) -> None:
        """Make the role, or bring it back to what it should be."""
        self.cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
        verb = "ALTER" if self.cursor.fetchone() else "CREATE"
        self.run(verb + " ROLE {} NOSUPERUSER NOCREATEROLE NOBYPASSRLS NOINHERIT " + attributes, name, *values)

    def run(self, statement: str, *names: str | sql.Composable) -> None:
        """One statement; plain strings are identifiers."""
        parts = (name if isinstance(name, sql.Composable) else sql.Identifier(name) for name in names)
        self.cursor.execute(sql.SQL(statement).format(*parts))
