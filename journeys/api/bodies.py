"""What the doors of journeys take and answer. Source: INTERFACES, Journeys."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from customers.api_base import MomentOrDayField, TextField
from journeys.enums import AutomationStatus, AutomationType, LogStatus


class AutomationBody(serializers.Serializer[Any]):
    """One row of the clock. `reason`: why it did not run, or waits. `id` is null in a preview of a new one."""

    id = serializers.UUIDField(allow_null=True)
    clientId = serializers.UUIDField(source="customer_id")
    type = serializers.ChoiceField(choices=AutomationType.choices)
    kind = serializers.CharField(help_text="What it does, more exactly than the type.")
    occurrence = serializers.CharField(help_text="Which one of its kind.")
    triggerDate = serializers.DateTimeField(source="trigger_at")
    status = serializers.ChoiceField(choices=AutomationStatus.choices)
    retryCount = serializers.IntegerField(source="retry_count")
    maxRetries = serializers.IntegerField(source="max_retries")
    payload = serializers.DictField()
    executedAt = serializers.DateTimeField(source="executed_at", allow_null=True)
    reason = serializers.CharField()
    errorMessage = serializers.CharField(source="error_message")

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        return {**shown, "id": None} if instance._state.adding else shown


class ScheduleAutomationIn(serializers.Serializer[Any]):
    """`triggerDate`: an instant, or a date, which stands for the journey's hour at the client's place.

    `payload`: `month`; `template` where the type has several (UPCOMING, OVERDUE; CELEBRATE, HALFWAY, COMPLETED; READY);
    `reason`, if there is one.
    """

    type = serializers.ChoiceField(choices=AutomationType.choices)
    triggerDate = MomentOrDayField()
    payload = serializers.DictField()


class LogBody(serializers.Serializer[Any]):
    """One attempt, and how it ended. `details`: why it was skipped, until when it was moved."""

    id = serializers.UUIDField()
    clientId = serializers.UUIDField(source="customer_id")
    automationId = serializers.UUIDField(source="automation_id")
    at = serializers.DateTimeField()
    type = serializers.ChoiceField(choices=AutomationType.choices)
    kind = serializers.CharField()
    action = serializers.CharField()
    status = serializers.ChoiceField(choices=LogStatus.choices)
    attempt = serializers.IntegerField()
    details = serializers.DictField(source="metadata")
    errorMessage = serializers.CharField(source="error_message")


class TriggerRowIn(serializers.Serializer[Any]):
    """Why, for the record."""

    reason = TextField(required=False, allow_blank=True, default="", max_length=300)
