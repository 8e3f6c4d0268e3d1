"""The second wall, as models declare it. Both are Meta.constraints, so `makemigrations` writes, notices and undoes them."""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeVar

from django.core.exceptions import ValidationError
from django.db import migrations, models
from django.db.models.constraints import BaseConstraint
from django.utils.translation import gettext_lazy as _

M = TypeVar("M", bound=models.Model)
OWNER, APP, WORKER, STAFF, ENGINE = (f"totalcare_{name}" for name in ("owner", "app", "worker", "staff", "engine"))
ACTORS = (APP, STAFF, ENGINE)
# NULLIF: a setting that was once set and rolled back reads as '', which is no array; either way nobody is in scope.
SCOPE = "ANY(NULLIF(current_setting('totalcare.organizations', true), '')::bigint[])"
PERSON = "NULLIF(current_setting('totalcare.person', true), '')::bigint"


class DeclaredConstraint(BaseConstraint):
    """What Django asks of a constraint, for one whose DDL follows CREATE TABLE."""

    options: ClassVar[dict[str, Any]] = {}

    def __init__(
        self, *, name: str, violation_error_code: Any = None, violation_error_message: Any = None, **options: Any
    ):
        super().__init__(
            name=name, violation_error_code=violation_error_code, violation_error_message=violation_error_message
        )
        if unknown := set(options) - set(self.options):
            raise TypeError(f"{type(self).__name__} has no option {', '.join(sorted(unknown))}")
        self.chosen = self.options | options

    def __getattr__(self, name: str) -> Any:
        if name != "chosen" and name in self.options:
            return self.chosen[name]
        raise AttributeError(name)

    def deconstruct(self) -> tuple[str, Any, dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, **self.chosen}

    def clone(self) -> DeclaredConstraint:
        return type(self)(**self.deconstruct()[2])

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.deconstruct() == other.deconstruct()

    __hash__ = None  # type: ignore[assignment]

    def constraint_sql(self, model: Any, schema_editor: Any) -> None:  # type: ignore[override]
        """Nothing inside CREATE TABLE: the statements follow it."""
        if statements := self.create_sql(model, schema_editor):
            schema_editor.deferred_sql.append(statements)

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        raise TypeError("a declared constraint writes its own SQL")

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """Nothing that Python could check."""


class RowSecurity(DeclaredConstraint):
    """ENABLE and FORCE row-level security, with one policy for each role.

    column: what names the organization. append_only: nobody but the owner rewrites a row. audience: a client's scope
    reads and writes only rows whose audience is 'client'. person: a column whose owner may read the row before any
    scope is open (a second, permissive policy: these tables are small).
    """

    options: ClassVar[dict[str, Any]] = {
        "column": "organization_id",
        "append_only": False,
        "audience": False,
        "person": "",
    }

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        table = schema_editor.quote_name(model._meta.db_table)
        mine = f"{self.column} = {SCOPE}" + (" AND audience = 'client'" if self.audience else "")
        own = (
            f"CREATE POLICY own ON {table} FOR SELECT TO {APP} USING ({self.person} = {PERSON});" if self.person else ""
        )
        verb, preposition = ("REVOKE", "FROM") if self.append_only else ("GRANT", "TO")
        return f"""
            ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
            ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
            CREATE POLICY app ON {table} TO {APP} USING ({mine}) WITH CHECK ({mine});
            CREATE POLICY staff ON {table} TO {STAFF} USING (true) WITH CHECK (true);
            CREATE POLICY engine ON {table} TO {ENGINE} USING (true) WITH CHECK (true);
            {own}
            {verb} UPDATE, DELETE ON {table} {preposition} {", ".join(ACTORS)}"""

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        table = schema_editor.quote_name(model._meta.db_table)
        names = ("app", "staff", "engine", *(("own",) if self.person else ()))
        policies = "".join(f"DROP POLICY {name} ON {table};" for name in names)
        return f"{policies} ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY"


