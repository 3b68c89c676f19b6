"""Enrollments as the API asks for and answers them. Source: INTERFACES, "Outreach.io"."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from customers.api_base import TextField
from customers.enums import StakeholderRole
from outreach.enums import TriggerType
from outreach.models import Enrollment, ProspectLink, TriggerMapping

LARGEST_ID = 2**63 - 1


class NumberThere(serializers.IntegerField):
    """A number of Outreach.io's."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **kwargs)


class ProspectIn(serializers.Serializer[Any]):
    stakeholderId = serializers.UUIDField()


class ProspectBody(serializers.ModelSerializer[ProspectLink]):
    """Who the person is at Outreach.io."""

    stakeholderId = serializers.UUIDField(source="stakeholder_id")
    prospectId = serializers.IntegerField(source="prospect_id")
    externalId = serializers.CharField(source="external_id")
    optedOut = serializers.BooleanField(source="opted_out")
    syncedAt = serializers.DateTimeField(source="synced_at")

    class Meta:
        model = ProspectLink
        fields = ("stakeholderId", "prospectId", "externalId", "email", "optedOut", "syncedAt")


class EnrollIn(serializers.Serializer[Any]):
    """mailboxId: without it the mailbox of the account's owner."""

    stakeholderId = serializers.UUIDField()
    sequenceId = NumberThere()
    mailboxId = NumberThere(required=False, allow_null=True)


class ApproveEnrollmentIn(serializers.Serializer[Any]):
    """anyway: also while an Engage plan is open. version: what the caller saw; without it the present one."""

    anyway = serializers.BooleanField(required=False, default=False)
    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


class DeclineEnrollmentIn(serializers.Serializer[Any]):
    """version: what the caller saw; without it the present one."""

    reason = TextField(required=False, allow_blank=True, default="", max_length=300)
    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


class EnrollmentBody(serializers.ModelSerializer[Enrollment]):
    """status: on our side. state: at Outreach.io, with their own word in stateThere. reason: why it stands there."""

    stakeholderId = serializers.UUIDField(source="stakeholder_id")
    customerId = serializers.UUIDField(source="customer_id")
    sequenceId = serializers.IntegerField(source="sequence_id")
    sequenceName = serializers.CharField(source="sequence_name")
    mailboxId = serializers.IntegerField(source="mailbox_id", allow_null=True)
    status = serializers.CharField(source="state")
    state = serializers.CharField(source="standing")
    stateThere = serializers.CharField(source="word")
    step = serializers.IntegerField(allow_null=True)
    stepCount = serializers.IntegerField(source="step_count", allow_null=True)
    deliverCount = serializers.IntegerField(source="deliver_count")
    openCount = serializers.IntegerField(source="open_count")
    clickCount = serializers.IntegerField(source="click_count")
    replyCount = serializers.IntegerField(source="reply_count")
    askedAt = serializers.DateTimeField(source="asked_at")
    approvedAt = serializers.DateTimeField(source="approved_at", allow_null=True)
    enrolledAt = serializers.DateTimeField(source="enrolled_at", allow_null=True)
    repliedAt = serializers.DateTimeField(source="replied_at", allow_null=True)
    completedAt = serializers.DateTimeField(source="completed_at", allow_null=True)
    nextTryAt = serializers.DateTimeField(source="not_before", allow_null=True)
    trigger = serializers.CharField(source="trigger_type")
    reason = serializers.SerializerMethodField()

    class Meta:
        model = Enrollment
        fields = (
            "id",
            "version",
            "customerId",
            "stakeholderId",
            "sequenceId",
            "sequenceName",
            "mailboxId",
            "status",
            "state",
            "stateThere",
            "step",
            "stepCount",
            "deliverCount",
            "openCount",
            "clickCount",
            "replyCount",
            "askedAt",
            "approvedAt",
            "enrolledAt",
            "repliedAt",
            "completedAt",
            "nextTryAt",
            "trigger",
            "reason",
        )

    def get_reason(self, row: Enrollment) -> str:
        return row.outcome or row.standing_note


class StatusBody(serializers.Serializer[Any]):
    stakeholderId = serializers.UUIDField()
    enrollments = EnrollmentBody(many=True)


class SequenceChoiceIn(serializers.Serializer[Any]):
    """sequenceId: that sequence alone; without it all of the person's."""

    sequenceId = NumberThere(required=False, allow_null=True)


class SequenceOutcomeBody(serializers.Serializer[Any]):
    """What happened to one. done: at Outreach.io too; else the message says why, and whether it is tried again."""

    sequenceId = serializers.IntegerField(source="enrollment.sequence_id")
    sequenceName = serializers.CharField(source="enrollment.sequence_name")
    status = serializers.CharField(source="enrollment.state")
    state = serializers.CharField(source="enrollment.standing")
    done = serializers.BooleanField(source="is_done")
    message = serializers.CharField()


class SequenceOutcomesBody(serializers.Serializer[Any]):
    results = SequenceOutcomeBody(many=True)


class MappingIn(serializers.Serializer[Any]):
    """healthThreshold: at or below for health_drop, at or above for the others."""

    triggerType = serializers.ChoiceField(choices=TriggerType.choices)
    sequenceId = NumberThere()
    sequenceName = TextField(required=False, allow_blank=True, max_length=300, default="")
    stakeholderRoles = serializers.ListField(
        child=serializers.ChoiceField(choices=StakeholderRole.choices), required=False, default=list, max_length=20
    )
    segmentFilter = TextField(required=False, allow_blank=True, allow_null=True, max_length=80, default="")
    healthThreshold = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=100, default=None
    )
    enabled = serializers.BooleanField(required=False, default=True)


class MappingBody(serializers.ModelSerializer[TriggerMapping]):
    triggerType = serializers.CharField(source="trigger_type")
    sequenceId = serializers.IntegerField(source="sequence_id")
    sequenceName = serializers.CharField(source="sequence_name")
    stakeholderRoles = serializers.ListField(child=serializers.CharField(), source="stakeholder_roles")
    segmentFilter = serializers.CharField(source="segment_filter")
    healthThreshold = serializers.IntegerField(source="health_threshold", allow_null=True)

    class Meta:
        model = TriggerMapping
        fields = (
            "id",
            "triggerType",
            "sequenceId",
            "sequenceName",
            "stakeholderRoles",
            "segmentFilter",
            "healthThreshold",
            "enabled",
        )
