"""Enrollments in the admin: looked at here; what is decided about them is decided on their pages."""

from __future__ import annotations

from django.contrib import admin

from customers.admin_base import DayFilter, EverybodysAdmin, ValueFilter, ViewOnlyAdmin
from outreach.models import (
    Enrollment,
    EnrollmentDesk,
    OutreachMail,
    OutreachNews,
    ProspectLink,
    TriggerLog,
    TriggerMapping,
)


@admin.register(Enrollment)
class EnrollmentAdmin(ViewOnlyAdmin):
    list_display = (
        "stakeholder",
        "customer",
        "sequence_name",
        "state",
        "standing",
        "asked_at",
        "outcome",
    )
    list_filter = ("state", "standing", "asked_through", ("trigger_type", ValueFilter), ("asked_at", DayFilter))
    list_select_related = ("stakeholder", "customer")
    search_fields = ("stakeholder__name", "customer__name", "sequence_name")


@admin.register(ProspectLink)
class ProspectLinkAdmin(ViewOnlyAdmin):
    list_display = ("stakeholder", "customer", "prospect_id", "email", "opted_out", "synced_at", "wants_opt_out")
    list_filter = ("opted_out", "wants_opt_out")
    list_select_related = ("stakeholder", "customer")
    search_fields = ("email", "=prospect_id")


@admin.register(OutreachMail)
class OutreachMailAdmin(ViewOnlyAdmin):
    list_display = ("sent_at", "stakeholder", "customer", "subject", "word", "opened_at", "clicked_at", "replied_at")
    list_filter = (("sent_at", DayFilter),)
    list_select_related = ("stakeholder", "customer")
    search_fields = ("subject", "to_email", "customer__name")


@admin.register(TriggerMapping)
class TriggerMappingAdmin(ViewOnlyAdmin):
    list_display = ("trigger_type", "sequence_name", "segment_filter", "health_threshold", "enabled")
    list_filter = ("trigger_type", "enabled")
    search_fields = ("sequence_name",)


@admin.register(TriggerLog)
class TriggerLogAdmin(ViewOnlyAdmin):
    list_display = ("happened_at", "customer", "trigger_type", "about", "matched", "refused", "due_at")
    list_filter = (("trigger_type", ValueFilter), ("happened_at", DayFilter))
    list_select_related = ("customer",)
    search_fields = ("customer__name", "about")


@admin.register(OutreachNews)
class OutreachNewsAdmin(EverybodysAdmin):
    """Calls as they came; the body serves to find faults and is not shown."""

    list_display = ("received_at", "event", "applied_at", "due_at", "attempts", "problem")
    list_filter = (("received_at", DayFilter),)
    search_fields = ("event", "problem")
    exclude = ("body",)


@admin.register(EnrollmentDesk)
class EnrollmentDeskAdmin(ViewOnlyAdmin):
    list_display = (
        "synced_at",
        "synced_until",
        "next_sync_at",
        "sync_states",
        "sync_mails",
        "sync_calls",
        "sync_problem",
    )
