"""Addresses of outreach."""

from django.urls import path, re_path

from outreach import webhooks
from outreach.views import (
    channels,
    crm_settings,
    expansion,
    expansion_settings,
    offers,
    opportunities,
    outreach_settings,
    outreach_triggers,
    run_actions,
    runs,
    sequences,
    stand_ins,
)

app_name = "outreach"

urlpatterns = [
    # With and without a slash: a sender follows no redirect.
    re_path(r"^webhooks/usage-alerts/?$", webhooks.usage_alerts, name="usage_alerts"),
    re_path(r"^webhooks/slack/interactions/?$", webhooks.slack_interactions, name="slack_interactions"),
    re_path(r"^webhooks/outreach/?$", webhooks.outreach_news, name="outreach_news"),
    path("settings/stand-ins", stand_ins.listing, name="stand_ins"),
    path("settings/stand-ins/<uuid:call_id>/click", stand_ins.click, name="stand_in_click"),
    path("settings/crm", crm_settings.page, name="crm_settings"),
    path("settings/crm/stages", crm_settings.stages, name="crm_stages"),
    path("settings/crm/<uuid:write_id>/retry", crm_settings.retry, name="crm_retry"),
    path("settings/outreach", outreach_settings.page, name="outreach_settings"),
    path("settings/outreach/connect", outreach_settings.connect, name="outreach_connect"),
    path("settings/outreach/disconnect", outreach_settings.disconnect, name="outreach_disconnect"),
    path("settings/outreach/discover", outreach_settings.discover, name="outreach_discover"),
    path("settings/outreach/stand-in", outreach_settings.stand_in_consent, name="outreach_stand_in"),
    path("settings/outreach/stand-in/play", outreach_settings.stand_in_play, name="outreach_stand_in_play"),
    path("settings/outreach/triggers", outreach_triggers.page, name="outreach_triggers"),
    path("settings/outreach/triggers/add", outreach_triggers.add, name="outreach_trigger_add"),
    path("settings/outreach/triggers/fields", outreach_triggers.custom_fields, name="outreach_custom_fields"),
    path("settings/outreach/triggers/<uuid:mapping_id>", outreach_triggers.edit, name="outreach_trigger"),
    path("customers/<uuid:customer_id>/sequences", sequences.page, name="sequences"),
    path("customers/<uuid:customer_id>/sequences/change", sequences.change, name="sequences_change"),
    path(
        "customers/<uuid:customer_id>/sequences/<uuid:enrollment_id>/decide",
        sequences.decide,
        name="sequences_decide",
    ),
    path("settings/expansion", expansion_settings.page, name="expansion_settings"),
    path(
        "settings/expansion/slack/<uuid:question_id>/again",
        expansion_settings.post_again,
        name="expansion_settings_post_again",
    ),
    path("customers/<uuid:customer_id>/expansion", expansion.page, name="expansion"),
    path("customers/<uuid:customer_id>/expansion/look", expansion.look, name="expansion_look"),
    path("customers/<uuid:customer_id>/expansion/requests", expansion.request_add, name="request_add"),
    path(
        "customers/<uuid:customer_id>/expansion/requests/<uuid:request_id>/remove",
        expansion.request_remove,
        name="request_remove",
    ),
    path("introductions/<uuid:introduction_id>/copy", expansion.copy, name="introduction_copy"),
    path("introductions/<uuid:introduction_id>/answer", expansion.respond, name="introduction_answer"),
    path("upsell-runs", runs.board, name="runs"),
    path("upsell-runs/new", runs.new, name="run_new"),
    path("upsell-runs/<uuid:upsell_run_id>", runs.page, name="run"),
    path("upsell-runs/<uuid:upsell_run_id>/reply", run_actions.reply, name="run_reply"),
    path("upsell-runs/<uuid:upsell_run_id>/cancel", run_actions.cancel, name="run_cancel"),
    path("upsell-runs/<uuid:upsell_run_id>/steps/<str:name>/approve", run_actions.approve, name="run_approve"),
    path("upsell-runs/<uuid:upsell_run_id>/steps/<str:name>/retry", run_actions.retry, name="run_retry"),
    path("upsell-runs/<uuid:upsell_run_id>/steps/<str:name>/skip", run_actions.skip, name="run_skip"),
    path("opportunities", opportunities.listing, name="opportunities"),
    path("opportunities/<uuid:opportunity_id>", opportunities.page, name="opportunity"),
    path("expansion/offers", offers.listing, name="offers"),
    path("expansion/offers/new", offers.new, name="offer_new"),
    path("expansion/offers/<uuid:offer_id>", offers.edit, name="offer_edit"),
    path("reach/<uuid:todo_id>", channels.page, name="channels"),
    path("reach/<uuid:todo_id>/write", channels.write, name="channel_write"),
]
