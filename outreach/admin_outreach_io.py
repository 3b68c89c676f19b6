"""Outreach.io in the admin: looked at here, changed on its page of the settings. Tokens are shown nowhere."""

from __future__ import annotations

from django.contrib import admin

from customers.admin_base import DayFilter, EverybodysAdmin, ViewOnlyAdmin
from outreach.models import (
    OAuthState,
    OutreachConnection,
    OutreachMailbox,
    OutreachSequence,
    OutreachSequenceStep,
)


@admin.register(OutreachConnection)
class OutreachConnectionAdmin(ViewOnlyAdmin):
    list_display = ("state", "connected_by", "connected_at", "access_expires_at", "rate_used", "rate_limit", "reason")
    list_select_related = ("connected_by",)
    exclude = ("sealed_access", "sealed_refresh", "lease", "lease_until")


@admin.register(OutreachSequence)
class OutreachSequenceAdmin(ViewOnlyAdmin):
    list_display = ("name", "sequence_id", "is_enabled", "is_locked", "is_gone", "step_count", "read_at")
    list_filter = ("is_enabled", "is_locked", "is_gone")
    search_fields = ("name", "=sequence_id")


@admin.register(OutreachSequenceStep)
class OutreachSequenceStepAdmin(ViewOnlyAdmin):
    list_display = ("sequence", "order", "name", "kind", "interval_s", "deliver_count", "reply_count")
    list_filter = ("kind",)
    list_select_related = ("sequence",)
    search_fields = ("sequence__name", "name")


@admin.register(OutreachMailbox)
class OutreachMailboxAdmin(ViewOnlyAdmin):
    list_display = ("email", "mailbox_id", "user", "why_not", "is_gone", "read_at")
    list_filter = ("is_gone",)
    list_select_related = ("user",)
    search_fields = ("email", "=mailbox_id")


@admin.register(OAuthState)
class OAuthStateAdmin(EverybodysAdmin):
    """Consents that were begun; what would make one pass is kept as a digest alone."""

    list_display = ("created_at", "user", "expires_at", "used_at")
    list_filter = (("created_at", DayFilter),)
    list_select_related = ("user",)
    search_fields = ("user__username",)
    exclude = ("state_digest", "session_digest", "sealed_verifier")
