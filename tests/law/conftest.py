"""One world a module; each test leaves it as it was."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings

from .walking import Walker
from .world import lasting


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    """Two clients full of canaries, and everybody signed in. Tests that take it are marked `django_db`."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), lasting() as made:
        patch.setattr(settings, "API_RATES", {"read": "1000000/min", "write": "1000000/min"})
        yield made


@pytest.fixture(scope="module")
def walker(world: SimpleNamespace) -> Walker:
    """Asks as anybody, and puts everything back."""
    return Walker(world)
