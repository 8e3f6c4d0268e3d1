"""Addresses of pages that compose apps."""

from django.urls import path

from accounts.views import set_theme

from .views import accounts, bulk, homes, work

app_name = "portal"
urlpatterns = [
    path("", homes.home, name="home"),
    path("search/", homes.tickets, name="search"),
    path("tickets/", homes.tickets, name="tickets"),
    path("tickets/<str:reference>/", work.ticket, name="ticket"),
    path("queue/", work.queue, name="queue"),
    path("queue/bulk/", bulk.bulk, name="bulk"),
    path("queue/undo/", bulk.undo, name="undo"),
    path("portfolio/", accounts.portfolio, name="portfolio"),
    path("contracts/<int:pk>/hours/", accounts.hours, name="hours"),
    path("contracts/<int:pk>/promises/", accounts.promises, name="promises"),
    path("theme/", set_theme, name="set_theme"),
]
