"""What the what-ifs take and answer. Source: INTERFACES, Renewals and Engage."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from customers.api_base import TextField
from customers.enums import Pressure, StakeholderRole
from emails.enums import PriceApproach
from outreach.enums import OwnerKind, SequencingApproach
from renewals.api.numbers import NumberField, WholeNumberField
from renewals.enums import Likelihood
from renewals.rules.opening import DEFAULT_NOTICE_DAYS

LEAST_INCREASE_PCT, MOST_INCREASE_PCT = -100, 1000
"""A price cannot fall by more than all of it; above ten times as much nobody asks in earnest."""
MOST_DAYS = 3650
MOST_NOTICE_DAYS = 730
MOST_STAKEHOLDERS = 50


class WhatIfStakeholder(serializers.Serializer[Any]):
    name = TextField(max_length=200)
    role = serializers.ChoiceField(choices=StakeholderRole.choices)


class WhatIf(serializers.Serializer[Any]):
    """An account as it might be. All three what-ifs take all fields; each needs those that it weighs."""

    needed: tuple[str, ...] = ()

    priceIncreasePercent = NumberField(min_value=LEAST_INCREASE_PCT, max_value=MOST_INCREASE_PCT, required=False)
    churnRisk = NumberField(min_value=0, max_value=100, required=False)
    relationshipStrength = NumberField(min_value=0, max_value=10, required=False)
    daysToRenewal = WholeNumberField(min_value=-MOST_DAYS, max_value=MOST_DAYS, required=False)
    noticeDays = WholeNumberField(min_value=0, max_value=MOST_NOTICE_DAYS, default=DEFAULT_NOTICE_DAYS)
    competitivePressure = serializers.ChoiceField(choices=Pressure.choices, required=False)
    budgetPressure = serializers.ChoiceField(choices=Pressure.choices, required=False)
    stakeholders = serializers.ListField(child=WhatIfStakeholder(), default=list, max_length=MOST_STAKEHOLDERS)

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for name in self.needed:
            fields[name].required = True
        return fields


class SequenceWhatIf(WhatIf):
    needed = ("priceIncreasePercent", "churnRisk", "relationshipStrength", "daysToRenewal")


class PricingWhatIf(WhatIf):
    needed = ("priceIncreasePercent", "relationshipStrength", "competitivePressure")


class RehearsalWhatIf(WhatIf):
    needed = ("priceIncreasePercent", "churnRisk", "relationshipStrength")


class PositionBody(serializers.Serializer[Any]):
    order = serializers.IntegerField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=StakeholderRole.choices)
    owner = serializers.ChoiceField(choices=OwnerKind.choices)
    day = serializers.IntegerField(help_text="Counts down to the renewal.")
    week = serializers.IntegerField(help_text="1 to 4, counted from the first position.")


class SequenceBody(serializers.Serializer[Any]):
    approach = serializers.ChoiceField(choices=SequencingApproach.choices)
    sequence = PositionBody(source="positions", many=True)
    rationale = serializers.CharField()
    riskMitigation = serializers.CharField(source="risk_mitigation")
    warnings = serializers.ListField(child=serializers.CharField())


class VoteBody(serializers.Serializer[Any]):
    factor = serializers.CharField(help_text="The field that votes.")
    value = serializers.JSONField(help_text="What was sent for it.")
    vote = serializers.ChoiceField(choices=PriceApproach.choices)


class VariationBody(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=StakeholderRole.choices)
    approach = serializers.ChoiceField(choices=PriceApproach.choices)
    rationale = serializers.CharField()


class PricingBody(serializers.Serializer[Any]):
    approach = serializers.ChoiceField(choices=PriceApproach.choices)
    votes = VoteBody(many=True)
    rationale = serializers.CharField()
    stakeholderVariations = VariationBody(source="stakeholder_variations", many=True)
    fallbackPlan = serializers.CharField(source="fallback_plan")


class AnswerBody(serializers.Serializer[Any]):
    acknowledge = serializers.CharField()
    reframe = serializers.CharField()
    valueAnchor = serializers.CharField(source="value_anchor")
    bridge = serializers.CharField()


class ScenarioBody(serializers.Serializer[Any]):
    scenario = serializers.CharField()
    likelihood = serializers.ChoiceField(choices=Likelihood.choices)
    customerResponse = serializers.CharField(source="customer_response")
    recommendedResponse = AnswerBody(source="answer")
    supportingData = serializers.ListField(source="supporting_data", child=serializers.CharField())
    nextStep = serializers.CharField(source="next_step")


class RehearsalBody(serializers.Serializer[Any]):
    scenarios = ScenarioBody(many=True)
