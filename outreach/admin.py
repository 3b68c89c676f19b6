"""Outreach in the admin: looked at here, changed by its services."""

from __future__ import annotations

from django.contrib import admin
from django.db import models

import outreach.admin_enrollment
import outreach.admin_outreach_io
import outreach.admin_outreach_stand_in  # noqa: F401
from customers.admin_base import DayFilter, ValueFilter, ViewOnlyAdmin
from outreach.models import (
    CrmSettings,
    CrmWrite,
    ExpansionLook,
    FeatureRequest,
    Offer,
    Opportunity,
    OutreachPlan,
    OutreachSettings,
    Reaction,
    ScheduleChange,
    SlackClick,
    SlackQuestion,
    Touch,
    UpsellIntroduction,
    UpsellRun,
    UpsellStep,
    UsageAlert,
)


@admin.register(OutreachPlan)
class OutreachPlanAdmin(ViewOnlyAdmin):
    list_display = ("customer", "approach", "pricing_approach", "state", "first_date", "deadline", "end")
    list_filter = (("deadline", DayFilter), "state", "approach", "pricing_approach")
    list_select_related = ("customer",)
    search_fields = ("customer__name", "=customer__external_id")


@admin.register(Touch)
class TouchAdmin(ViewOnlyAdmin):
    list_display = ("title", "plan", "kind", "stakeholder", "owner_kind", "due_date", "state")
    list_filter = ("state", "kind", "owner_kind")
    ordering = ("-due_date",)
    list_select_related = ("plan", "stakeholder")
    search_fields = ("title", "plan__customer__name", "stakeholder__name")


@admin.register(Reaction)
class ReactionAdmin(ViewOnlyAdmin):
    list_display = ("customer", "choice", "proposed", "decided_at", "decided_by", "undone_at")
    list_filter = (("decided_at", DayFilter), "choice", "proposed")
    list_select_related = ("customer", "decided_by")
    search_fields = ("customer__name", "reason")


@admin.register(ScheduleChange)
class ScheduleChangeAdmin(ViewOnlyAdmin):
    list_display = ("customer", "cause_kind", "target_kind", "before", "after", "made_at", "restored_at")
    list_filter = (("made_at", DayFilter), "cause_kind", "target_kind")
    list_select_related = ("customer",)
    search_fields = ("customer__name", "=target_id")


@admin.register(UsageAlert)
class UsageAlertAdmin(ViewOnlyAdmin):
    list_display = ("received_at", "account_id", "customer", "metric", "value", "threshold", "severity", "outcome")
    list_filter = (("received_at", DayFilter), "outcome", "severity", ("source", ValueFilter))
    list_select_related = ("customer",)
    search_fields = ("customer__name", "=account_id", "=event_id", "metric")


@admin.register(UpsellRun)
class UpsellRunAdmin(ViewOnlyAdmin):
    list_display = ("started_at", "customer", "metric", "level", "state", "reply", "waits_until")
    list_filter = (("started_at", DayFilter), "state", "level", "reply")
    list_select_related = ("customer",)
    search_fields = ("customer__name", "=event_id", "metric")


@admin.register(UpsellStep)
class UpsellStepAdmin(ViewOnlyAdmin):
    list_display = ("run", "name", "state", "attempts", "needs_person", "approved_by", "done_at")
    list_filter = ("state", "name", "needs_person")
    ordering = ("-created_at", "position")
    list_select_related = ("run", "approved_by")
    search_fields = ("customer__name", "=run__event_id")


@admin.register(Opportunity)
class OpportunityAdmin(ViewOnlyAdmin):
    list_display = ("name", "customer", "stage", "estimated_value", "currency", "led_by", "intro_sent_at")
    list_filter = (("found_at", DayFilter), "stage", "led_by", "intro_response")
    list_select_related = ("customer",)
    search_fields = ("name", "customer__name", "=crm_id")


@admin.register(UpsellIntroduction)
class UpsellIntroductionAdmin(ViewOnlyAdmin):
    list_display = ("written_at", "customer", "framing", "proposed", "directness", "sent_at", "response")
    list_filter = (("written_at", DayFilter), "framing", "directness", "response")
    list_select_related = ("customer",)
    search_fields = ("customer__name",)


@admin.register(Offer)
class OfferAdmin(ViewOnlyAdmin):
    list_display = ("name", "annual_price", "currency", "is_active", "resources_url")
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    list_filter = ("is_active", ("currency", ValueFilter))
    search_fields = ("name",)


@admin.register(FeatureRequest)
class FeatureRequestAdmin(ViewOnlyAdmin):
    list_display = ("text", "customer", "source", "asked_on", "added_by")
    list_filter = (("asked_on", DayFilter),)
    list_select_related = ("customer", "added_by")
    search_fields = ("text", "customer__name", "=customer__external_id")


@admin.register(OutreachSettings)
class OutreachSettingsAdmin(ViewOnlyAdmin):
    """Changed on their page of the settings, which asks before full automation is switched on."""

    list_display = ("upsell_ceiling", "reply_timeout_hours", "high_value", "cool_down_days", "matching", "updated_at")


@admin.register(ExpansionLook)
class ExpansionLookAdmin(ViewOnlyAdmin):
    list_display = ("customer", "due_at", "looked_at")
    list_filter = (("due_at", DayFilter),)
    list_select_related = ("customer",)
    search_fields = ("customer__name", "=customer__external_id")


@admin.register(SlackQuestion)
class SlackQuestionAdmin(ViewOnlyAdmin):
    list_display = ("customer", "draft", "standing", "words", "state", "posted_at", "is_behind", "outcome")
    list_filter = ("state", "standing", "is_behind")
    list_select_related = ("customer", "draft")
    search_fields = ("customer__name", "=ts")


@admin.register(SlackClick)
class SlackClickAdmin(ViewOnlyAdmin):
    list_display = ("received_at", "slack_user", "by", "action", "result", "answer", "state")
    list_filter = (("received_at", DayFilter), "result", "state")
    list_select_related = ("by",)
    search_fields = ("=slack_user", "customer__name")


@admin.register(CrmSettings)
class CrmSettingsAdmin(ViewOnlyAdmin):
    list_display = ("renewal_stage", "stages_read_at", "updated_at")


@admin.register(CrmWrite)
class CrmWriteAdmin(ViewOnlyAdmin):
    list_display = ("updated_at", "customer", "opportunity", "state", "attempts", "outcome")
    list_filter = ("state",)
    list_select_related = ("customer", "opportunity")
    search_fields = ("customer__name",)
