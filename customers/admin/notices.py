"""Notices and how people want to be told: looked at here, changed by their own person alone."""

from __future__ import annotations

from django.contrib import admin

from customers.admin_base import DayFilter, ViewOnlyAdmin
from customers.models import Notice, NoticeSettings


@admin.register(Notice)
class NoticeAdmin(ViewOnlyAdmin):
    list_display = ("happened_at", "kind", "user", "customer", "in_app", "mail", "state", "read_at")
    list_filter = (("happened_at", DayFilter), "kind", "state")
    list_select_related = ("user", "customer")
    search_fields = ("customer__name", "user__username")
    exclude = ("claim_token",)


@admin.register(NoticeSettings)
class NoticeSettingsAdmin(ViewOnlyAdmin):
    list_display = ("user", "digest_every", "updated_at")
    list_filter = ("digest_every",)
    list_select_related = ("user",)
    search_fields = ("user__username",)
