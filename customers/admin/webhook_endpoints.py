"""Endpoints and what was sent to them: looked at here, changed in the settings; a secret is shown nowhere."""

from __future__ import annotations

from django.contrib import admin

from customers.admin_base import DayFilter, ViewOnlyAdmin
from customers.models import WebhookDelivery, WebhookEndpoint


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ViewOnlyAdmin):
    list_display = ("url", "description", "is_enabled", "failing_since", "off_reason", "removed_at")
    list_filter = ("is_enabled",)
    search_fields = ("url", "description")
    exclude = ("sealed_secret", "sealed_old_secret")


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ViewOnlyAdmin):
    list_display = ("happened_at", "type", "endpoint", "state", "status", "attempts", "outcome")
    list_filter = (("happened_at", DayFilter), "state")
    list_select_related = ("endpoint",)
    search_fields = ("message_id", "type")
    exclude = ("claim_token",)
