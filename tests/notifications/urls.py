"""The portal's addresses with the demo's outbox, whatever the settings said when they were read."""

from django.urls import include, path

from totalcare.urls import urlpatterns as portal

urlpatterns = [path("dev/mail/", include("notifications.urls")), *portal]
