"""The portal's addresses with the demo's outbox, wherever the settings leave it out."""

from django.urls import include, path

from totalcare.urls import urlpatterns as portals

urlpatterns = [
    *(one for one in portals if getattr(one, "namespace", "") != "notifications"),
    path("dev/mail/", include("notifications.urls")),
]
