"""Addresses of pages that compose apps."""

from django.urls import path

from accounts.views import set_theme

from .views import accounts, homes, library, onboarding, work

app_name = "portal"
urlpatterns = [
    path("", homes.home, name="home"),
    path("search/", homes.tickets, name="search"),
    path("tickets/", homes.tickets, name="tickets"),
    path("tickets/<str:reference>/", work.ticket, name="ticket"),
    path("queue/", work.queue, name="queue"),
    path("portfolio/", accounts.portfolio, name="portfolio"),
    path("contracts/<int:pk>/hours/", accounts.hours, name="hours"),
    path("contracts/<int:pk>/promises/", accounts.promises, name="promises"),
    path("contracts/<int:pk>/onboarding/", onboarding.onboarding, name="onboarding"),
    path("contracts/<int:pk>/onboarding/<int:activity_id>/", onboarding.activity, name="onboarding_activity"),
    path("contracts/<int:pk>/renew/", onboarding.renew, name="renew"),
    path("documents/<slug:slug>/", library.standard_document, name="standard_document"),
    path("theme/", set_theme, name="set_theme"),
]
