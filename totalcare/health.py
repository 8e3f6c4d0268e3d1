"""Liveness and readiness for whoever watches the processes."""

from typing import Any

import redis
from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from common import clock
from escalation.selectors import engine_heartbeat
from escalation.services import SILENT


@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """200 while the process answers; touches nothing else."""
    return HttpResponse("live\n", content_type="text/plain")


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when PostgreSQL answers. Redis and the engine are reported, not required: the web serves people without them."""
    database = broker = "ok"
    engine: dict[str, Any] = {"state": "unknown"}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        engine = _engine()
    except Error:
        database = "unreachable"
    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1).ping()
    except redis.RedisError:
        broker = "unreachable"
    found = {"database": database, "broker": broker, "engine": engine}
    return JsonResponse(found, status=200 if database == "ok" else 503)


def _engine() -> dict[str, Any]:
    beat = engine_heartbeat()
    if beat is None:
        return {"state": "never seen"}
    age = (clock.now() - beat.seen_at).total_seconds()
    return {
        "state": "stale" if age > SILENT.total_seconds() else "ok",
        "seen_seconds_ago": round(age, 1),
        "lag_seconds": round(beat.lag_seconds, 1),
    }
