"""A client's people: who they are, what each may do, and their teams."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import history, selectors, services
from accounts.forms import MemberForm, TeamForm
from accounts.permissions import may
from accounts.requests import Request
from common.errors import Refused


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
        "teams": selectors.teams(request.user, organization),
        "may_manage": may(request.user, "member.manage", organization.pk),
        "events": history.of_people(request.user, organization),
    }
    return render(request, "accounts/people.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def member(request: Request, key: str, pk: int) -> HttpResponse:
    """One person: role and team."""
    organization = selectors.organization_to_manage(request.user, key, "member.manage")
    membership = selectors.member(request.user, organization, pk)
    form = MemberForm(request.POST or None, membership=membership, teams=selectors.teams(request.user, organization))
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_member(actor=request.user, membership=membership, now=request.now, **form.cleaned_data)
            messages.success(request, _("Saved: %(person)s.") % {"person": membership.user})
            return redirect("accounts:people", key=key)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"organization": organization, "membership": membership, "form": form}
    return render(request, "accounts/member.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def new_team(request: Request, key: str) -> HttpResponse:
    """A team's name and its people."""
    organization = selectors.organization_to_manage(request.user, key, "member.manage")
    form = TeamForm(request.POST or None, members=selectors.members(request.user, organization))
    if request.method == "POST" and form.is_valid():
        try:
            services.create_team(actor=request.user, organization=organization, now=request.now, **form.cleaned_data)
            said = _("The team %(name)s is there.") % {"name": form.cleaned_data["name"]}
            messages.success(request, said, extra_tags=f"draft:team:{key}:new")
            return redirect("accounts:people", key=key)
        except Refused as refusal:
            form.add_error("name", str(refusal))
    context = {"organization": organization, "form": form}
    return render(request, "accounts/team.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def team(request: Request, key: str, pk: int) -> HttpResponse:
    """The same, of a team there is; or its end."""
    organization = selectors.organization_to_manage(request.user, key, "member.manage")
    found = selectors.team(request.user, organization, pk)
    form = TeamForm(request.POST or None, members=selectors.members(request.user, organization), team=found)
    if "remove" in request.POST:
        services.remove_team(actor=request.user, team=found, now=request.now)
        messages.success(request, _("The team %(name)s is dissolved.") % {"name": found}, extra_tags=f"draft:team:{pk}")
        return redirect("accounts:people", key=key)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_team(actor=request.user, team=found, now=request.now, **form.cleaned_data)
            messages.success(request, _("Saved."), extra_tags=f"draft:team:{pk}")
            return redirect("accounts:people", key=key)
        except Refused as refusal:
            form.add_error("name", str(refusal))
    context = {"organization": organization, "form": form, "team": found}
    return render(request, "accounts/team.html", context, status=422 if form.errors else 200)
