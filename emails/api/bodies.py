"""What the doors of emails take and answer. Source: INTERFACES, Emails."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.api_base import TextField
from emails.enums import DraftState, PriceApproach, Tone
from emails.models import Draft
from emails.rules.grounding import SpanState
from emails.services.drafts import LONGEST_INSTRUCTION
from emails.services.editing import MOST_BODY, MOST_CC, MOST_SUBJECT
from emails.services.submitting import MOST_FILES, Files, NewFile

LONGEST_CUSTOMER_REFERENCE = 130
SEND_STATES = ("sent", "queued", "waiting", "blocked", "unknown")
EVENTS = ("approved", "sent", "delivered", "bounced", "opened", "clicked", "replied")
"""Each has its moment on the draft, as `approved_at`."""


@extend_schema_field({"type": "string", "format": "byte"})
class Base64Field(serializers.Field[bytes, str, str, Any]):
    """Bytes in Base64."""

    default_error_messages = {"invalid": "This is no Base64."}

    def to_internal_value(self, data: Any) -> bytes:
        try:
            return base64.b64decode(data, validate=True)
        except (binascii.Error, TypeError, ValueError):
            self.fail("invalid")

    def to_representation(self, value: bytes) -> str:
        return base64.b64encode(value).decode()


class FileIn(serializers.Serializer[Any]):
    """A new file with its content, or one that is attached already by its id."""

    id = serializers.UUIDField(required=False)
    name = TextField(required=False, max_length=150)
    contentType = TextField(source="content_type", required=False, max_length=100)
    content = Base64Field(required=False)

    def validate(self, file: dict[str, Any]) -> dict[str, Any]:
        if "id" not in file and not {"name", "content"} <= file.keys():
            raise serializers.ValidationError({"content": ["Give name and content, or the id of an attached file."]})
        return file


class TextIn(serializers.Serializer[Any]):
    """The fields of a draft that may be written."""

    subject = TextField(required=False, allow_blank=True, trim_whitespace=False, max_length=MOST_SUBJECT)
    body = TextField(required=False, allow_blank=True, trim_whitespace=False, max_length=MOST_BODY)
    tone = serializers.ChoiceField(choices=Tone.choices, required=False)
    cc = serializers.ListField(child=serializers.EmailField(), required=False, max_length=MOST_CC)
    attachments = serializers.ListField(child=FileIn(), required=False, max_length=MOST_FILES)
    scheduledSendDate = serializers.DateTimeField(source="scheduled_send_date", required=False, allow_null=True)


class DraftIn(TextIn):
    customerId = TextField(max_length=LONGEST_CUSTOMER_REFERENCE, help_text="Id, or ext:THEIR-ID.")
    stakeholderId = serializers.UUIDField()
    subject = TextField(allow_blank=True, default="", trim_whitespace=False, max_length=MOST_SUBJECT)
    body = TextField(allow_blank=True, default="", trim_whitespace=False, max_length=MOST_BODY)


class DraftChange(TextIn):
    version = serializers.IntegerField(min_value=1, help_text="The version that was seen.")
    priceApproach = serializers.ChoiceField(source="price_approach", choices=PriceApproach.choices, required=False)
    stakeholderId = serializers.UUIDField(source="stakeholder_id", required=False)
    trackEngagement = serializers.BooleanField(source="track_engagement", required=False)


class SeenIn(serializers.Serializer[Any]):
    """`version` may be left out; then the draft is taken as it is now."""

    version = serializers.IntegerField(min_value=1, required=False)


class RegenerateIn(SeenIn):
    instruction = TextField(required=False, allow_blank=True, default="", max_length=LONGEST_INSTRUCTION)


class ScheduleIn(SeenIn):
    scheduledSendDate = serializers.DateTimeField(source="scheduled_send_date")


class ConfirmIn(SeenIn):
    span = TextField(max_length=300, help_text="The words, as the facts of the draft give them.")


class SendDraftIn(serializers.Serializer[Any]):
    draftId = serializers.UUIDField()
    version = serializers.IntegerField(min_value=1)


class SendTextIn(serializers.Serializer[Any]):
    """`from` is ignored: mail leaves from the person whom the token belongs to."""

    customerId = TextField(max_length=LONGEST_CUSTOMER_REFERENCE, help_text="Id, or ext:THEIR-ID.")
    to = serializers.EmailField(help_text="The address of a person at the account.")
    subject = TextField(max_length=MOST_SUBJECT, trim_whitespace=False)
    body = TextField(max_length=MOST_BODY, trim_whitespace=False)
    trackEngagement = serializers.BooleanField(default=True)


class SendAnswerBody(serializers.Serializer[Any]):
    emailId = serializers.CharField(source="email_id")
    sentAt = serializers.DateTimeField(source="sent_at", allow_null=True)
    status = serializers.ChoiceField(choices=SEND_STATES)


class NotSentBody(SendAnswerBody):
    reason = serializers.CharField()
    nextTryAt = serializers.DateTimeField(source="next_try_at", allow_null=True)


class PersonBody(serializers.Serializer[Any]):
    name = serializers.CharField()
    email = serializers.CharField()


class PreviewBody(serializers.Serializer[Any]):
    subject = serializers.CharField()
    sender = PersonBody(allow_null=True)
    to = PersonBody()
    cc = serializers.ListField(child=serializers.CharField())
    html = serializers.CharField()
    text = serializers.CharField()
    attachments = serializers.ListField(child=serializers.CharField(), help_text="File names.")
    priceShown = serializers.CharField(allow_null=True)


class SourceBody(serializers.Serializer[Any]):
    # The class takes declared fields off itself, so that these names are free; the stubs do not know.
    label = serializers.CharField()  # type: ignore[assignment]
    url = serializers.CharField()
    value = serializers.CharField(allow_null=True, help_text="What the record says now.")


class SpanBody(serializers.Serializer[Any]):
    """A figure, date or name of the text, and the record behind it."""

    span = serializers.CharField()
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    part = serializers.ChoiceField(choices=["subject", "body"])
    state = serializers.ChoiceField(choices=[state.value for state in SpanState])
    source = SourceBody(allow_null=True)  # type: ignore[assignment]


@extend_schema_field({"type": "string", "format": "date-time", "nullable": True})
class KeptMomentField(serializers.Field[Any, Any, str, Any]):
    """A moment as a receipt keeps it, in the form of every other one."""

    def to_representation(self, value: str) -> str:
        return serializers.DateTimeField().to_representation(datetime.fromisoformat(value)) or ""


class ReceiptLineBody(serializers.Serializer[Any]):
    check = serializers.CharField()
    passed = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)
    nextTryAt = KeptMomentField(source="next_try_at", allow_null=True)


class EventBody(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=EVENTS)
    at = serializers.DateTimeField()


class EmailBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=DraftState.choices)
    customerId = serializers.UUIDField(source="customer_id")
    stakeholderId = serializers.UUIDField(source="stakeholder_id", allow_null=True)
    to = serializers.CharField(source="to_email")
    subject = serializers.CharField()
    sentAt = serializers.DateTimeField(source="sent_at", allow_null=True)
    messageId = serializers.CharField(source="message_id")
    reason = serializers.CharField(source="outcome")
    nextTryAt = serializers.DateTimeField(source="not_before", allow_null=True)
    receipt = ReceiptLineBody(many=True)
    events = serializers.SerializerMethodField()

    @extend_schema_field(EventBody(many=True))
    def get_events(self, draft: Draft) -> Any:
        """What has happened to it, in order; what is not known yet is left out."""
        moments = {name: getattr(draft, f"{name}_at") for name in EVENTS}
        known = [{"type": name, "at": at} for name, at in moments.items() if at is not None]
        return EventBody(sorted(known, key=lambda event: event["at"]), many=True).data


def new_files(rows: list[dict[str, Any]]) -> list[NewFile]:
    """This will give the files that came with their content."""
    return [
        NewFile(row["name"], row.get("content_type", "application/octet-stream"), row["content"])
        for row in rows
        if "id" not in row
    ]


def asked_files(rows: list[dict[str, Any]] | None) -> Files | None:
    """This will give what is to be attached after a change; None where the change does not speak of files."""
    if rows is None:
        return None
    return Files(kept=frozenset(row["id"] for row in rows if "id" in row), new=new_files(rows))
