"""Addresses of pages that compose apps."""

from django.urls import path

from accounts.views import set_theme

from .views import accounts, changes, homes, work

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
    path("contracts/<int:pk>/changes/", changes.changes, name="changes"),
    path("contracts/<int:pk>/changes/ask/", changes.ask, name="change_ask"),
    path("changes/<int:pk>/", changes.change, name="change"),
    path("changes/<int:pk>/draft/", changes.draft, name="change_draft"),
    path("changes/<int:pk>/propose/", changes.propose, name="change_propose"),
    path("changes/<int:pk>/sign/", changes.sign, name="change_sign"),
    path("changes/<int:pk>/decline/", changes.close, {"how": "decline"}, name="change_decline"),
    path("changes/<int:pk>/reject/", changes.close, {"how": "reject"}, name="change_reject"),
    path("changes/<int:pk>/withdraw/", changes.close, {"how": "withdraw"}, name="change_withdraw"),
    path("changes/<int:pk>/certificate/", changes.certificate, name="change_certificate"),
    path("theme/", set_theme, name="set_theme"),
]
