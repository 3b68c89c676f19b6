"""Addresses of outreach."""

from django.urls import path

from outreach.views import channels

app_name = "outreach"

urlpatterns = [
    path("reach/<uuid:todo_id>", channels.page, name="channels"),
    path("reach/<uuid:todo_id>/write", channels.write, name="channel_write"),
]
