"""Renewals in the admin: looked at here, changed on the account's pages."""

from __future__ import annotations

from django.contrib import admin

from customers.admin_base import ViewOnlyAdmin
from renewals.models import EngageRun, Override, Renewal


@admin.register(Renewal)
class RenewalAdmin(ViewOnlyAdmin):
    list_display = ("customer", "contract", "confidence", "price_locked_at", "outcome", "closed_at")
    list_filter = (
        "outcome",
        ("closed_at", admin.EmptyFieldListFilter),
        ("price_locked_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("customer", "contract")
    search_fields = ("customer__name", "=customer__external_id")


@admin.register(EngageRun)
class EngageRunAdmin(ViewOnlyAdmin):
    list_display = ("customer", "opened_at", "opened_by", "plan")
    list_select_related = ("customer", "opened_by", "plan")
    search_fields = ("customer__name", "=customer__external_id")
    date_hierarchy = "opened_at"


@admin.register(Override)
class OverrideAdmin(ViewOnlyAdmin):
    list_display = ("at", "kind", "subject", "old", "new", "reason", "by")
    list_filter = ("kind",)
    list_select_related = ("by", "run")
    search_fields = ("run__customer__name", "subject", "reason")
    date_hierarchy = "at"
