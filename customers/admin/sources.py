"""Sources of usage and their pulls: looked at here, changed in the settings; the secret is shown nowhere."""

from __future__ import annotations

from django.contrib import admin

from customers.admin_base import DayFilter, ViewOnlyAdmin
from customers.models import UsagePull, UsageSource


@admin.register(UsageSource)
class UsageSourceAdmin(ViewOnlyAdmin):
    list_display = ("name", "kind", "url", "is_enabled", "next_due_at", "failures")
    list_filter = ("kind", "is_enabled")
    search_fields = ("name",)
    exclude = ("sealed_secret",)


@admin.register(UsagePull)
class UsagePullAdmin(ViewOnlyAdmin):
    list_display = ("started_at", "source", "state", "rows", "readings", "contracts", "refused_count", "note")
    list_filter = (("started_at", DayFilter), "state")
    list_select_related = ("source",)
    search_fields = ("source__name",)
