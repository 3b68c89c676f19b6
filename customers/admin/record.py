"""The record: read here, never written."""

from __future__ import annotations

from django.contrib import admin

from customers.admin_base import DayFilter, ViewOnlyAdmin
from customers.models import Activity, RecordCheck, Seal, Unsealed


@admin.register(Activity)
class ActivityAdmin(ViewOnlyAdmin):
    list_display = ("at", "verb", "summary", "actor_name", "customer_id")
    list_filter = (("at", DayFilter),)
    search_fields = ("summary", "actor_name", "=verb")
    search_help_text = "Words of the line, a person's name, or a verb such as price.locked"
    # The customer and the person may be gone; the line stays readable by id.
    fields = ("at", "verb", "summary", "actor_name", "actor_id", "customer_id", "subject_kind", "subject_id", "data")


@admin.register(Seal)
class SealAdmin(ViewOnlyAdmin):
    list_display = ("number", "kind", "line_id", "sealed_at")
    list_filter = ("kind",)
    search_fields = ("=number", "=line__id")
    fields = ("number", "kind", "line_id", "mark", "digest", "sealed_at")


@admin.register(Unsealed)
class UnsealedAdmin(ViewOnlyAdmin):
    """Lines that wait for their link; more than a minute's worth means that nobody seals."""

    list_display = ("id", "line_id")
    search_fields = ("=line__id",)
    fields = ("id", "line_id")


@admin.register(RecordCheck)
class RecordCheckAdmin(ViewOnlyAdmin):
    list_display = ("asked_at", "asked_by", "state", "lines", "fault_count", "finished_at")
    list_filter = ("state",)
    list_select_related = ("asked_by",)
    search_fields = ("asked_by__username",)
