"""The people pages: a client's people, invitations, one's own settings."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.forms import model_to_dict
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.errors import Refused

from . import selectors, services
from .forms import InviteForm, NewcomerForm, ProfileForm
from .requests import Request

BACKEND = settings.AUTHENTICATION_BACKENDS[0]


@login_required
@require_GET
def people_of_clients(request: Request) -> HttpResponse:
    """The clients whose people one may manage; straight to the only one."""
    organizations = selectors.organizations_to_manage(request.user)
    if not organizations:
        raise Http404
    if len(organizations) == 1:
        return redirect("accounts:people", key=organizations[0].key)
    return render(request, "accounts/index.html", {"organizations": organizations})


@login_required
@require_GET
def people(request: Request, key: str) -> HttpResponse:
    """A client's people, and who has been invited."""
    organization = selectors.organization_to_manage(request.user, key)
    context = {
        "organization": organization,
        "members": selectors.members(request.user, organization),
        "invitations": selectors.open_invitations(request.user, organization, request.now),
    }
    return render(request, "accounts/people.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def invite(request: Request, key: str) -> HttpResponse:
    """The invitation form."""
    organization = selectors.organization_to_manage(request.user, key)
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.invite(actor=request.user, organization=organization, now=request.now, **form.cleaned_data)
            messages.success(request, _("Invitation sent to %(email)s.") % {"email": form.cleaned_data["email"]})
            return redirect("accounts:people", key=key)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"organization": organization, "form": form}
    return render(request, "accounts/invite.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def revoke(request: Request, key: str, invitation_id: str) -> HttpResponse:
    """Withdraw an invitation."""
    organization = selectors.organization_to_manage(request.user, key)
    try:
        services.revoke(
            actor=request.user, organization=organization, invitation_id=int(invitation_id), now=request.now
        )
        messages.success(request, _("Invitation withdrawn."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("accounts:people", key=key)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def accept(request: Request, token: str) -> HttpResponse:
    """Where an invitation's link leads, with or without an account."""
    form = NewcomerForm(request.POST or None)
    try:
        offer = services.look(token=token, visitor=request.user, now=request.now)
        typed = form.cleaned_data if form.is_valid() else {}
        if request.method == "POST" and (typed or offer.state == "join"):
            person = services.accept(token=token, visitor=request.user, now=request.now, **typed)
            if offer.state == "new":
                login(request, person, backend=BACKEND)
            messages.success(request, _("Welcome to Total Care."))
            return redirect(settings.LOGIN_REDIRECT_URL)
    except services.InvitationUnusable as refusal:
        status = 404 if refusal.reason == "unknown" else 410
        return render(request, "accounts/invitation_closed.html", {"refusal": refusal}, status=status)
    except Refused as refusal:
        form.add_error(None, str(refusal))
    form.fields["name"].initial = offer.invitation.name
    context = {"form": form, "offer": offer}
    return render(request, "accounts/accept.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: Request) -> HttpResponse:
    """One's own name, language and zone."""
    form = ProfileForm(request.POST or None, initial=model_to_dict(request.user, ProfileForm.Meta.fields))
    if request.method == "POST" and form.is_valid():
        try:
            person = services.edit_profile(actor=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            with override(person.language):
                messages.success(request, _("Saved."))
            return _remember_language(redirect("accounts:profile"), person.language)
    return render(request, "accounts/profile.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def set_theme(request: Request) -> HttpResponse:
    """Light, dark or as the system: on the person, and in a cookie for the pages before signing in."""
    theme = request.POST.get("theme", "")
    response = _back(request)
    if theme not in {"light", "dark", "system"}:
        return response
    if request.user.is_authenticated:
        services.set_theme(actor=request.user, theme=theme)
    response.set_cookie(
        "theme", theme, max_age=31_536_000, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=False
    )
    return response


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


def _back(request: Request) -> HttpResponse:
    """To the page that asked, if it is ours."""
    to = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(to if safe else "/")
