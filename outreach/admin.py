"""Outreach in the admin: looked at here, changed by its services."""

from __future__ import annotations

from django.contrib import admin

from customers.admin_base import ViewOnlyAdmin
from outreach.models import OutreachPlan, Touch


@admin.register(OutreachPlan)
class OutreachPlanAdmin(ViewOnlyAdmin):
    list_display = ("customer", "approach", "pricing_approach", "state", "first_date", "deadline", "end")
    list_filter = ("state", "approach", "pricing_approach")
    list_select_related = ("customer",)
    search_fields = ("customer__name", "=customer__external_id")
    date_hierarchy = "deadline"


@admin.register(Touch)
class TouchAdmin(ViewOnlyAdmin):
    list_display = ("title", "plan", "kind", "stakeholder", "owner_kind", "due_date", "state")
    list_filter = ("state", "kind", "owner_kind")
    list_select_related = ("plan", "stakeholder")
    search_fields = ("title", "plan__customer__name", "stakeholder__name")
