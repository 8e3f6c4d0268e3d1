"""People of clients, invitations, one's own profile. Mounted at /people/."""

from django.urls import path, re_path

from .views import invitations, own, people

app_name = "accounts"
KEY = r"(?P<key>[A-Z][A-Z0-9]{0,9})"
INVITATION = rf"{KEY}/invitations/(?P<invitation_id>[0-9]{{1,18}})"
PK = "(?P<pk>[0-9]{1,18})"
urlpatterns = [
    path("", people.people_of_clients, name="people_index"),
    path("profile/", own.profile, name="profile"),
    path("again/", own.again, name="again"),
    path("theme/", own.set_theme, name="set_theme"),
    path("language/", own.set_language, name="set_language"),
    path("invitation/<str:token>/", invitations.accept, name="accept"),
    re_path(rf"^{KEY}/$", people.people, name="people"),
    re_path(rf"^{KEY}/members/{PK}/$", people.member, name="member"),
    re_path(rf"^{KEY}/teams/new/$", people.new_team, name="new_team"),
    re_path(rf"^{KEY}/teams/{PK}/$", people.team, name="team"),
    re_path(rf"^{KEY}/invite/$", invitations.invite, name="invite"),
    re_path(rf"^{INVITATION}/revoke/$", invitations.revoke, name="revoke"),
    re_path(rf"^{INVITATION}/resend/$", invitations.resend, name="resend"),
]
