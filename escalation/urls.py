"""Addresses of what one says to escalations."""

from django.urls import path

from . import views

app_name = "escalation"
urlpatterns = [
    path("<str:reference>/persist/", views.persist, name="persist"),
    path("<int:pk>/acknowledge/", views.acknowledge, name="acknowledge"),
]
