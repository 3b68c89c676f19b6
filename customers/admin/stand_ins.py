"""What would have gone to vendors that are not connected."""

from __future__ import annotations

from django.contrib import admin

from customers.admin_base import DayFilter, ValueFilter, ViewOnlyAdmin
from customers.models import StandInCall


@admin.register(StandInCall)
class StandInCallAdmin(ViewOnlyAdmin):
    list_display = ("called_at", "vendor", "action", "number", "customer")
    list_filter = (("called_at", DayFilter), ("vendor", ValueFilter), ("action", ValueFilter))
    list_select_related = ("customer",)
    search_fields = ("customer__name", "=number")
