"""Pages as their readers get them: over HTTP, at a time that stands still."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from common import tenancy


@pytest.fixture
def at_the_time(cast: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The cast, with every request at `cast.now`: a Wednesday, 10:00 in Paris."""
    declare = tenancy.declare

    def declared(scope: tenancy.Scope) -> Any:
        declare(scope)
        return cast.now

    monkeypatch.setattr(tenancy, "declare", declared)
    return cast


@pytest.fixture
def get(client: Client) -> Callable[..., Any]:
    """A page as this person gets it; its text with plain spaces is `page.text`."""

    def got(person: Any, url: str, status: int = 200, **headers: str) -> Any:
        client.force_login(person)
        page: Any = client.get(url, headers=headers)
        assert page.status_code == status, page.status_code
        page.text = page.content.decode().replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " ")
        return page

    return got
