"""What Outreach.io's stand-in keeps, in the admin: looked at only. Secrets are shown nowhere."""

from __future__ import annotations

from django.contrib import admin

from customers.admin_base import DayFilter, ValueFilter, ViewOnlyAdmin
from outreach.models import StandInDesk, StandInGrant, StandInNews, StandInThing


@admin.register(StandInThing)
class StandInThingAdmin(ViewOnlyAdmin):
    list_display = ("id", "kind", "text", "prospect_number", "sequence_number", "changed_at")
    list_filter = (("changed_at", DayFilter), ("kind", ValueFilter))
    search_fields = ("text", "=id")
    # A webhook's attributes hold its secret.
    exclude = ("attributes",)


@admin.register(StandInGrant)
class StandInGrantAdmin(ViewOnlyAdmin):
    list_display = ("kind", "expires_at", "used_at")
    list_filter = ("kind",)
    exclude = ("challenge",)


@admin.register(StandInDesk)
class StandInDeskAdmin(ViewOnlyAdmin):
    list_display = ("calls_used", "calls_limit", "resets_at", "refused_calls", "last_grant_at")


@admin.register(StandInNews)
class StandInNewsAdmin(ViewOnlyAdmin):
    list_display = ("made_at", "event", "url", "attempts", "answer")
    list_filter = (("made_at", DayFilter), ("event", ValueFilter))
    search_fields = ("event", "url")
