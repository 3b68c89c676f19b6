"""Addresses of the door and the settings; `customers/urls.py` includes them."""

from django.urls import path

from customers.views import access, invitations, people_settings, record, settings, sources, tokens, webhook_endpoints

urlpatterns = [
    path("sign-in", access.SignIn.as_view(), name="sign_in"),
    path("sign-out", access.SignOut.as_view(), name="sign_out"),
    path("password/forgotten", access.Forgotten.as_view(), name="password_forgotten"),
    path("password/sent", access.ResetSent.as_view(), name="password_sent"),
    path("password/choose/<uidb64>/<token>", access.ChooseNewPassword.as_view(), name="password_reset_confirm"),
    path("join/<str:secret>", invitations.join, name="join"),
    path("settings", settings.workspace, name="settings"),
    path("settings/profile", settings.profile, name="profile"),
    path("settings/profile/password", settings.change_password, name="settings_password"),
    path("settings/tokens", tokens.tokens, name="tokens"),
    path("settings/tokens/<uuid:token_id>/revoke", tokens.revoke, name="token_revoke"),
    path("settings/usage-sources", sources.listing, name="settings_sources"),
    path("settings/usage-sources/new", sources.edit, name="settings_source_new"),
    path("settings/usage-sources/<uuid:source_id>", sources.edit, name="settings_source"),
    path("settings/usage-sources/<uuid:source_id>/pull", sources.pull, name="settings_source_pull"),
    path("settings/usage-sources/<uuid:source_id>/remove", sources.remove, name="settings_source_remove"),
    path("settings/record", record.show_record, name="settings_record"),
    path("settings/record/verify", record.verify, name="settings_record_verify"),
    path("settings/webhooks", webhook_endpoints.listing, name="settings_webhooks"),
    path("settings/webhooks/new", webhook_endpoints.edit, name="settings_webhook_new"),
    path("settings/webhooks/<uuid:endpoint_id>", webhook_endpoints.edit, name="settings_webhook"),
    path("settings/webhooks/<uuid:endpoint_id>/test", webhook_endpoints.test, name="settings_webhook_test"),
    path("settings/webhooks/<uuid:endpoint_id>/rotate", webhook_endpoints.rotate, name="settings_webhook_rotate"),
    path("settings/webhooks/<uuid:endpoint_id>/remove", webhook_endpoints.remove, name="settings_webhook_remove"),
    path(
        "settings/webhooks/deliveries/<uuid:delivery_id>",
        webhook_endpoints.delivery,
        name="settings_webhook_delivery",
    ),
    path("settings/people", people_settings.people, name="settings_people"),
    path("settings/people/invite", people_settings.invitation, name="settings_invite"),
    path("settings/people/<uuid:person_id>", people_settings.person, name="settings_person"),
    path("settings/people/<uuid:person_id>/access", people_settings.person_access, name="settings_person_access"),
    path("settings/people/<uuid:person_id>/reset", people_settings.person_reset, name="settings_person_reset"),
    path(
        "settings/invitations/<uuid:invitation_id>/revoke",
        people_settings.invitation_revoke,
        name="settings_invitation_revoke",
    ),
    path("settings/teams/new", people_settings.team, name="settings_team_new"),
    path("settings/teams/<uuid:team_id>", people_settings.team, name="settings_team"),
    path("settings/teams/<uuid:team_id>/remove", people_settings.team_remove, name="settings_team_remove"),
]
