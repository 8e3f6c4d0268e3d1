"""What the portal adds to a contract's admin page: its effective terms, as the page of promises says them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from contracts import tabs
from contracts.models import Contract
from contracts.selectors import day_of

from . import promises


@tabs.register("terms", _("Terms"), position=10, template="admin/contracts/contract/terms.html")
def terms(request: Any, contract: Contract) -> dict[str, Any]:
    """Every term in force today, with the clause that won and those that gave way."""
    return promises.compose(contract, day_of(request.now), request.now, {})
