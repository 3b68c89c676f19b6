"""What is answered about Outreach.io. Source: INTERFACES, "Outreach.io"."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from outreach.models import OutreachSequence, OutreachSequenceStep


class AuthorizationBody(serializers.Serializer[Any]):
    authorizationUrl = serializers.URLField()


class RateField(serializers.DecimalField):
    """A rate in percent of the mails delivered; null where none was."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=4, decimal_places=1, allow_null=True, read_only=True, **kwargs)


class SequenceStepBody(serializers.ModelSerializer[OutreachSequenceStep]):
    """intervalSeconds: after the step before; null in a sequence of dates."""

    stepId = serializers.IntegerField(source="step_id")
    type = serializers.CharField(source="kind")
    intervalSeconds = serializers.IntegerField(source="interval_s", allow_null=True)

    class Meta:
        model = OutreachSequenceStep
        fields = ("stepId", "order", "type", "name", "intervalSeconds")


class OutreachSequenceBody(serializers.ModelSerializer[OutreachSequence]):
    """A sequence. id, sequenceId: its number at Outreach.io. Counters are theirs and may be null."""

    id = serializers.IntegerField(source="sequence_id")
    sequenceId = serializers.IntegerField(source="sequence_id")
    sequenceName = serializers.CharField(source="name")
    enabled = serializers.BooleanField(source="is_enabled")
    locked = serializers.BooleanField(source="is_locked")
    offered = serializers.BooleanField(source="is_offered")
    whyNot = serializers.CharField(source="why_not")
    stepCount = serializers.IntegerField(source="step_count", allow_null=True)
    durationDays = serializers.IntegerField(source="duration_days", allow_null=True)
    deliverCount = serializers.IntegerField(source="deliver_count", allow_null=True)
    replyCount = serializers.IntegerField(source="reply_count", allow_null=True)
    openRate = RateField(source="open_rate.percent")
    clickRate = RateField(source="click_rate.percent")
    replyRate = RateField(source="reply_rate.percent")
    bounceRate = RateField(source="bounce_rate.percent")
    optOutRate = RateField(source="opt_out_rate.percent")
    readAt = serializers.DateTimeField(source="read_at")
    steps = SequenceStepBody(many=True)

    class Meta:
        model = OutreachSequence
        fields = (
            "id",
            "sequenceId",
            "name",
            "sequenceName",
            "description",
            "enabled",
            "locked",
            "offered",
            "whyNot",
            "stepCount",
            "durationDays",
            "deliverCount",
            "replyCount",
            "openRate",
            "clickRate",
            "replyRate",
            "bounceRate",
            "optOutRate",
            "readAt",
            "steps",
        )
