"""Absences: looked at here, set in the settings."""

from __future__ import annotations

from django.contrib import admin

from customers.admin_base import DayFilter, ViewOnlyAdmin
from customers.models import Absence


@admin.register(Absence)
class AbsenceAdmin(ViewOnlyAdmin):
    list_display = ("user", "delegate", "first_date", "last_date", "state", "set_by")
    list_filter = (("starts_at", DayFilter), "state")
    list_select_related = ("user", "delegate", "set_by")
    search_fields = ("user__username", "user__last_name", "delegate__username", "delegate__last_name")
