"""A request as our middleware leaves it, for type checkers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest

from .models import User


class Request(HttpRequest):
    """With the person who asks (behind `login_required`) and the database's time, read once."""

    user: User
    now: datetime
    engagements: list[Any]  # the reader's contracts, where a view has read them: the page's frame needs them too
