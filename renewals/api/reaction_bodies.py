"""How an account goes on after a reply, as other systems read and decide it."""

from __future__ import annotations

import uuid
from typing import Any

from rest_framework import serializers

from customers.api_base import MomentOrDayField, TextField
from outreach.enums import Choice
from renewals.queries.brake import Question


class RowChangeBody(serializers.Serializer[Any]):
    """One thing that a choice moves; new is null where it is cancelled."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    old = serializers.DateField()
    new = serializers.DateField(allow_null=True)
    reason = serializers.CharField()


class NeedlessDraftBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    subject = serializers.CharField()


class ChoiceBody(serializers.Serializer[Any]):
    """One choice with all that it would do. cancels: letters that it makes needless."""

    choice = serializers.ChoiceField(choices=Choice.choices)
    meaning = serializers.CharField()
    proposed = serializers.BooleanField(source="is_proposed")
    changes = RowChangeBody(many=True)
    cancels = NeedlessDraftBody(source="drafts", many=True)


class QuestionBody(serializers.Serializer[Any]):
    """What asks, and what can be chosen, the proposed one first."""

    brakeId = serializers.UUIDField(source="standing.brake.pk")
    since = serializers.DateTimeField(source="standing.brake.set_at")
    reason = serializers.CharField(source="standing.brake.reason")
    replyIds = serializers.SerializerMethodField("list_replies")
    whyProposed = serializers.CharField(source="why_proposed")
    choices = ChoiceBody(source="cards", many=True)

    def list_replies(self, question: Question) -> list[uuid.UUID]:
        return [reply.pk for reply in question.standing.replies]


class DecisionBody(serializers.Serializer[Any]):
    """What was chosen. undoneAt: when it was taken back."""

    id = serializers.UUIDField()
    choice = serializers.ChoiceField(choices=Choice.choices)
    proposed = serializers.ChoiceField(choices=Choice.choices)
    reason = serializers.CharField()
    replyId = serializers.UUIDField(source="reply_id", allow_null=True)
    holdId = serializers.UUIDField(source="hold_id", allow_null=True)
    decidedAt = serializers.DateTimeField(source="decided_at")
    decidedBy = serializers.CharField(source="decided_by.username", allow_null=True)
    undoneAt = serializers.DateTimeField(source="undone_at", allow_null=True)


class ReactionBody(serializers.Serializer[Any]):
    """question: null where nothing asks. decided: what was chosen last, where it still stands.

    obstacle: why that cannot be taken back any more; empty while it can.
    """

    question = QuestionBody(allow_null=True)
    decided = DecisionBody(allow_null=True)
    obstacle = serializers.CharField()


class DecideIn(serializers.Serializer[Any]):
    """until: of a hold alone, a moment, or a day at whose beginning there it ends; without it, somebody resumes."""

    choice = serializers.ChoiceField(choices=Choice.choices)
    until = MomentOrDayField(required=False, allow_null=True)
    reason = TextField(required=False, allow_blank=True, default="", max_length=500)
