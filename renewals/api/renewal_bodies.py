"""The bodies of a renewal. Money is text with `currency` beside it. Source: INTERFACES, Renewals and Engage."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.api_base import TextField
from renewals.enums import Outcome, Stage
from renewals.services.renewals import HIGHEST_PRICE

MOST_PRICE_DIGITS = 14


@extend_schema_field({"type": "string", "format": "decimal", "pattern": r"^\d{1,12}(\.\d{1,2})?$"})
class MoneyField(serializers.DecimalField):
    """An amount with two decimals at most, zero or more."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_digits=MOST_PRICE_DIGITS, decimal_places=2, min_value=Decimal(0), max_value=HIGHEST_PRICE, **kwargs
        )


class RenewalBody(serializers.Serializer[Any]):
    """The renewal of the running contract; of the last one, with its outcome, where none is running."""

    id = serializers.UUIDField(source="renewal.id", help_text="Null until the renewal is opened.")
    customerId = serializers.UUIDField(source="customer.id")
    stage = serializers.ChoiceField(choices=Stage.choices)
    daysToRenewal = serializers.IntegerField(source="days_to_renewal")
    startDate = serializers.DateField(source="contract.start_date", allow_null=True)
    renewalDate = serializers.DateField(source="contract.renewal_date")
    noticeDays = serializers.IntegerField(source="contract.notice_days")
    noticeDeadline = serializers.DateField(source="notice_deadline")
    plan = serializers.CharField(source="contract.plan")
    currency = serializers.CharField(source="contract.currency")
    currentPrice = MoneyField(source="contract.current_price")
    targetPrice = MoneyField(source="contract.target_price", allow_null=True)
    increasePercent = serializers.FloatField(source="increase_percent", allow_null=True)
    priceLocked = serializers.BooleanField(source="renewal.price_locked")
    priceLockedAt = serializers.DateTimeField(source="renewal.price_locked_at", allow_null=True)
    priceLockedBy = serializers.CharField(source="renewal.price_locked_by.username", allow_null=True)
    confidence = serializers.IntegerField(source="renewal.confidence", allow_null=True)
    stakeholderSequence = serializers.CharField(source="renewal.prepare_sequence")
    engagementApproach = serializers.CharField(source="renewal.engagement_approach")
    valueLeverage = serializers.DecimalField(
        source="renewal.value_leverage", max_digits=8, decimal_places=2, coerce_to_string=False, allow_null=True
    )
    stickiness = serializers.IntegerField(source="renewal.stickiness", allow_null=True)
    quantifiedValue = MoneyField(source="renewal.quantified_value", allow_null=True)
    peerPricePercent = serializers.FloatField(source="renewal.peer_price_pct", allow_null=True)
    salesforceOpportunityId = serializers.CharField(source="renewal.crm_id")
    outcome = serializers.SerializerMethodField()

    def get_outcome(self, shown: Any) -> str | None:
        return shown.renewal.outcome or None


class RenewalChange(serializers.Serializer[Any]):
    """What may be written. Without a running contract, `currentPrice` and `renewalDate` enter one."""

    plan = TextField(required=False, allow_blank=True, max_length=120)
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False)
    startDate = serializers.DateField(source="start_date", required=False, allow_null=True)
    renewalDate = serializers.DateField(source="renewal_date", required=False)
    noticeDays = serializers.IntegerField(source="notice_days", required=False, min_value=0, max_value=730)
    currentPrice = MoneyField(source="current_price", required=False)
    targetPrice = MoneyField(source="target_price", required=False, allow_null=True)
    confidence = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=100)
    stakeholderSequence = serializers.CharField(
        source="prepare_sequence", required=False, allow_blank=True, max_length=300
    )
    engagementApproach = serializers.CharField(
        source="engagement_approach", required=False, allow_blank=True, max_length=120
    )
    valueLeverage = serializers.DecimalField(
        source="value_leverage",
        max_digits=8,
        decimal_places=2,
        min_value=Decimal(0),
        coerce_to_string=False,
        required=False,
        allow_null=True,
    )
    stickiness = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=100)
    quantifiedValue = MoneyField(source="quantified_value", required=False, allow_null=True)
    peerPricePercent = serializers.DecimalField(
        source="peer_price_pct",
        max_digits=6,
        decimal_places=2,
        coerce_to_string=False,
        min_value=Decimal(-100),
        max_value=Decimal(1000),
        required=False,
        allow_null=True,
    )
    salesforceOpportunityId = serializers.RegexField(
        r"^([A-Za-z0-9]{15}([A-Za-z0-9]{3})?)?\Z", source="crm_id", required=False, allow_blank=True
    )


class OutcomeIn(serializers.Serializer[Any]):
    """How the renewal ended. A churned customer has no next price and term; the others do.

    The same outcome within a day is taken for a repeat, unless `renewalId` names the renewal that is meant.
    """

    result = serializers.ChoiceField(choices=Outcome.choices)
    price = MoneyField(required=False, allow_null=True)
    termMonths = serializers.IntegerField(source="term_months", required=False, allow_null=True, min_value=1)
    reason = TextField(required=False, allow_blank=True, default="", max_length=500)
    renewalId = serializers.UUIDField(source="renewal_id", required=False, help_text="Refused if it is closed.")


class OutcomeBody(serializers.Serializer[Any]):
    result = serializers.ChoiceField(source="closed.outcome", choices=Outcome.choices)
    price = MoneyField(source="closed.outcome_price", allow_null=True)
    currency = serializers.CharField(source="closed.contract.currency")
    termMonths = serializers.IntegerField(source="closed.outcome_term_months", allow_null=True)
    reason = serializers.CharField(source="closed.outcome_reason")
    closedAt = serializers.DateTimeField(source="closed.closed_at")
    next = RenewalBody(allow_null=True, help_text="The renewal of the next cycle; null where the customer churned.")
