"""The administration's page of a calendar's feed: the address, how it went, ask again, stop."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from common.errors import Refused

from . import services, words
from .models import BusinessCalendar, CalendarFeed


class FeedForm(forms.Form):
    """Where the calendar's holidays are published."""

    url = forms.CharField(
        label=gettext_lazy("Address"), max_length=500,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "https://"}),
    )  # fmt: skip


def feed_page(request: Any, page: Any, calendar: BusinessCalendar) -> HttpResponse:
    """GET shows it; POST follows an address, asks again or stops, by the services."""
    feed = CalendarFeed.objects.filter(calendar=calendar).first()
    form = FeedForm(request.POST or None, initial={"url": feed.url if feed else ""})
    if request.method == "POST":
        try:
            done = _act(request, calendar, feed, form)
        except Refused as refusal:
            form.add_error("url", str(refusal))
        else:
            if done:
                messages.success(request, done)
                return HttpResponseRedirect(request.path)
    context = {
        **page.admin_site.each_context(request), "opts": page.model._meta, "title": _("Feed of “%(name)s”") % {"name": calendar},
        "form": form, "feed": feed, "why": words.failure(feed.failure) if feed and feed.failure else "",
        "back": reverse("admin:slo_businesscalendar_change", args=[calendar.pk]),
    }  # fmt: skip
    return TemplateResponse(request, "admin/slo/feed.html", context, status=422 if form.errors else 200)


def _act(request: Any, calendar: BusinessCalendar, feed: CalendarFeed | None, form: FeedForm) -> str:
    """What was done, in words; nothing when the form is wrong."""
    if feed and "stop" in request.POST:
        services.drop_feed(actor=request.user, feed=feed, now=request.now)
        return _("The feed is followed no more. The days that it brought stay.")
    if feed and "again" in request.POST:
        services.ask_again(actor=request.user, feed=feed)
        return _("The feed is asked again within five minutes.")
    if not form.is_valid():
        return ""
    services.set_feed(actor=request.user, calendar=calendar, url=form.cleaned_data["url"], now=request.now)
    return _("The feed is followed: it is asked within five minutes, then once a day.")
