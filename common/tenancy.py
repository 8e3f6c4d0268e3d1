"""Who the database believes is asking. A scope lives and dies with a transaction: no pooler leaks it, no crash keeps it.

with tenancy.organizations(7):   one tenant's task            with tenancy.everyone():   Valiantys's people, all clients
with tenancy.engine():           a sweep, workers only        with tenancy.user(person): a request
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any

from django.db import connection, transaction

from .prepared import run
from .rls import APP, ENGINE, STAFF
from .undo import undoable


@dataclass(frozen=True)
class Scope:
    """A database role, the organizations in sight, and the person (who may read his or her own memberships)."""

    role: str = "none"  # SET ROLE NONE: back to whoever logged in
    organizations: tuple[int, ...] = ()
    person: int | None = None
    now: datetime | None = field(default=None, compare=False)


NOBODY = Scope()


def current() -> Scope:
    """The scope in force on this connection."""
    return getattr(connection, "tenancy_scope", NOBODY)


def declare(scope: Scope) -> datetime:
    """Tell the database, in one round trip, and take the time from it. Only inside a transaction: outside, it does nothing."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "a scope needs a transaction: outside one it silently does nothing"
        )
    organizations = f"{{{','.join(str(int(pk)) for pk in scope.organizations)}}}"
    with connection.cursor() as cursor:
        run(
            cursor,
            "SELECT set_config('role', %s, true), set_config('totalcare.organizations', %s, true),"
            " set_config('totalcare.person', %s, true), clock_timestamp()",
            [scope.role, organizations, "" if scope.person is None else str(int(scope.person))],
        )
        now: datetime = cursor.fetchone()[3]
    connection.tenancy_scope = scope  # type: ignore[attr-defined]
    return now


@contextmanager
def enter(scope: Scope) -> Iterator[datetime]:
    """A transaction (or savepoint) under this scope; yields the database's time; the outer scope comes back at its end."""
    outer = current()
    with undoable():
        try:
            yield declare(scope)
        finally:
            connection.tenancy_scope = outer  # type: ignore[attr-defined] # a rollback restores the database's side
    if connection.in_atomic_block:  # a released savepoint does not
        declare(outer)


def organizations(*ids: int) -> Any:
    """One or a few clients, as the app's role."""
    return enter(Scope(APP, ids))


def everyone() -> Any:
    """All clients, for Valiantys's people; which of them one serves is the first wall's affair."""
    return enter(Scope(STAFF))


def engine() -> Any:
    """All clients, for sweeps; only a worker may become it."""
    return enter(Scope(ENGINE))


def of(person: Any) -> Scope:
    """The scope of a person: nobody's for the anonymous, the staff's role for Valiantys's people, else their clients."""
    if person.is_anonymous:
        return Scope(APP)
    if person.is_valiantys:
        return Scope(STAFF, person=person.pk)
    return Scope(APP, tuple(person.organization_ids), person.pk)


@contextmanager
def user(person: Any) -> Iterator[datetime]:
    """A request's transaction and scope; yields the database's time. Memberships are read inside it, under a scope that
    shows nothing but these, so that a request is one transaction and not two."""
    outer = current()
    if connection.in_atomic_block or person.is_anonymous or (person.is_valiantys and person.serves_all):
        with enter(of(person)) as now:
            yield now
        return
    with undoable():
        try:
            declare(Scope(APP, person=person.pk))
            yield declare(of(person))
        finally:
            connection.tenancy_scope = outer  # type: ignore[attr-defined] # the transaction's end restores the database's side


def tenant_task(task: Callable[..., Any]) -> Callable[..., Any]:
    """For Celery, under @shared_task: runs the task as the app's role, for the organization named by its argument."""

    @wraps(task)
    def scoped(*args: Any, organization_id: int, **kwargs: Any) -> Any:
        with organizations(organization_id):
            return task(*args, organization_id=organization_id, **kwargs)

    return scoped
