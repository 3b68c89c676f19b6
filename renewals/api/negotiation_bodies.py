"""A negotiation as other systems read and carry it on: objections with their evidence, terms by version, next steps."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from customers.api_base import TextField
from renewals.api.plan_bodies import TaskBody
from renewals.api.renewal_bodies import MoneyField
from renewals.api.what_if_bodies import ScenarioBody
from renewals.enums import ObjectionKind, Stage, TermState
from renewals.rules.cycles import LONGEST_TERM_MONTHS


class PercentField(serializers.DecimalField):
    """From 0 to 100, with two decimals at most; a JSON number."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs |= {"min_value": Decimal(0), "max_value": Decimal(100)}
        super().__init__(max_digits=5, decimal_places=2, coerce_to_string=False, **kwargs)


class ObjectionBody(serializers.Serializer[Any]):
    """words: what of the reply proves it. Withdrawn: the reply turned out to say something else."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=ObjectionKind.choices)
    quote = serializers.CharField()
    words = serializers.ListField(child=serializers.CharField())
    stakeholderId = serializers.UUIDField(source="stakeholder_id", allow_null=True)
    replyId = serializers.UUIDField(source="reply_id", allow_null=True)
    raisedAt = serializers.DateTimeField(source="raised_at")
    notedBy = serializers.CharField(source="noted_by.username", allow_null=True)
    answerDraftId = serializers.UUIDField(source="answer_id", allow_null=True)
    settledAt = serializers.DateTimeField(source="settled_at", allow_null=True)
    settledBy = serializers.CharField(source="settled_by.username", allow_null=True)
    settledHow = serializers.CharField(source="settled_how")
    withdrawnAt = serializers.DateTimeField(source="withdrawn_at", allow_null=True)


class OpenObjectionBody(serializers.Serializer[Any]):
    """scenario: what the rehearsal says to it. canBeAnswered: whether an answer may be prepared."""

    objection = ObjectionBody()
    scenario = ScenarioBody(allow_null=True)
    canBeAnswered = serializers.BooleanField(source="can_be_answered")


class TermsBody(serializers.Serializer[Any]):
    """One version of the terms. leadReason: why a lead must decide; empty where none must."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    price = MoneyField(allow_null=True)
    currency = serializers.CharField(source="renewal.contract.currency")
    termMonths = serializers.IntegerField(source="term_months", allow_null=True)
    discountPercent = PercentField(source="discount_pct", allow_null=True)
    note = serializers.CharField()
    state = serializers.ChoiceField(choices=TermState.choices)
    leadReason = serializers.CharField(source="lead_reason")
    writtenAt = serializers.DateTimeField(source="written_at")
    writtenBy = serializers.CharField(source="written_by.username", allow_null=True)
    decidedAt = serializers.DateTimeField(source="decided_at", allow_null=True)
    decidedBy = serializers.CharField(source="decided_by.username", allow_null=True)


class NegotiationBody(serializers.Serializer[Any]):
    """Where a negotiation stands. startsOn: the day on which it begins by itself. Of what is closed the latest 20."""

    customerId = serializers.UUIDField(source="customer.pk")
    stage = serializers.ChoiceField(choices=Stage.choices)
    startsOn = serializers.DateField(source="starts_on")
    startedAt = serializers.DateTimeField(source="renewal.negotiate_started_at", allow_null=True)
    proposesStart = serializers.BooleanField(
        source="proposes_start", help_text="An objection is open, and nobody has begun."
    )
    openObjections = OpenObjectionBody(source="open_objections", many=True)
    closedObjections = ObjectionBody(source="closed_objections", many=True)
    terms = TermsBody(many=True)
    nextSteps = TaskBody(source="next_steps", many=True)


class NegotiationStartIn(serializers.Serializer[Any]):
    """reason: what was objected, in a few words."""

    reason = TextField(max_length=400)


class ObjectionIn(serializers.Serializer[Any]):
    """What was said in a call or a meeting. quote: in their words."""

    kind = serializers.ChoiceField(choices=ObjectionKind.choices)
    quote = TextField(max_length=2000)
    stakeholderId = serializers.UUIDField(required=False, allow_null=True, default=None)


class SettleIn(serializers.Serializer[Any]):
    """how: how the objection was met."""

    how = TextField(max_length=500)


class TermsIn(serializers.Serializer[Any]):
    """At least one of them. price: a year. discountPercent: off what we ask."""

    price = MoneyField(required=False, allow_null=True)
    termMonths = serializers.IntegerField(
        source="term_months", required=False, allow_null=True, min_value=1, max_value=LONGEST_TERM_MONTHS
    )
    discountPercent = PercentField(source="discount_pct", required=False, allow_null=True)
    note = TextField(required=False, allow_blank=True, max_length=1000)


class TermsDecisionIn(serializers.Serializer[Any]):
    """approved: whether the terms may be offered."""

    approved = serializers.BooleanField()


class NextStepIn(serializers.Serializer[Any]):
    title = TextField(max_length=300)
    dueDate = serializers.DateField(source="due_date")
