"""The outermost layer: every request has an id, is counted and logged; addresses for machines go no further."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import perf_counter

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import resolve

from . import logs, metrics

logger = logging.getLogger("totalcare.request")
FOR_MACHINES = {"/healthz/live", "/healthz/ready", "/metrics"}


class RequestMiddleware:
    """Gives the request its id (X-Request-ID, ours unless theirs is sane) and echoes it; times, counts and logs.

    Whoever watches asks by address and over plain HTTP, so health and metrics answer here: before hosts are checked,
    TLS is asked for, sessions are read or a transaction begins.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = perf_counter()
        number = logs.accepted(request.headers.get("X-Request-ID", ""))
        token = logs.request_id.set(number)
        try:
            response = self._answer(request)
            response.headers["X-Request-ID"] = number
            self._remember(request, response, perf_counter() - began)
        finally:
            logs.request_id.reset(token)
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info not in FOR_MACHINES:
            return self.get_response(request)
        request.resolver_match = match = resolve(request.path_info)
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        return response

    def _remember(self, request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
        static = request.path_info.startswith(settings.STATIC_URL)
        route = "static" if static else logs.route_of(request)
        method = request.method if request.method in metrics.METHODS else "OTHER"
        metrics.REQUESTS.labels(method, route, str(response.status_code)).observe(seconds)
        quiet = static or request.path_info in FOR_MACHINES
        facts = {"method": method, "route": route, "status": response.status_code, "ms": round(seconds * 1000, 1)}
        logger.log(
            logging.DEBUG if quiet else logging.INFO, "%(method)s %(route)s %(status)s", facts, extra={"facts": facts}
        )
