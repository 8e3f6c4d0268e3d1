"""One's own API tokens: what there is, a new one, the end of one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import Request
from common.errors import Refused

from . import services
from .forms import TokenForm
from .models import ApiToken


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: Request) -> HttpResponse:
    """The list and the form. A new token's secret is on the page that made it, and nowhere else."""
    form, secret = TokenForm(request.POST or None, user=request.user), ""
    if request.method == "POST" and form.is_valid():
        try:
            _token, secret = services.create_token(actor=request.user, now=request.now, **form.cleaned_data)
            form = TokenForm(user=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    mine = ApiToken.objects.visible_to(request.user).usable(request.now)
    context = {"form": form, "secret": secret, "tokens": mine.select_related("organization").order_by("-id")}
    return render(request, "integrations/tokens.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def revoke(request: Request, pk: int) -> HttpResponse:
    """End a token."""
    token = services.revoke_token(actor=request.user, token_id=pk, now=request.now)
    messages.success(request, _("“%(name)s” is revoked: it opens nothing any more.") % {"name": token.name})
    return redirect("integrations:tokens")
