"""Addresses of the demo's outbox; mounted only where mails are written as files."""

from django.urls import path

from . import views

app_name = "notifications"
urlpatterns = [
    path("", views.index, name="mails"),
    path("<str:name>/", views.letter, name="mail"),
    path("<str:name>/html/", views.html, name="mail_html"),
]
