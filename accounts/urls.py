"""People of clients, invitations, one's own profile. Mounted at /people/."""

from django.urls import path, re_path

from . import views

app_name = "accounts"
KEY = r"(?P<key>[A-Z][A-Z0-9]{0,9})"
urlpatterns = [
    path("", views.people_of_clients, name="people_index"),
    path("profile/", views.profile, name="profile"),
    path("theme/", views.set_theme, name="set_theme"),
    path("language/", views.set_language, name="set_language"),
    path("invitation/<str:token>/", views.accept, name="accept"),
    re_path(rf"^{KEY}/$", views.people, name="people"),
    re_path(rf"^{KEY}/invite/$", views.invite, name="invite"),
    re_path(rf"^{KEY}/invitations/(?P<invitation_id>[0-9]{{1,18}})/revoke/$", views.revoke, name="revoke"),
]
