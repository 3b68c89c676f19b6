"""Renewals in the admin: looked at here, changed on the account's pages."""

from __future__ import annotations

from django.contrib import admin

from customers.admin_base import DayFilter, ViewOnlyAdmin
from renewals.models import CrmStageMove, EngageRun, Objection, Override, Renewal, TermNote


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
    list_filter = (("opened_at", DayFilter),)
    list_select_related = ("customer", "opened_by", "plan")
    search_fields = ("customer__name", "=customer__external_id")


@admin.register(Override)
class OverrideAdmin(ViewOnlyAdmin):
    list_display = ("at", "kind", "subject", "old", "new", "reason", "by")
    list_filter = (
        ("at", DayFilter),
        "kind",
    )
    list_select_related = ("by", "run")
    search_fields = ("run__customer__name", "subject", "reason")


@admin.register(Objection)
class ObjectionAdmin(ViewOnlyAdmin):
    list_display = ("customer", "kind", "stakeholder", "raised_at", "settled_at", "withdrawn_at")
    list_filter = (
        ("raised_at", DayFilter),
        "kind",
    )
    list_select_related = ("customer", "stakeholder")
    search_fields = ("customer__name", "quote")


@admin.register(TermNote)
class TermNoteAdmin(ViewOnlyAdmin):
    list_display = ("customer", "version", "price", "term_months", "discount_pct", "state", "written_by", "decided_by")
    list_filter = (
        ("written_at", DayFilter),
        "state",
    )
    list_select_related = ("customer", "written_by", "decided_by")
    search_fields = ("customer__name", "note")


@admin.register(CrmStageMove)
class CrmStageMoveAdmin(ViewOnlyAdmin):
    list_display = ("asked_at", "customer", "state", "note", "opportunity_id", "attempts")
    list_filter = (("asked_at", DayFilter), "state")
    list_select_related = ("customer",)
    search_fields = ("customer__name", "=opportunity_id")
