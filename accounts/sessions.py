"""Sessions in the database, as Django keeps them; read at every request, so by a query that is put together once."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from common.prepared import Parameter, Prepared

_CURRENT = Prepared(
    lambda: Session.objects.filter(session_key=Parameter("session_key"), expire_date__gt=Parameter("now"))
)


class SessionStore(DatabaseStore):
    """Django's own, but for how a row is found."""

    def _get_session_from_db(self) -> Any:
        found = _CURRENT(session_key=self.session_key, now=timezone.now())
        if not found:
            self._session_key = None
            return None
        return found[0]
