"""Outreach in the admin: looked at here, changed by its services."""

from __future__ import annotations

from django.contrib import admin

from customers.admin_base import ViewOnlyAdmin
from outreach.models import OutreachPlan, Reaction, ScheduleChange, Touch


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


@admin.register(Reaction)
class ReactionAdmin(ViewOnlyAdmin):
    list_display = ("customer", "choice", "proposed", "decided_at", "decided_by", "undone_at")
    list_filter = ("choice", "proposed")
    list_select_related = ("customer", "decided_by")
    search_fields = ("customer__name", "reason")
    date_hierarchy = "decided_at"


@admin.register(ScheduleChange)
class ScheduleChangeAdmin(ViewOnlyAdmin):
    list_display = ("customer", "cause_kind", "target_kind", "before", "after", "made_at", "restored_at")
    list_filter = ("cause_kind", "target_kind")
    list_select_related = ("customer",)
    search_fields = ("customer__name", "=target_id")
    date_hierarchy = "made_at"
