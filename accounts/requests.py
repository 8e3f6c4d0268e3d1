"""A request as our middleware leaves it, for type checkers."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from .models import User


class Request(HttpRequest):
    """With the person who asks (behind `login_required`) and the database's time, read once."""

    user: User
    now: datetime
