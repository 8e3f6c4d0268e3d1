"""What PostgreSQL itself says about the second wall, asked as the app's role. A new table that forgets it fails here."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from accounts.models import TenantModel
from common.rls import ACTORS, APP, ENGINE, OWNER, STAFF, WORKER, RowSecurity, TenantKey

pytestmark = pytest.mark.django_db
TENANT_TABLES = """(SELECT attrelid FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid WHERE relkind IN ('r', 'p')
    AND relnamespace = 'public'::regnamespace AND attname = 'organization_id' AND NOT attisdropped
    UNION SELECT 'accounts_organization'::regclass)"""
SCOPE = "= ANY ((NULLIF(current_setting('totalcare.organizations'::text, true), ''::text))::bigint[]))"
OWN = "(user_id = (NULLIF(current_setting('totalcare.person'::text, true), ''::text))::bigint)"
PERSONAL = {
    "accounts_membership",
    "accounts_assignment",
    "integrations_apitoken",
}  # one reads one's own before any scope is open
TWO_AUDIENCES = {
    "audit_event",
    "tickets_attachment",
    "tickets_message",
    "tickets_worklog",
}  # a client's scope sees only what is for clients
APPEND_ONLY = {
    "audit_event",
    "contracts_approval",
    "contracts_hoursentry",
    "contracts_renewalreminder",
    "contracts_voidedapproval",
    "slo_clockevent",
    "slo_clockstep",
    "escalation_escalationstep",
    "tickets_attachment",
}
# What belongs to no client: people, and data that is the same for all. Everything else carries organization_id.
GLOBAL = {
    "accounts.User", "slo.BusinessCalendar", "slo.CalendarEdition", "slo.CalendarFeed", "slo.CalendarChange", "slo.CalendarEvent",
    "tickets.Category", "tickets.RequestType",
    "escalation.EngineHeartbeat", "escalation.EngineMinute", "escalation.EngineOutage", "contracts.StandardDocument", "contracts.StandardEdition", "contracts.StandardClause",
    "contracts.StandardTerm", "contracts.StandardFile", "contracts.OnboardingTemplateActivity", "contracts.Exclusion",
}  # fmt: skip
# Several rows a request, and nothing points at one: they do without the pair that a composite key would need.
LEAVES = {"slo.ClockEvent", "tickets.TicketClock"}
# Rows written by hand into these would be an escalation of rights: nobody but the owner touches them.
OURS = {
    "accounts",
    "audit",
    "common",
    "contracts",
    "escalation",
    "integrations",
    "notifications",
    "portal",
    "slo",
    "tickets",
}


def ask(sql: str, *params: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return cursor.fetchall()


def our_models() -> list[type]:
    return [model for model in apps.get_models() if model._meta.app_label in OURS]


def has(model: type, **options: object) -> bool:
    walls = [c for c in model._meta.constraints if isinstance(c, RowSecurity)]
    return any(all(getattr(wall, name) == value for name, value in options.items()) for wall in walls)


def test_these_tests_ask_as_the_apps_role():
    assert ask("SELECT session_user, current_user") == [(APP, APP)]


def test_every_model_is_global_by_name_or_carries_its_organization():
    unknown = [
        model._meta.label
        for model in our_models()
        if model._meta.label not in GLOBAL | {"accounts.Organization"}
        and not (any(f.attname == "organization_id" for f in model._meta.concrete_fields) and has(model))
    ]
    assert unknown == []
    assert {model._meta.label for model in our_models()} >= GLOBAL  # the list holds no ghost


def test_every_tenant_table_is_under_forced_row_security():
    tables = dict(
        ask(f"SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid IN {TENANT_TABLES}")
    )
    assert [name for name, forced in tables.items() if not forced] == []
    carriers = {m._meta.db_table for m in our_models() if m._meta.label not in GLOBAL}
    assert set(tables) == carriers  # no tenant's table without a model, and none of another package


def test_each_role_has_exactly_its_policies():
    tables = [name for (name,) in ask(f"SELECT relname FROM pg_class WHERE oid IN {TENANT_TABLES}")]
    for name in tables:
        condition = ("(id " if name == "accounts_organization" else "(organization_id ") + SCOPE
        if name in TWO_AUDIENCES:
            condition = f"({condition} AND ((audience)::text = 'client'::text))"
        expected = [
            ("app", [APP], "PERMISSIVE", "ALL", condition, condition),
            ("engine", [ENGINE], "PERMISSIVE", "ALL", "true", "true"),
            ("staff", [STAFF], "PERMISSIVE", "ALL", "true", "true"),
        ]
        if name in PERSONAL:
            expected.append(("own", [APP], "PERMISSIVE", "SELECT", OWN, None))
        policies = ask(
            "SELECT policyname, roles::text[], permissive, cmd, qual, with_check FROM pg_policies WHERE tablename = %s",
            name,
        )
        assert sorted(policies, key=str) == sorted(expected, key=str), name


def test_no_table_of_another_kind_has_a_policy_that_nobody_expects():
    stray = ask(f"""SELECT tablename FROM pg_policies
        WHERE to_regclass(quote_ident(tablename)) IS NULL OR to_regclass(quote_ident(tablename)) NOT IN {TENANT_TABLES}""")
    assert stray == []


def test_models_declare_what_the_catalogue_shows():
    tables = {m._meta.db_table: m for m in our_models()}
    assert {name for name, model in tables.items() if has(model, audience=True)} == TWO_AUDIENCES
    assert {name for name, model in tables.items() if has(model, append_only=True)} == APPEND_ONLY
    assert {name for name, model in tables.items() if has(model, person="user_id")} == PERSONAL


def test_every_key_between_tenant_tables_holds_the_organization():
    pairs = f"contype = 'f' AND conrelid IN {TENANT_TABLES} AND confrelid IN {TENANT_TABLES}"
    keys = ask(
        f"SELECT conname, confrelid::regclass::text, pg_get_constraintdef(oid), convalidated FROM pg_constraint WHERE {pairs}"
    )
    loose = [
        name
        for name, parent, key, _ in keys
        if not (parent == "accounts_organization" and key.startswith("FOREIGN KEY (organization_id) REFERENCES"))
        and not (key.startswith("FOREIGN KEY (organization_id, ") and "(organization_id, id)" in key)
    ]
    assert loose == []
    assert [name for name, _, _, valid in keys if not valid] == []


def test_every_key_that_a_model_draws_between_tenants_has_its_composite_one():
    walled = {m for m in our_models() if m._meta.label not in GLOBAL and m._meta.label != "accounts.Organization"}
    for model in walled:
        declared = {c.field for c in model._meta.constraints if isinstance(c, TenantKey)}
        drawn = {f.name for f in model._meta.concrete_fields if f.is_relation and f.related_model in walled}
        assert declared == drawn, model


def test_every_tenant_model_but_a_leaf_can_be_pointed_at_by_a_composite_key():
    walled = [model for model in our_models() if issubclass(model, TenantModel)]
    pairs = {m: [tuple(c.fields) for c in m._meta.constraints if hasattr(c, "fields")] for m in walled}
    assert {m._meta.label for m in walled if ("organization_id", "id") not in pairs[m]} == LEAVES
    pointed_at = {f.related_model._meta.label for m in walled for f in m._meta.concrete_fields if f.is_relation}
    assert not pointed_at & LEAVES


def test_a_row_that_does_not_ask_for_its_organization_has_it_proved_by_its_composite_key():
    for model in our_models():
        if issubclass(model, TenantModel) and not model._meta.get_field("organization").db_constraint:
            keys = [c.field for c in model._meta.constraints if isinstance(c, TenantKey)]
            assert any(not model._meta.get_field(key).null for key in keys), model


def test_every_unique_index_of_a_tenant_table_begins_with_the_organization():
    indexes = ask(f"""SELECT i.relname, pg_get_indexdef(indexrelid, 1, true) FROM pg_index JOIN pg_class i ON i.oid = indexrelid
        WHERE indisunique AND NOT indisprimary AND indrelid IN {TENANT_TABLES}
        AND indrelid <> 'accounts_organization'::regclass""")
    one_to_one = {
        f"{m._meta.db_table}_{f.column}_key" for m in our_models() for f in m._meta.concrete_fields if f.one_to_one
    }
    # A one-to-one key of a tenant's row: unique already because its composite key ties it to one organization's parent.
    assert [name for name, first in indexes if first != "organization_id" and name not in one_to_one] == []


@pytest.mark.parametrize("role", [OWNER, APP, WORKER, STAFF, ENGINE])
def test_no_role_of_ours_is_above_the_law(role):
    ((superuser, bypasses, makes_roles, makes_databases),) = ask(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = %s", role
    )
    assert (superuser, bypasses, makes_roles) == (False, False, False)
    assert role == OWNER or not makes_databases  # tests alone let the owner make databases


@pytest.mark.parametrize("role", [APP, WORKER, STAFF, ENGINE])
def test_nobody_but_the_owner_owns_truncates_or_makes_tables(role):
    grants = ask(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        " AND (has_table_privilege(%s, oid, 'TRUNCATE, TRIGGER, REFERENCES') OR pg_get_userbyid(relowner) = %s)",
        role, role,
    )  # fmt: skip
    assert grants == []
    assert ask("SELECT has_schema_privilege(%s, 'public', 'CREATE')", role) == [(False,)]
    assert ask("SELECT has_table_privilege(%s, 'django_migrations', 'INSERT, UPDATE, DELETE')", role) == [(False,)]


@pytest.mark.parametrize(
    "table", ["standarddocument", "standardedition", "standardclause", "standardterm", "onboardingtemplateactivity"]
)
def test_a_clients_scope_reads_the_houses_own_standards_and_writes_none(table):
    rights = "SELECT has_table_privilege(%s, %s, 'SELECT'), has_table_privilege(%s, %s, 'INSERT, UPDATE, DELETE')"
    name = f"contracts_{table}"
    assert ask(rights, APP, name, APP, name) == [(True, False)]
    assert ask(rights, STAFF, name, STAFF, name) == [(True, True)]


def test_a_clients_scope_reads_the_exclusions_and_writes_none():
    rights = "SELECT has_table_privilege(%s, %s, 'SELECT'), has_table_privilege(%s, %s, 'INSERT, UPDATE, DELETE')"
    name = "contracts_exclusion"
    assert ask(rights, APP, name, APP, name) == [(True, False)]
    assert ask(rights, STAFF, name, STAFF, name) == [(True, True)]


@pytest.mark.parametrize("role", [APP, WORKER, STAFF, ENGINE])
def test_what_is_appended_stays(role):
    for table in APPEND_ONLY:
        assert ask("SELECT has_table_privilege(%s, %s, 'UPDATE, DELETE, TRUNCATE')", role, table) == [(False,)], table
        columns = ask("SELECT has_any_column_privilege(%s, %s, 'UPDATE')", role, table)
        assert columns == [(False,)], table


def test_the_app_may_become_the_staff_but_is_not_already_and_never_the_engine():
    def member(one: str, other: str, how: str) -> bool:
        return bool(ask("SELECT pg_has_role(%s, %s, %s)", one, other, how)[0][0])

    assert member(APP, STAFF, "SET")
    assert not member(APP, STAFF, "USAGE")
    for role in (ENGINE, WORKER, OWNER):
        assert not member(APP, role, "SET"), role
        assert not member(APP, role, "USAGE"), role
    for role in (APP, STAFF, ENGINE):  # a worker becomes one of these, or is refused
        assert member(WORKER, role, "SET"), role
        assert not member(WORKER, role, "USAGE"), role
    assert not member(WORKER, OWNER, "MEMBER")
    for role in (APP, STAFF):
        assert not member(STAFF, role, "MEMBER") or role == STAFF
        assert not member(ENGINE, role, "MEMBER")


def test_the_worker_has_no_right_of_its_own():
    may = ask(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        " AND has_table_privilege(%s, oid, 'SELECT, INSERT, UPDATE, DELETE')",
        WORKER,
    )
    assert may == []


def test_actors_are_those_who_write():
    assert set(ACTORS) == {APP, STAFF, ENGINE}
    assert ask("SELECT count(*) FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace") == [(0,)]
