"""How often one person may ask. Counted in the cache, where nothing is truth: emptied or gone, everybody may go on."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from redis.exceptions import RedisError
from rest_framework.throttling import SimpleRateThrottle

logger = logging.getLogger(__name__)


class PersonThrottle(SimpleRateThrottle):
    """`settings.API_RATES`, apart for reading and writing, for each person: more tokens give no more."""

    def __init__(self) -> None:
        """The rate depends on the request: see `allow_request`."""

    def allow_request(self, request: Any, view: Any) -> bool:
        """Whether this request is within its person's rate."""
        self.scope = "read" if request.method in {"GET", "HEAD", "OPTIONS"} else "write"
        self.rate = settings.API_RATES[self.scope]
        self.num_requests, self.duration = self.parse_rate(self.rate)
        try:
            return bool(super().allow_request(request, view))
        except (RedisError, OSError):
            logger.warning("The cache does not answer: the API goes unthrottled")
            return True

    def get_cache_key(self, request: Any, view: Any) -> str | None:
        return f"api-rate-{self.scope}-{request.user.pk}" if request.user.is_authenticated else None
