"""A draft as other systems read it. Here, and not in a door, because plans show their drafts in the same shape."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from emails.enums import DraftState, Lane, OriginKind, PriceApproach, Tone, Writer


class AttachmentBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.CharField(help_text="upload, or proposal: made by code from the locked price.")
    contentType = serializers.CharField(source="content_type")
    size = serializers.IntegerField(help_text="Bytes.")


class DraftBody(serializers.Serializer[Any]):
    """One email with its text. `version` grows with every change; a write carries the version it saw."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=DraftState.choices)
    customerId = serializers.UUIDField(source="customer_id")
    stakeholderId = serializers.UUIDField(source="stakeholder_id", allow_null=True)
    to = serializers.CharField(source="to_email")
    toName = serializers.CharField(source="to_name")
    cc = serializers.ListField(child=serializers.CharField())
    sender = serializers.CharField(source="sender.email", allow_null=True)
    subject = serializers.CharField()
    body = serializers.CharField()
    tone = serializers.ChoiceField(choices=Tone.choices)
    priceApproach = serializers.ChoiceField(source="price_approach", choices=PriceApproach.choices)
    attachments = AttachmentBody(source="attachments.all", many=True)
    lane = serializers.ChoiceField(choices=Lane.choices)
    origin = serializers.ChoiceField(source="origin_kind", choices=OriginKind.choices)
    planId = serializers.UUIDField(source="origin_id", allow_null=True)
    position = serializers.IntegerField()
    sendTiming = serializers.CharField(source="send_timing")
    writer = serializers.ChoiceField(choices=Writer.choices)
    writerNote = serializers.CharField(source="writer_note")
    trackEngagement = serializers.BooleanField(source="track_engagement")
    scheduledSendDate = serializers.DateTimeField(source="scheduled_send_date", allow_null=True)
    approvedAt = serializers.DateTimeField(source="approved_at", allow_null=True)
    approvedBy = serializers.CharField(source="approved_by.username", allow_null=True)
    approvalRule = serializers.CharField(
        source="approval_rule", help_text="The named rule by which it is approved, where no person read it."
    )
    templateVersionId = serializers.UUIDField(source="template_version_id", allow_null=True)
    approvalExpiresAt = serializers.DateTimeField(source="approval_expires_at", allow_null=True)
    reason = serializers.CharField(source="outcome", help_text="Why it has not been sent; empty when nothing is known.")
    nextTryAt = serializers.DateTimeField(source="not_before", allow_null=True)
    sentAt = serializers.DateTimeField(source="sent_at", allow_null=True)
    openedAt = serializers.DateTimeField(source="opened_at", allow_null=True)
    clickedAt = serializers.DateTimeField(source="clicked_at", allow_null=True)
    repliedAt = serializers.DateTimeField(source="replied_at", allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")
