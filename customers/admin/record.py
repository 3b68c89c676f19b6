"""The record: read here, never written."""

from __future__ import annotations

from django.contrib import admin

from customers.admin_base import DayFilter, ViewOnlyAdmin
from customers.models import Activity


@admin.register(Activity)
class ActivityAdmin(ViewOnlyAdmin):
    list_display = ("at", "verb", "summary", "actor_name", "customer_id")
    list_filter = (("at", DayFilter),)
    search_fields = ("summary", "actor_name", "=verb")
    search_help_text = "Words of the line, a person's name, or a verb such as price.locked"
    # The customer and the person may be gone; the line stays readable by id.
    fields = ("at", "verb", "summary", "actor_name", "actor_id", "customer_id", "subject_kind", "subject_id", "data")
