"""Addresses of pages that compose apps."""

from django.urls import path

from accounts.views import set_theme

from .views import accounts, homes, work

app_name = "portal"
urlpatterns = [
    path("", homes.home, name="home"),
    path("search/", homes.tickets, name="search"),
    path("tickets/", homes.tickets, name="tickets"),
    path("tickets/<str:reference>/", work.ticket, name="ticket"),
    path("queue/", work.queue, name="queue"),
    path("portfolio/", accounts.portfolio, name="portfolio"),
    path("portfolio/<slug:key>/", accounts.client, name="client"),
    path("contracts/<int:pk>/hours.csv", accounts.hours_csv, name="hours_csv"),
    path("contracts/<int:pk>/hours/", accounts.hours, name="hours"),
    path("contracts/<int:pk>/promises/", accounts.promises, name="promises"),
    path("theme/", set_theme, name="set_theme"),
]
