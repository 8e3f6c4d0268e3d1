"""Addresses of what one does to tickets; a ticket's own page is portal's."""

from django.urls import path

from . import views

app_name = "tickets"
urlpatterns = [
    path("new/", views.new, name="new"),
    path("new/promise/", views.promise, name="promise"),
    path("new/scope/", views.doubt, name="doubt"),
    path("<str:reference>/reply/", views.reply, name="reply"),
    path("<str:reference>/files/<int:pk>/", views.attachment, name="attachment"),
    path("<str:reference>/act/", views.act, name="act"),
    path("<str:reference>/assign/", views.assign, name="assign"),
    path("<str:reference>/priority/", views.prioritize, name="prioritize"),
    path("<str:reference>/scope/", views.decide_scope, name="decide_scope"),
    path("<str:reference>/scope/back/", views.take_back_scope, name="take_back_scope"),
    path("<str:reference>/blocked/", views.block, name="block"),
    path("<str:reference>/blocked/<int:pk>/end/", views.unblock, name="unblock"),
    path("<str:reference>/time/", views.log_time, name="log_time"),
    path("<str:reference>/time/<int:pk>/reverse/", views.reverse_time, name="reverse_time"),
]
