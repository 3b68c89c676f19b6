"""The settings of expansion by API, and the questions at Slack that stand nowhere."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api_base import Conflict, read_body
from customers.enums import ClaimState, Scope
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from outreach.enums import AutomationLevel, Matching
from outreach.models import SlackQuestion
from outreach.queries.slack import list_problems
from outreach.queries.upsell_settings import get_outreach_settings
from outreach.rules.upsell.metric_rules import (
    LARGEST,
    LONGEST_COOL_DOWN,
    LONGEST_METRIC,
    MOST_METRICS,
    BadMetrics,
    read_metric_rules,
    read_metrics,
    write_metric_rules,
)
from outreach.services import slack_questions
from outreach.services.upsell_settings import change_outreach_settings

HIGHEST = 2**31 - 1
LONGEST_WAIT_HOURS = 24 * 14
ONE_NAME = r"^[^;,\x00-\x1f\x7f]+\Z"


class AmountField(serializers.DecimalField):
    """Zero or more, with four decimals at most."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs |= {"min_value": Decimal(0), "max_value": LARGEST - 1}
        super().__init__(max_digits=17, decimal_places=4, **kwargs)


class MetricRuleBody(serializers.Serializer[Any]):
    """What holds for one metric instead of the general rule."""

    metric = serializers.RegexField(ONE_NAME, max_length=LONGEST_METRIC)
    above = AmountField()
    matching = serializers.ChoiceField(choices=Matching.choices)
    coolDownDays = serializers.IntegerField(min_value=0, max_value=LONGEST_COOL_DOWN)


class UpsellSettingsBody(serializers.Serializer[Any]):
    """When alerts start runs, and how much a run may do alone."""

    version = serializers.IntegerField(min_value=1, max_value=HIGHEST)
    upsellCeiling = serializers.ChoiceField(source="upsell_ceiling", choices=AutomationLevel.choices, required=False)
    replyTimeoutHours = serializers.IntegerField(
        source="reply_timeout_hours", min_value=1, max_value=LONGEST_WAIT_HOURS, required=False
    )
    highValue = AmountField(source="high_value", required=False)
    coolDownDays = serializers.IntegerField(
        source="cool_down_days", min_value=0, max_value=LONGEST_COOL_DOWN, required=False
    )
    matching = serializers.ChoiceField(choices=Matching.choices, required=False)
    metrics = serializers.ListField(
        child=serializers.RegexField(ONE_NAME, max_length=LONGEST_METRIC), max_length=MOST_METRICS, required=False
    )
    metricRules = serializers.ListField(
        source="metric_rules", child=MetricRuleBody(), max_length=MOST_METRICS, required=False
    )
    slackApprovals = serializers.BooleanField(source="slack_approvals", required=False)


class UpsellSettingsIn(UpsellSettingsBody):
    """version: the one that was read. isSure: needed to let runs of critical alerts mail customers by themselves."""

    isSure = serializers.BooleanField(required=False, default=False)

    def validate_metrics(self, metrics: list[str]) -> list[str]:
        return _read(lambda: read_metrics("\n".join(metrics)))

    def validate_metricRules(self, rules: list[dict[str, Any]]) -> list[dict[str, Any]]:  # noqa: N802
        return _read(lambda: read_metric_rules(write_metric_rules(rules)))


class SlackQuestionBody(serializers.Serializer[Any]):
    """A question at Slack that was refused, or of which nobody knows. outcome: why."""

    id = serializers.UUIDField()
    customerId = serializers.UUIDField(source="customer_id")
    draftId = serializers.UUIDField(source="draft_id")
    state = serializers.ChoiceField(choices=ClaimState.choices)
    outcome = serializers.CharField()


class UpsellSettingsView(APIView):
    scopes = {"PATCH": Scope.ADMIN}

    @extend_schema(responses=UpsellSettingsBody)
    def get(self, request: Request) -> Response:
        """The settings of expansion."""
        return Response(UpsellSettingsBody(get_outreach_settings()).data)

    @extend_schema(request=UpsellSettingsIn, responses=UpsellSettingsBody)
    def patch(self, request: Request) -> Response:
        """Change them; each change is on record, full automation as a line of its own."""
        changes = read_body(UpsellSettingsIn, request)
        version, is_sure = changes.pop("version"), changes.pop("isSure")
        row = change_outreach_settings(
            changes, version=version, is_sure=is_sure, now=timezone.now(), by=caller_of(request)
        )
        return Response(UpsellSettingsBody(row).data)


class SlackQuestions(APIView):
    scopes = {"GET": Scope.ADMIN}

    @extend_schema(responses=SlackQuestionBody(many=True))
    def get(self, request: Request) -> Response:
        """The questions that stand nowhere while their mail still waits, twenty at most. Ops only."""
        return Response(SlackQuestionBody(list_problems(caller_of(request)), many=True).data)


class SlackQuestionAgain(APIView):
    scopes = {"POST": Scope.ADMIN}

    @extend_schema(request=None, responses=SlackQuestionBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Post it again. Ops only: look first whether it stands in the channel."""
        by = caller_of(request)
        found = SlackQuestion.objects.visible_to(by).filter(pk=id).first()
        if found is None:
            raise NotThere("There is no such question.")
        if not slack_questions.post_again(found.pk, now=timezone.now(), by=by):
            raise Conflict("There is nothing to post again.")
        found.refresh_from_db()
        return Response(SlackQuestionBody(found).data)


def _read(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except BadMetrics as error:
        raise serializers.ValidationError(str(error)) from error
