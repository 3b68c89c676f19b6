"""What is asked and answered about upsell runs. Source: INTERFACES, "Upsell"."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from customers.api_base import TextField
from outreach.enums import AutomationLevel, RunState, StepState, UpsellReply, UpsellStepName
from outreach.services.upsell.answering import ANSWERS
from outreach.services.upsell.starting import LONGEST_ID, LONGEST_METRIC


class RunIn(serializers.Serializer[Any]):
    """A run to be started. customerId: its id, or ext: and the id of the other system.

    automationLevel: capped by the workspace; left out, that of the event's alert, else hybrid.
    """

    customerId = TextField(max_length=220)
    eventId = TextField(max_length=LONGEST_ID)
    metricType = TextField(max_length=LONGEST_METRIC)
    automationLevel = serializers.ChoiceField(choices=AutomationLevel.choices, required=False)


class ReplyIn(serializers.Serializer[Any]):
    reply = serializers.ChoiceField(choices=[(one.value, one.label) for one in ANSWERS])


class RunApproveIn(serializers.Serializer[Any]):
    """A yes. estimatedValue: of the opportunity, more a year; startsAt: of the meeting."""

    estimatedValue = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, required=False)
    startsAt = serializers.DateTimeField(required=False)


class RetryIn(serializers.Serializer[Any]):
    """Another try. startsAt: of the meeting."""

    startsAt = serializers.DateTimeField(required=False)


class RunReasonIn(serializers.Serializer[Any]):
    reason = TextField(max_length=LONGEST_ID, required=False, allow_blank=True, default="")


class AttemptBody(serializers.Serializer[Any]):
    """One attempt at a step. endedAt: null while it is under way."""

    attempt = serializers.IntegerField()
    at = serializers.DateTimeField()
    endedAt = serializers.DateTimeField(allow_null=True, default=None)
    outcome = serializers.CharField(default="")


class StepBody(serializers.Serializer[Any]):
    """One of the eight steps. attempts: how often it was tried since a person last looked; history: all attempts."""

    name = serializers.ChoiceField(choices=UpsellStepName.choices)
    position = serializers.IntegerField()
    state = serializers.ChoiceField(choices=StepState.choices)
    needsApproval = serializers.BooleanField(source="waits_for_yes")
    approvedBy = serializers.CharField(source="approved_by.username", allow_null=True, default=None)
    approvedAt = serializers.DateTimeField(source="approved_at", allow_null=True)
    input = serializers.DictField()
    output = serializers.DictField()
    attempts = serializers.IntegerField()
    history = AttemptBody(source="receipt", many=True)
    note = serializers.CharField()
    outcome = serializers.CharField()
    doneAt = serializers.DateTimeField(source="done_at", allow_null=True)
    nextTryAt = serializers.DateTimeField(source="not_before", allow_null=True)


class RunBody(serializers.Serializer[Any]):
    """A run. wantedLevel: before the workspace's ceiling. reply: "" while nothing was answered."""

    id = serializers.UUIDField()
    customerId = serializers.UUIDField(source="customer_id")
    customerName = serializers.CharField(source="customer.name")
    eventId = serializers.CharField(source="event_id")
    metricType = serializers.CharField(source="metric")
    automationLevel = serializers.ChoiceField(source="level", choices=AutomationLevel.choices)
    wantedLevel = serializers.ChoiceField(source="wanted_level", choices=AutomationLevel.choices)
    levelReason = serializers.CharField(source="level_reason")
    state = serializers.ChoiceField(choices=RunState.choices)
    reply = serializers.ChoiceField(choices=UpsellReply.choices, allow_blank=True)
    repliedAt = serializers.DateTimeField(source="replied_at", allow_null=True)
    waitsUntil = serializers.DateTimeField(source="waits_until", allow_null=True)
    startedAt = serializers.DateTimeField(source="started_at")
    startedBy = serializers.CharField(source="started_by.username", allow_null=True, default=None)
    endedAt = serializers.DateTimeField(source="ended_at", allow_null=True)
    endReason = serializers.CharField(source="end_reason")
    opportunityId = serializers.UUIDField(source="opportunity.pk", allow_null=True, default=None)
    definitionVersion = serializers.IntegerField(source="definition_version")


class RunDetailBody(RunBody):
    """A run with its eight steps."""

    steps = StepBody(many=True)
