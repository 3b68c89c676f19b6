"""The bodies of onboarding and business plan. Source: INTERFACES, Journeys."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from customers.api_base import TextField
from journeys.rules.answer_files import TAKEN as ANSWERS_TAKEN
from journeys.rules.onboarding import MOST_ANSWER, MOST_ANSWERS, MOST_QUESTION
from journeys.rules.plan_files import MOST_TEXT, TAKEN

HIGHEST = 2**31 - 1
SEEN = "The version that was read, 0 for none; a newer one is then not overwritten (409)."


class OnboardingAnswerBody(serializers.Serializer[Any]):
    question = TextField(max_length=MOST_QUESTION)
    answer = TextField(allow_blank=True, max_length=MOST_ANSWER, trim_whitespace=False)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Two answers",
            value={
                "version": 0,
                "answers": [
                    {"question": "Who are your best customers today?", "answer": "Gift shops and two hotels."},
                    {"question": "What do you sell, and at what price?", "answer": "Soy candles at €24."},
                ],
            },
            request_only=True,
        )
    ]
)
class OnboardingIn(serializers.Serializer[Any]):
    answers = serializers.ListField(child=OnboardingAnswerBody(), max_length=MOST_ANSWERS)
    version = serializers.IntegerField(required=False, min_value=0, max_value=HIGHEST, help_text=SEEN)


class OnboardingUpload(serializers.Serializer[Any]):
    file = serializers.FileField(help_text=f"{ANSWERS_TAKEN}, at most 5 MB.")
    version = serializers.IntegerField(required=False, min_value=0, max_value=HIGHEST, help_text=SEEN)


class OnboardingBody(serializers.Serializer[Any]):
    """version: 0 while nothing was answered; the questions are then those that are asked first."""

    version = serializers.IntegerField()
    answers = OnboardingAnswerBody(many=True)
    savedAt = serializers.DateTimeField(source="saved_at", allow_null=True)
    savedBy = serializers.CharField(source="saved_by.username", allow_null=True, default=None)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Typed",
            value={"version": 1, "body": "# Customers\n- Hotels in the region\n- Gift shops"},
            request_only=True,
        )
    ]
)
class PlanIn(serializers.Serializer[Any]):
    """The plan in words."""

    body = TextField(required=False, allow_blank=True, default="", max_length=MOST_TEXT, trim_whitespace=False)
    version = serializers.IntegerField(required=False, min_value=0, max_value=HIGHEST, help_text=SEEN)
    keepFile = serializers.BooleanField(
        source="keeps_file", default=True, help_text="Whether the last version's file goes along where none is sent."
    )


class PlanUpload(PlanIn):
    file = serializers.FileField(required=False, help_text=f"{TAKEN}, at most 5 MB.")


class PlanApproveIn(serializers.Serializer[Any]):
    version = serializers.IntegerField(
        required=False, min_value=1, max_value=HIGHEST, help_text="The version that was read; left out, the last."
    )


class BusinessPlanBody(serializers.Serializer[Any]):
    """version: 0 while there is none. approvedVersion: the one that deliverables are built on."""

    version = serializers.IntegerField()
    body = serializers.CharField()
    fileName = serializers.CharField(source="file_name")
    contentType = serializers.CharField(source="content_type")
    savedAt = serializers.DateTimeField(source="saved_at", allow_null=True)
    savedBy = serializers.CharField(source="saved_by.username", allow_null=True, default=None)
    approvedAt = serializers.DateTimeField(source="approved_at", allow_null=True)
    approvedBy = serializers.CharField(source="approved_by.username", allow_null=True, default=None)
    approvedVersion = serializers.IntegerField(source="approved_version", allow_null=True)
