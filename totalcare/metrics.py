"""Prometheus: the web's own counts, and what the engine left in its heartbeat. For whoever holds METRICS_TOKEN."""

from __future__ import annotations

import os
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from prometheus_client import REGISTRY, CollectorRegistry, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from common import clock
from escalation.selectors import engine_heartbeat

METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"}
REQUESTS = Histogram(
    "totalcare_request_seconds",
    "Seconds to the answer, by the address's pattern.",
    ["method", "route", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
)
GAUGES = {
    "lag_seconds": "Age of the oldest due clock or escalation, as the last tick found it.",
    "open_clocks": "Clocks that still run, measured every minute.",
    "outbox_depth": "Mails that wait, measured every minute.",
    "outbox_seconds": "Age of the oldest mail that waits, measured every minute.",
}


class EngineCollector(Collector):
    """The heartbeat's row as metrics. The same in every web process: take max() over them, not sum()."""

    def collect(self) -> Iterator[Metric]:
        """Nothing at all while no tick has been seen, or PostgreSQL is away: an alert asks for absence."""
        try:
            beat = engine_heartbeat()
        except DatabaseError:
            return
        if beat is None:
            return
        age = (clock.now() - beat.seen_at).total_seconds()
        yield GaugeMetricFamily("totalcare_engine_age_seconds", "Seconds since the last tick ended.", value=age)
        for name, meaning in GAUGES.items():
            yield GaugeMetricFamily(f"totalcare_engine_{name}", meaning, value=getattr(beat, name))
        yield CounterMetricFamily("totalcare_engine_steps_fired", "Steps fired.", value=beat.steps_fired)
        yield CounterMetricFamily("totalcare_engine_ticks", "Ticks that ended well.", value=beat.ticks)

    def describe(self) -> list[Metric]:
        """Not known before it is asked; so that registering asks nothing."""
        return []


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """404 without `Authorization: Bearer METRICS_TOKEN`. A token, not a network: behind a proxy everybody has its address."""
    given = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponseNotFound()
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
    registry.register(EngineCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
