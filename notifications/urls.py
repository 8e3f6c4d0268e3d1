"""Addresses of the demo's outbox; mounted only where mails are written as files."""

from django.urls import path

from . import views

app_name = "notifications"
urlpatterns = [
    path("", views.index, name="index"),
    path("<str:name>/", views.letter, name="letter"),
    path("<str:name>/html/", views.html, name="html"),
]
