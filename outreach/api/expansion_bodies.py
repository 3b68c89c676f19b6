"""What is answered about an expansion. Source: INTERFACES, "Upsell"."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from customers.api_base import TextField
from emails.queries.bodies import DraftBody
from outreach.enums import Directness, Framing, LedBy, OpportunityStage, SignalKind, Trend, UpsellReply
from outreach.models.offers import FeatureRequest


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


class SavingBody(serializers.Serializer[Any]):
    """One thing that the account could make more of instead."""

    metric = serializers.CharField()
    text = serializers.CharField(source="words")


class ExpansionContextBody(serializers.Serializer[Any]):
    """An account and what speaks for an expansion. opportunity: null where nothing does. unused: to optimise first."""

    currentTier = serializers.CharField(source="facts.current_plan")
    currency = serializers.CharField(source="facts.currency")
    usage = UsageLineBody(source="facts.usage", many=True)
    unused = UsageLineBody(many=True)
    savings = SavingBody(many=True)
    featureRequests = serializers.ListField(source="facts.feature_requests", child=serializers.CharField())
    healthScore = serializers.IntegerField(source="facts.health_score", allow_null=True)
    opportunity = OpportunityFoundBody(source="expansion", allow_null=True)
    recommendedApproach = serializers.ChoiceField(source="framing.framing", choices=Framing.choices)
    reasons = serializers.ListField(source="framing.reasons", child=serializers.CharField())


class IntroductionIn(serializers.Serializer[Any]):
    """How to introduce it; what is left out, the rules choose."""

    approach = serializers.ChoiceField(choices=Framing.choices, required=False)
    directness = serializers.ChoiceField(choices=Directness.choices, default=Directness.SOFT)
    ccAccountExecutive = serializers.BooleanField(default=False)


class IntroductionBody(DraftBody):
    """The draft of an introduction, and why it is framed so. recommendedApproach: what the rules chose."""

    introductionId = serializers.UUIDField(source="introduction.pk")
    approach = serializers.ChoiceField(source="introduction.framing", choices=Framing.choices)
    recommendedApproach = serializers.ChoiceField(source="introduction.proposed", choices=Framing.choices)
    reasons = serializers.ListField(source="introduction.reasons", child=serializers.CharField())
    directness = serializers.ChoiceField(source="introduction.directness", choices=Directness.choices)
    ccAccountExecutive = serializers.BooleanField(source="introduction.copies_account_executive")


class FeatureRequestIn(serializers.Serializer[Any]):
    """Something that the account asked for. source: where it was said, such as a ticket."""

    text = TextField(max_length=FeatureRequest._meta.get_field("text").max_length)
    source = TextField(  # type: ignore[assignment]  # a field of this name, as the API calls it
        max_length=80, required=False, allow_blank=True, default=""
    )
    askedOn = serializers.DateField(source="asked_on", required=False, allow_null=True, default=None)


class FeatureRequestBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    text = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    askedOn = serializers.DateField(source="asked_on", allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at")


class OpportunitySignalBody(serializers.Serializer[Any]):
    """What spoke for it, with the data behind, as it was when it was found."""

    signal = serializers.ChoiceField(source="kind", choices=SignalKind.choices)
    text = serializers.CharField(source="words")
    data = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))  # type: ignore[assignment]


class OpportunityBody(serializers.Serializer[Any]):
    """One expansion. estimatedValue: more a year; null where no price is known. intro…: of the latest introduction."""

    id = serializers.UUIDField()
    customerId = serializers.UUIDField(source="customer_id")
    customerName = serializers.CharField(source="customer.name")
    owner = serializers.CharField(source="customer.owner.username", allow_null=True, default=None)
    name = serializers.CharField()
    stage = serializers.ChoiceField(choices=OpportunityStage.choices)
    recommendedPlan = serializers.CharField(source="recommended_plan")
    estimatedValue = serializers.DecimalField(
        source="estimated_value", max_digits=14, decimal_places=2, allow_null=True
    )
    currency = serializers.CharField()
    ledBy = serializers.ChoiceField(source="led_by", choices=LedBy.choices)
    signals = OpportunitySignalBody(many=True)
    runId = serializers.UUIDField(source="run_id", allow_null=True)
    foundAt = serializers.DateTimeField(source="found_at")
    introSentAt = serializers.DateTimeField(source="intro_sent_at", allow_null=True)
    introResponse = serializers.ChoiceField(source="intro_response", choices=UpsellReply.choices, allow_blank=True)
    closedAt = serializers.DateTimeField(source="closed_at", allow_null=True)
    endReason = serializers.CharField(source="end_reason")
    crmId = serializers.CharField(source="crm_id")


class StageIn(serializers.Serializer[Any]):
    """Where to move it. seen: the stage it was read in; 409 where somebody moved it since."""

    stage = serializers.ChoiceField(choices=OpportunityStage.choices)
    seen = serializers.ChoiceField(choices=OpportunityStage.choices, required=False)
    reason = TextField(max_length=300, required=False, allow_blank=True, default="")
