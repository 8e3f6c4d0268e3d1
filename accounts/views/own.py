"""One's own settings: name, language, zone, theme."""

from __future__ import annotations

from allauth.account.internal.flows.reauthentication import resume_request
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import services
from accounts.forms import ProfileForm
from accounts.requests import Request
from common.errors import Refused


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: Request) -> HttpResponse:
    """One's own name, language, zone and theme."""
    form = ProfileForm(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            person = services.edit_profile(actor=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            with override(person.language):
                messages.success(request, _("Saved."), extra_tags="draft:profile")
            return _remember_theme(_remember_language(redirect("accounts:profile"), person.language), person.theme)
    context = {"form": form, "now": request.now}
    return render(request, "accounts/profile.html", context, status=422 if form.errors else 200)


@require_POST
def set_theme(request: Request) -> HttpResponse:
    """Light, dark or as the system: on the person, and in a cookie for the pages before signing in."""
    theme = request.POST.get("theme", "")
    response = _back(request)
    if theme not in {"light", "dark", "system"}:
        return response
    if request.user.is_authenticated:
        services.set_theme(actor=request.user, theme=theme)
    return _remember_theme(response, theme)


@require_POST
def set_language(request: Request) -> HttpResponse:
    """English or French: on the person, and in the language cookie."""
    language = request.POST.get("language", "")
    response = _back(request)
    if language not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated:
        services.set_language(actor=request.user, language=language)
    return _remember_language(response, language)


def _remember_language(response: HttpResponse, language: str) -> HttpResponse:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=31_536_000,
        samesite="Lax", secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response


def _remember_theme(response: HttpResponse, theme: str) -> HttpResponse:
    response.set_cookie(
        "theme", theme, max_age=31_536_000, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=False
    )
    return response


def _back(request: Request) -> HttpResponse:
    """To the page that asked, if it is ours."""
    to = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(to if safe else "/")


@login_required
@require_GET
def again(request: Request) -> HttpResponse:
    """Back from the provider: go on with what was posted before, which asks once more who is there."""
    resumed: HttpResponse | None = resume_request(request)
    return resumed or redirect("portal:home")
