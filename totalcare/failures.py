"""What is said when we fail: a page for people, a problem for programs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views import defaults

from common.api import problems

API = "/api/"


def server_error(request: HttpRequest) -> HttpResponse:
    """500. Its cause is in the log, under the request's id, and never in the answer."""
    if not request.path.startswith(API):
        return defaults.server_error(request)
    return problems.response(500, _("The fault is ours, it has been recorded, and nothing was half done. Try again."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, also where no address of the API begins."""
    if not request.path.startswith(API):
        return defaults.page_not_found(request, exception)
    return problems.response(404, _("There is no such address."))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: what Django itself can't read, as a host that isn't ours."""
    if not request.path.startswith(API):
        return defaults.bad_request(request, exception)
    return problems.response(400, _("The request can’t be read."))
