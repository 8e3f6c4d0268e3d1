"""The owner makes the test database, the app's role runs the tests, the owner cleans up: isolation is tested for real."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dj_database_url
import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation

# A Wednesday morning in Paris, in November: no daylight saving, no holiday near but the eleventh.
NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


def pytest_configure() -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.SECURE = settings.SECURE_SSL_REDIRECT = False
    settings.STAFF_SECOND_STEP = False
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.DEFAULT_FROM_EMAIL = "Total Care <no-reply@totalcare.example>"


@pytest.fixture(scope="session", autouse=True)
def attachments_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tests' attached files go."""
    folder = tmp_path_factory.mktemp("files")
    settings.STORAGES["attachments"]["OPTIONS"]["location"] = str(folder)
    return folder


def login_as(role: str) -> None:
    """Reconnect as another login role: owner, app or worker."""
    url = dj_database_url.parse(os.environ[f"DATABASE_{role.upper()}_URL"])
    connection.close()
    connection.settings_dict.update(USER=url["USER"], PASSWORD=url["PASSWORD"])


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    login_as("owner")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    def flush(self: Any, _teardown: Callable[[Any], None] = TransactionTestCase._fixture_teardown) -> None:
        login_as("owner")  # after a real-transaction test Django TRUNCATEs, which the app may not
        _teardown(self)
        restore_catalogue()
        login_as("app")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", flush)
        login_as("app")
        yield
    login_as("owner")


def restore_catalogue() -> None:
    """A flush empties what migrations put there too: put it back."""
    from contracts import exclusions, guide, onboarding_template
    from tickets import catalogue

    catalogue.install()
    guide.install()
    onboarding_template.install()
    exclusions.install()


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Words are compared in English, whatever language an earlier request has left behind."""
    with translation.override("en"):
        yield


@pytest.fixture
def worker() -> Iterator[None]:
    """Log in as the worker: what Celery's processes are. Only in tests with real transactions."""
    login_as("worker")
    yield
    login_as("app")


@pytest.fixture
def cast(db: None) -> Any:
    """Northwind and Globex, their people and ours. See tests/cast.py."""
    from tests.cast import make_cast

    return make_cast(NOW)
