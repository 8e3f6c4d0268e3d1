"""The portal's addresses, and views that end in every way."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import include, path

from tickets.models import Ticket


def rename(request: HttpRequest, status: int) -> HttpResponse:
    Ticket.objects.update(subject="renamed")
    if status == 599:
        raise RuntimeError
    return HttpResponse(status=status)


def export(request: HttpRequest) -> StreamingHttpResponse:
    def lines() -> Iterator[str]:
        for subject in Ticket.objects.values_list("subject", flat=True):
            yield f"{subject}\n"

    return StreamingHttpResponse(lines(), content_type="text/plain")


urlpatterns = [path("rename/<int:status>/", rename), path("export/", export), path("", include("totalcare.urls"))]
