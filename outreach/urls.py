"""Addresses of outreach."""

from django.urls import path, re_path

from outreach import webhooks
from outreach.views import channels, crm_settings, expansion_settings, stand_ins

app_name = "outreach"

urlpatterns = [
    # With and without a slash: a sender follows no redirect.
    re_path(r"^webhooks/usage-alerts/?$", webhooks.usage_alerts, name="usage_alerts"),
    re_path(r"^webhooks/slack/interactions/?$", webhooks.slack_interactions, name="slack_interactions"),
    path("settings/stand-ins", stand_ins.listing, name="stand_ins"),
    path("settings/stand-ins/<uuid:call_id>/click", stand_ins.click, name="stand_in_click"),
    path("settings/crm", crm_settings.page, name="crm_settings"),
    path("settings/crm/stages", crm_settings.stages, name="crm_stages"),
    path("settings/crm/<uuid:write_id>/retry", crm_settings.retry, name="crm_retry"),
    path("settings/expansion", expansion_settings.page, name="expansion_settings"),
    path("reach/<uuid:todo_id>", channels.page, name="channels"),
    path("reach/<uuid:todo_id>/write", channels.write, name="channel_write"),
]
