"""What is answered about an expansion. Source: INTERFACES, "Upsell"."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from outreach.enums import Framing, LedBy, SignalKind, Trend


class UsageLineBody(serializers.Serializer[Any]):
    """One metric as it was told last. percent: of the limit, exactly; null without a limit."""

    metric = serializers.CharField()
    used = serializers.FloatField()
    limit = serializers.FloatField(allow_null=True)
    percent = serializers.FloatField(allow_null=True)
    trend = serializers.ChoiceField(choices=Trend.choices)


class SignalBody(serializers.Serializer[Any]):
    """One thing that speaks for it."""

    signal = serializers.ChoiceField(source="kind", choices=SignalKind.choices)
    text = serializers.CharField(source="words")


class OpportunityFoundBody(serializers.Serializer[Any]):
    """What could be offered. estimatedValue: more a year; null where no price is known."""

    recommendedPlan = serializers.CharField(source="plan.recommended_plan")
    estimatedValue = serializers.DecimalField(
        source="plan.estimated_value", max_digits=16, decimal_places=2, allow_null=True
    )
    justification = serializers.CharField(source="plan.justification")
    roiAnalysis = serializers.CharField(source="plan.roi_analysis")
    riskAssessment = serializers.CharField(source="plan.risk_assessment")
    ledBy = serializers.ChoiceField(source="led_by", choices=LedBy.choices)
    ledBecause = serializers.ListField(source="led_because", child=serializers.CharField())
    holdsBack = serializers.ListField(source="holds_back", child=serializers.CharField())
    signals = SignalBody(many=True)


class ExpansionContextBody(serializers.Serializer[Any]):
    """An account and what speaks for an expansion. opportunity: null where nothing does. unused: to optimise first."""

    currentTier = serializers.CharField(source="facts.current_plan")
    currency = serializers.CharField(source="facts.currency")
    usage = UsageLineBody(source="facts.usage", many=True)
    unused = UsageLineBody(many=True)
    featureRequests = serializers.ListField(source="facts.feature_requests", child=serializers.CharField())
    healthScore = serializers.IntegerField(source="facts.health_score", allow_null=True)
    opportunity = OpportunityFoundBody(source="expansion", allow_null=True)
    recommendedApproach = serializers.ChoiceField(source="framing.framing", choices=Framing.choices)
    reasons = serializers.ListField(source="framing.reasons", child=serializers.CharField())
