"""The Engage plan as other systems read and change it. Source: INTERFACES, Renewals and Engage."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from customers.api_base import TextField
from customers.enums import StakeholderRole, TodoActor, TodoState
from emails.enums import PriceApproach
from emails.queries.bodies import DraftBody
from outreach.enums import OwnerKind, PlanState, SequencingApproach, TouchKind, TouchState
from renewals.api.what_if_bodies import PositionBody, ScenarioBody


class PlanPositionBody(PositionBody):
    stakeholderId = serializers.UUIDField(source="key")


class PlanVoteBody(serializers.Serializer[Any]):
    factor = serializers.CharField()
    value = serializers.JSONField(allow_null=True, help_text="A number or a word, as in the what-if; null: not known.")
    vote = serializers.ChoiceField(choices=PriceApproach.choices, allow_null=True)


class PersonPriceBody(serializers.Serializer[Any]):
    stakeholderId = serializers.UUIDField(source="key")
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=StakeholderRole.choices)
    approach = serializers.ChoiceField(choices=PriceApproach.choices)
    rationale = serializers.CharField()
    byHand = serializers.BooleanField(source="by_hand", help_text="A person chose it.")


class PlanPricingBody(serializers.Serializer[Any]):
    """`approach` is the one used, `recommended` what the facts say."""

    approach = serializers.ChoiceField(choices=PriceApproach.choices)
    recommended = serializers.ChoiceField(choices=PriceApproach.choices)
    votes = PlanVoteBody(many=True)
    rationale = serializers.CharField()
    stakeholderVariations = PersonPriceBody(source="stakeholder_variations", many=True)
    fallbackPlan = serializers.CharField(source="fallback_plan")


class TouchBody(serializers.Serializer[Any]):
    """One step of the four weeks. `state` infeasible: it does not fit, `reason` says why."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=TouchKind.choices)
    title = serializers.CharField()
    stakeholderId = serializers.UUIDField(source="stakeholder_id", allow_null=True)
    owner = serializers.ChoiceField(source="owner_kind", choices=OwnerKind.choices)
    date = serializers.DateField(source="due_date", allow_null=True)
    day = serializers.IntegerField(allow_null=True, help_text="Counts down to the renewal.")
    week = serializers.IntegerField(allow_null=True)
    conditional = serializers.BooleanField(source="is_conditional")
    condition = serializers.CharField()
    state = serializers.ChoiceField(choices=TouchState.choices)
    movedBecause = serializers.CharField(source="moved_reason")
    reason = serializers.CharField(source="infeasible_reason")
    draftId = serializers.UUIDField(source="draft_id", allow_null=True)
    doneAt = serializers.DateTimeField(source="done_at", allow_null=True)


class FollowUpRuleBody(serializers.Serializer[Any]):
    scenario = serializers.CharField()
    timing = serializers.CharField()
    action = serializers.CharField()


class TriggerBody(serializers.Serializer[Any]):
    signal = serializers.CharField()
    example = serializers.CharField()
    response = serializers.CharField()


class TaskBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    title = serializers.CharField()
    detail = serializers.CharField()
    actor = serializers.ChoiceField(choices=TodoActor.choices)
    owner = serializers.CharField(source="owner.username", allow_null=True)
    dueDate = serializers.DateField(source="due_date", allow_null=True)
    state = serializers.ChoiceField(choices=TodoState.choices)
    doneAt = serializers.DateTimeField(source="done_at", allow_null=True)


class OverrideBody(serializers.Serializer[Any]):
    """Where a person decided otherwise than advised, and why."""

    kind = serializers.CharField()
    subject = serializers.CharField()
    old = serializers.CharField()
    new = serializers.CharField()
    reason = serializers.CharField()
    by = serializers.CharField(source="by.username", allow_null=True)
    at = serializers.DateTimeField()


class NotWrittenBody(serializers.Serializer[Any]):
    name = serializers.CharField()
    reason = serializers.CharField()


class PlanBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    customerId = serializers.UUIDField(source="customer_id")
    state = serializers.ChoiceField(choices=PlanState.choices)
    version = serializers.IntegerField()
    noticeDeadline = serializers.DateField(source="deadline")
    approach = serializers.ChoiceField(choices=SequencingApproach.choices)
    recommendedApproach = serializers.ChoiceField(source="recommended_approach", choices=SequencingApproach.choices)
    rationale = serializers.CharField()
    riskMitigation = serializers.CharField(source="risk_mitigation")
    warnings = serializers.ListField(child=serializers.CharField())
    sequence = PlanPositionBody(many=True)
    pricing = PlanPricingBody()
    drafts = DraftBody(many=True)
    notWritten = NotWrittenBody(source="not_written", many=True, help_text="Letters that could not be written.")
    timeline = TouchBody(many=True)
    followUpRules = FollowUpRuleBody(source="follow_up_rules", many=True)
    triggers = TriggerBody(many=True)
    scenarios = ScenarioBody(many=True)
    tasks = TaskBody(many=True)
    overrides = OverrideBody(many=True)


class OwnerChange(serializers.Serializer[Any]):
    stakeholderId = serializers.UUIDField(source="stakeholder_id")
    owner = serializers.ChoiceField(choices=OwnerKind.choices)
    reason = TextField(required=False, max_length=500)


class VariationChange(serializers.Serializer[Any]):
    stakeholderId = serializers.UUIDField(source="stakeholder_id")
    approach = serializers.ChoiceField(choices=PriceApproach.choices)
    reason = TextField(required=False, max_length=500)


PER_PERSON = {"owners": "owner", "variations": "approach"}


def _as_list(value: Any, member: str) -> Any:
    """Write {"ID": "ae"} as [{"stakeholderId": "ID", "owner": "ae"}]; anything else is left to the check."""
    if not isinstance(value, dict):
        return value
    return [{"stakeholderId": key, member: chosen} for key, chosen in value.items()]


class PlanChangeIn(serializers.Serializer[Any]):
    """What a person decides otherwise. `reason` is for all of it; an owner or variation may have its own.

    `owners` and `variations` may also come as objects: stakeholder id → owner, stakeholder id → approach.
    """

    version = serializers.IntegerField(required=False, min_value=1, help_text="The version that was seen.")
    approach = serializers.ChoiceField(choices=SequencingApproach.choices, required=False)
    order = serializers.ListField(
        child=serializers.UUIDField(), required=False, min_length=1, max_length=50, help_text="Stakeholder ids."
    )
    owners = serializers.ListField(child=OwnerChange(), required=False, max_length=50)
    priceApproach = serializers.ChoiceField(source="price_approach", choices=PriceApproach.choices, required=False)
    variations = serializers.ListField(child=VariationChange(), required=False, max_length=50)
    reason = TextField(required=False, allow_blank=True, default="", max_length=500)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            lists = {name: _as_list(data[name], member) for name, member in PER_PERSON.items() if name in data}
            data = {**data, **lists}
        return super().to_internal_value(data)

    def validate_order(self, order: list[Any]) -> list[Any]:
        if len(set(order)) < len(order):
            raise serializers.ValidationError("Name each person once.")
        return order

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if not asked.keys() & {"approach", "order", "owners", "price_approach", "variations"}:
            raise serializers.ValidationError("Name at least one thing to change.")
        return asked
