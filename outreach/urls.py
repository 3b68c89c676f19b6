"""Addresses of outreach."""

from django.urls import path, re_path

from outreach import webhooks
from outreach.views import channels, expansion_settings

app_name = "outreach"

urlpatterns = [
    # With and without a slash: a sender follows no redirect.
    re_path(r"^webhooks/usage-alerts/?$", webhooks.usage_alerts, name="usage_alerts"),
    path("settings/expansion", expansion_settings.page, name="expansion_settings"),
    path("reach/<uuid:todo_id>", channels.page, name="channels"),
    path("reach/<uuid:todo_id>/write", channels.write, name="channel_write"),
]
