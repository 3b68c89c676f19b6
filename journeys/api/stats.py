"""The body of the statistics: what the page of the automations' health shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from journeys.enums import AutomationType


class CountField(serializers.IntegerField):
    """A count out of those by type."""

    def __init__(self, counts: str, type: AutomationType) -> None:
        super().__init__(source="*", read_only=True)
        self.counts, self.type = counts.split("."), type

    def to_representation(self, value: Any) -> int:
        for name in self.counts:
            value = getattr(value, name)
        counts: Mapping[str, int] = value
        return counts.get(self.type, 0)


class TodayBody(serializers.Serializer[Any]):
    deliverablesGenerated = CountField("done.today", AutomationType.GENERATE_DELIVERABLE)
    remindersSent = CountField("done.today", AutomationType.SEND_REMINDER)
    escalations = CountField("done.today", AutomationType.ESCALATE_TO_ADMIN)
    failed = serializers.IntegerField(source="done.failed_today", help_text="Given up after the last retry.")


class WeekBody(serializers.Serializer[Any]):
    onTimeRate = serializers.FloatField(
        source="timeliness.week_pct", allow_null=True, help_text="Percent of the months due; null: none was."
    )
    clientsOverdue = serializers.IntegerField(source="clients.overdue")
    monthsCompleted = serializers.IntegerField(source="months_completed")


class AheadBody(serializers.Serializer[Any]):
    deliverablesToGenerate = CountField("ahead", AutomationType.GENERATE_DELIVERABLE)
    reminders = CountField("ahead", AutomationType.SEND_REMINDER)
    completions = serializers.IntegerField(source="clients.completing")


class MeasuresBody(serializers.Serializer[Any]):
    """Of the last 30 days, in percent; null where there was nothing to measure."""

    executionRate = serializers.FloatField(source="done.success_pct", allow_null=True)
    failureRate = serializers.FloatField(source="done.failure_pct", allow_null=True)
    retryResolutionMinutes = serializers.FloatField(source="retry_minutes", allow_null=True)
    generatedOnScheduleRate = serializers.FloatField(source="timeliness.generated_pct", allow_null=True)
    onScheduleRate = serializers.FloatField(
        source="timeliness.measured_pct", allow_null=True, help_text="Delivered on or before their date."
    )
    clientsOnTimeRate = serializers.FloatField(source="clients.on_time_pct", allow_null=True)
    clientsActive = serializers.IntegerField(source="clients.active")
    clientsOverdueOverSevenDays = serializers.IntegerField(source="clients.long_overdue")
    overdueOverSevenDaysRate = serializers.FloatField(source="clients.long_overdue_pct", allow_null=True)
    clientsWellSupportedRate = serializers.FloatField(
        source="satisfaction.supported_pct", allow_null=True, help_text="Of who answered at the end, in a year."
    )
    remindersWelcomeRate = serializers.FloatField(source="satisfaction.reminders_pct", allow_null=True)
    feedbackAnswers = serializers.IntegerField(source="satisfaction.answers")
    mailsSwitchedOffRate = serializers.FloatField(source="clients.switched_off_pct", allow_null=True)
    hoursSavedThisWeek = serializers.FloatField(source="hours_saved_in_week")


class SystemBody(serializers.Serializer[Any]):
    oldestDueAt = serializers.DateTimeField(source="oldest_due_at", allow_null=True)
    oldestDueAgeSeconds = serializers.IntegerField(source="oldest_due_s", allow_null=True)
    lastTickAt = serializers.DateTimeField(source="last_tick_at", allow_null=True)
    failedToday = serializers.IntegerField(source="done.failed_today")


class StatsBody(serializers.Serializer[Any]):
    today = TodayBody(source="*")
    thisWeek = WeekBody(source="*")
    next7Days = AheadBody(source="*")
    metrics = MeasuresBody(source="*")
    system = SystemBody(source="*")
