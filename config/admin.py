"""The admin's own diary: who changed what there."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.models import LogEntry

from customers.admin_base import DayFilter, EverybodysAdmin


@admin.register(LogEntry)
class LogEntryAdmin(EverybodysAdmin):
    list_display = ("action_time", "user", "content_type", "object_repr", "action_flag")
    list_filter = (
        ("action_time", DayFilter),
        "action_flag",
    )
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "user__username")
