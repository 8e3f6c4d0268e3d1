"""Addresses of pages that compose apps."""

from django.urls import path

from accounts.views import set_theme

from .views import accounts, homes, responsibilities, work

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
    path("responsibilities/", responsibilities.index, name="responsibilities_index"),
    path("responsibilities/<str:key>/", responsibilities.register, name="responsibilities"),
    path("responsibilities/<str:key>/new/", responsibilities.new, name="responsibility_new"),
    path("responsibilities/<str:key>/<int:pk>/", responsibilities.line, name="responsibility"),
    path("responsibilities/<str:key>/<int:pk>/edit/", responsibilities.edit, name="responsibility_edit"),
    path("theme/", set_theme, name="set_theme"),
]
