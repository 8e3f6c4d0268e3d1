"""Addresses of pages that compose apps."""

from django.urls import path, re_path

from accounts.urls import KEY, PK
from accounts.views.own import set_theme

from .views import (
    accounts,
    bulk,
    calendar_changes,
    changes,
    homes,
    library,
    onboarding,
    people,
    responsibilities,
    staffing,
    work,
)

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
    path("portfolio/<slug:key>/", accounts.client, name="client"),
    path("contracts/<int:pk>/hours.csv", accounts.hours_csv, name="hours_csv"),
    path("contracts/<int:pk>/hours/", accounts.hours, name="hours"),
    path("contracts/<int:pk>/promises/", accounts.promises, name="promises"),
    path("contracts/<int:pk>/onboarding/", onboarding.onboarding, name="onboarding"),
    path("contracts/<int:pk>/onboarding/<int:activity_id>/", onboarding.activity, name="onboarding_activity"),
    path("contracts/<int:pk>/renew/", onboarding.renew, name="renew"),
    path("documents/<slug:slug>/", library.standard_document, name="standard_document"),
    re_path(rf"^people/{KEY}/visibility/$", people.visibility, name="visibility"),
    re_path(rf"^people/{KEY}/members/{PK}/remove/$", people.remove_member, name="remove_member"),
    path("staffing/", staffing.clients, name="staffing"),
    re_path(rf"^staffing/{KEY}/$", staffing.client, name="staffing_client"),
    re_path(rf"^staffing/{KEY}/{PK}/end/$", staffing.end, name="staffing_end"),
    path("contracts/<int:pk>/changes/", changes.changes, name="changes"),
    path("contracts/<int:pk>/changes/ask/", changes.ask, name="change_ask"),
    path("changes/<int:pk>/", changes.change, name="change"),
    path("changes/<int:pk>/impact/", changes.impact, name="change_impact"),
    path("changes/<int:pk>/draft/", changes.draft, name="change_draft"),
    path("changes/<int:pk>/propose/", changes.propose, name="change_propose"),
    path("changes/<int:pk>/sign/", changes.sign, name="change_sign"),
    path("changes/<int:pk>/decline/", changes.close, {"how": "decline"}, name="change_decline"),
    path("changes/<int:pk>/reject/", changes.close, {"how": "reject"}, name="change_reject"),
    path("changes/<int:pk>/withdraw/", changes.close, {"how": "withdraw"}, name="change_withdraw"),
    path("changes/<int:pk>/certificate/", changes.certificate, name="change_certificate"),
    path("responsibilities/", responsibilities.index, name="responsibilities_index"),
    path("responsibilities/<str:key>/", responsibilities.register, name="responsibilities"),
    path("responsibilities/<str:key>/new/", responsibilities.new, name="responsibility_new"),
    path("responsibilities/<str:key>/<int:pk>/", responsibilities.line, name="responsibility"),
    path("responsibilities/<str:key>/<int:pk>/edit/", responsibilities.edit, name="responsibility_edit"),
    path("calendars/", calendar_changes.calendars, name="calendars"),
    path("calendars/<int:pk>/change/", calendar_changes.draft, name="calendar_draft"),
    path("calendars/changes/<int:pk>/", calendar_changes.change, name="calendar_change"),
    path("calendars/changes/<int:pk>/publish/", calendar_changes.act, {"act": "publish"}, name="calendar_publish"),
    path("calendars/changes/<int:pk>/discard/", calendar_changes.act, {"act": "discard"}, name="calendar_discard"),
    path("calendars/changes/<int:pk>/again/", calendar_changes.act, {"act": "again"}, name="calendar_again"),
    path("theme/", set_theme, name="set_theme"),
]
