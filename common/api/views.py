"""What every view of the API does: refuses what is too large or unknown, and hands over parsed input."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from . import problems
from .pages import NewestFirst
from .strict import Filters, Strict


class ApiView(GenericAPIView):
    """A view whose query and body are read strictly. Subclasses name their `filters`, if they have any."""

    filters: type[Filters] = Filters
    paged = False
    asked: dict[str, Any]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Before the method: who asks, how often, how much, and about what."""
        try:
            request._request.body  # noqa: B018 - read once, under Django's limit, before the CSRF check looks for forms
        except RequestDataTooBig:
            raise problems.TooLarge from None
        super().initial(request, *args, **kwargs)
        lists = self.paged and request.method == "GET"
        self.asked = (self.filters if request.method == "GET" else Filters).read(
            request.query_params, NewestFirst.names if lists else set()
        )

    def sent(self, form: type[Strict]) -> dict[str, Any]:
        """The body's fields, as this form reads them."""
        given = form(data=self.request.data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def page(self, queryset: Any, serializer: type[Any]) -> Response:
        """One page of a list, newest first."""
        rows = self.paginator.paginate_queryset(queryset, self.request, view=self)
        page: Response = self.paginator.get_paginated_response(serializer(rows, many=True).data)
        return page

    def created(self, row: Any, serializer: type[Any]) -> Response:
        """201 with the new row. Whose it is goes along, for those who remember answers (Idempotency-Key)."""
        response = Response(serializer(row).data, status=201)
        response.organization_id = row.organization_id
        return response


class Nowhere(ApiView):
    """Every other address under the API: a problem, not a page."""

    @extend_schema(exclude=True)
    def nothing(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """404, whatever is asked."""
        raise Http404

    get = post = put = patch = delete = nothing
