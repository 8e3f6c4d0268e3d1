"""An administrator at a browser, and the forms that Django's admin expects."""

from collections.abc import Callable
from typing import Any

import pytest
from django.forms import BaseForm
from django.urls import reverse

from audit.models import Event
from common import tenancy

from .world import make_world


def values(form: BaseForm) -> dict[str, Any]:
    """What a browser would post for a form as it is shown."""
    posted = {}
    for field in form:
        value = field.value()
        widget = field.field.widget
        for key, one in zip(
            [f"{field.html_name}_{number}" for number in range(len(getattr(widget, "widgets", [])))]
            or [field.html_name],
            (widget.decompress(value) if getattr(widget, "widgets", None) else [value]),
            strict=False,
        ):
            if one is None or one is False:
                continue
            posted[key] = "on" if one is True else one
    return posted


def page_values(page: Any) -> dict[str, Any]:
    """The same for a whole change page, its inlines and what is nested in them."""
    posted = values(page.context["adminform"].form)
    pending = list(page.context["inline_admin_formsets"])
    while pending:
        formset = pending.pop().formset
        posted |= values(formset.management_form)
        for form in formset.forms:
            posted |= values(form)
            pending += getattr(form, "nested_formsets", [])
    return posted


@pytest.fixture
def world(cast: Any) -> Any:
    """The cast, and a row in every table. See tests/admin/world.py."""
    return make_world(cast)


@pytest.fixture
def ada(client: Any, cast: Any) -> Any:
    """Ada, signed in."""
    client.force_login(cast.ada)
    return client


@pytest.fixture
def change(ada: Any) -> Callable[..., Any]:
    """`change("contracts_contract", pk, tier="enterprise")`: open the page, change these, save; the answer."""

    def change(model: str, pk: int | None, page: Any = None, **changes: Any) -> Any:
        url = reverse(f"admin:{model}_change", args=[pk]) if pk else reverse(f"admin:{model}_add")
        shown = page or ada.get(url)
        assert shown.status_code == 200
        return ada.post(url, page_values(shown) | {key.replace("__", "-"): value for key, value in changes.items()})

    return change


def messages(answer: Any, client: Any) -> str:
    """The page that follows, as text."""
    return client.get(answer.url).text if answer.status_code == 302 else answer.text


def edits() -> list[dict[str, Any]]:
    """The data of all contract.edited events, oldest first."""
    with tenancy.everyone():
        return list(Event.objects.filter(verb="contract.edited").order_by("id").values_list("data", flat=True))