class TenantKey(DeclaredConstraint):
    """FOREIGN KEY (organization_id, field) → parent (organization_id, id): a child can't hang from another tenant's parent.

    Stands in for the field's own key, so declare the field with db_constraint=False. Checked by the statement, not at
    COMMIT, so that the service that erred gets the error. PostgreSQL checks keys without asking row security.
    """

    options: ClassVar[dict[str, Any]] = {"field": ""}

    def create_sql(self, model: Any, schema_editor: Any) -> None:  # type: ignore[override]
        """At the migration's end: makemigrations may add the key before the unique pair that it points at."""
        quote, key = schema_editor.quote_name, model._meta.get_field(self.field)
        table, parent = quote(model._meta.db_table), quote(key.remote_field.model._meta.db_table)
        # The owner is under FORCE too: validating the key as such would look at no row and find nothing wrong.
        schema_editor.deferred_sql.append(f"""
            ALTER TABLE {parent} NO FORCE ROW LEVEL SECURITY; ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
            ALTER TABLE {table} ADD CONSTRAINT {quote(self.name)} FOREIGN KEY (organization_id, {quote(key.column)})
                REFERENCES {parent} (organization_id, id) DEFERRABLE INITIALLY IMMEDIATE;
            ALTER TABLE {parent} FORCE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY""")

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        return f"ALTER TABLE {schema_editor.quote_name(model._meta.db_table)} DROP CONSTRAINT {self.name}"

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        parent = getattr(instance, self.field, None)
        if parent and parent.organization_id != instance.organization_id:
            raise ValidationError({self.field: _("This belongs to another organization.")})


class TenantQuerySet(models.QuerySet[M]):
    """The first wall, in Python, on every queryset of a tenant's model."""

    column = "organization_id"

    def visible_to(self, user: Any) -> Self:
        """The rows of the organizations this person belongs to or serves; also the equality that planners need."""
        if user.is_anonymous:
            return self.none()
        return self if user.serves_all else self.filter(**{f"{self.column}__in": user.organization_ids})


def tenant_constraints(
    prefix: str = "%(app_label)s_%(class)s", *, leaf: bool = False, **row_security: Any
) -> list[models.BaseConstraint]:
    """What every tenant's table carries: the policies, and the unique pair that composite keys point at. A leaf, one of the few
    tables that grow by several rows a request and that nothing points at, does without the pair: it is an index to write."""
    pair = models.UniqueConstraint(fields=["organization_id", "id"], name=f"{prefix}_tenant_id")
    return [RowSecurity(name=f"{prefix}_rls", **row_security), *(() if leaf else (pair,))]


def privileges() -> migrations.RunSQL:
    """First operation of the first migration: every table, already there or to come, as made by the owner. No TRUNCATE."""
    rights, roles = "SELECT, INSERT, UPDATE, DELETE", ", ".join(ACTORS)
    return migrations.RunSQL(
        f"""GRANT {rights} ON ALL TABLES IN SCHEMA public TO {roles};
            REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {roles};
            ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} ON TABLES TO {roles}""",
        migrations.RunSQL.noop,
    )


def immutable(table: str, condition: str, message: str) -> migrations.RunSQL:
    """A plain trigger that refuses UPDATE and DELETE of rows that meet the condition, whoever asks."""
    return migrations.RunSQL(
        f"""CREATE FUNCTION {table}_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = '{message}'; END $$;
            CREATE TRIGGER {table}_immutable BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {table}_immutable()""",
        f"DROP TRIGGER {table}_immutable ON {table}; DROP FUNCTION {table}_immutable()",
    )


def part_of_a_draft(table: str, whole: str, key: str, through: str = "", through_key: str = "") -> migrations.RunSQL:
    """A plain trigger that refuses any change to the parts of a row whose status is no longer 'draft', whoever asks.

    `key` names the whole, or a row of `through` whose `through_key` does. The whole is read FOR SHARE: a part that is written
    while somebody publishes waits, and is refused.
    """
    part = f"CASE WHEN TG_OP = 'INSERT' THEN NEW.{key} ELSE OLD.{key} END"
    owner = f"(SELECT {through_key} FROM {through} WHERE id = {part})" if through else part
    return migrations.RunSQL(
        f"""CREATE FUNCTION {table}_of_a_draft() RETURNS trigger LANGUAGE plpgsql AS $$
                DECLARE state text;
                BEGIN
                    SELECT status INTO state FROM {whole} WHERE id = ({owner}) FOR SHARE;
                    IF state IS DISTINCT FROM 'draft' OR (TG_OP = 'UPDATE' AND NEW.{key} <> OLD.{key}) THEN
                        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
                            MESSAGE = 'part of what is published: it never changes';
                    END IF;
                    RETURN COALESCE(NEW, OLD);
                END $$;
            CREATE TRIGGER {table}_of_a_draft BEFORE INSERT OR UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION {table}_of_a_draft()""",
        f"DROP TRIGGER {table}_of_a_draft ON {table}; DROP FUNCTION {table}_of_a_draft()",
    )
