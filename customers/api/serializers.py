"""The bodies of accounts, people, usage, holds and brakes, in the names of INTERFACES."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.api.fields import ColleagueField, CountryField, CurrencyField, PressureField
from customers.api_base import MomentOrDayField, TextField
from customers.enums import HoldScope, StakeholderRole, Weekday
from customers.registry.holds import Stop
from customers.rules.source_mapping import EARLY

MOST_READINGS = 5000


class ScoreField(serializers.IntegerField):
    """A whole number from 0 to `most`; null where it is not known."""

    def __init__(self, most: int, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=most, required=False, allow_null=True, **kwargs)


class HoldSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(read_only=True)
    scope = serializers.ChoiceField(choices=HoldScope.choices, default=HoldScope.ACCOUNT)
    startsAt = serializers.DateTimeField(source="starts_at", read_only=True)
    until = MomentOrDayField(required=False, allow_null=True)
    reason = TextField(required=False, allow_blank=True, default="", max_length=500)


class StopSerializer(serializers.Serializer[Any]):
    """One thing by name: a letter, a planned contact, an automation."""

    id = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    at = serializers.SerializerMethodField(help_text="When it was to happen, or left; a moment or a day.")
    state = serializers.CharField(read_only=True)

    @extend_schema_field({"type": "string", "nullable": True})
    def get_at(self, stop: Stop) -> str | None:
        if isinstance(stop.at, datetime):
            return serializers.DateTimeField().to_representation(stop.at)
        return stop.at.isoformat() if stop.at else None


class StopsSerializer(serializers.Serializer[Any]):
    """What waits, kind by kind: `letters`, `touches`, `automations`. `items` are the first of them."""

    kind = serializers.CharField(read_only=True)
    count = serializers.IntegerField(read_only=True)
    items = StopSerializer(source="named", many=True, read_only=True)


class MovedDateSerializer(serializers.Serializer[Any]):
    """A date that the hold moves; `new` is null where it has no end."""

    name = serializers.CharField(read_only=True)
    old = serializers.DateField(read_only=True)
    new = serializers.DateField(read_only=True, allow_null=True)


class HoldPreviewSerializer(serializers.Serializer[Any]):
    """What a hold stops, which dates it moves, what was away before it, and the notice deadline inside it."""

    stops = StopsSerializer(many=True, read_only=True)
    inFlight = StopSerializer(source="in_flight", many=True, read_only=True)
    noticeDeadline = serializers.DateField(source="notice_deadline", read_only=True, allow_null=True)
    dates = MovedDateSerializer(source="moves", many=True, read_only=True)


class HeldSerializer(HoldSerializer, HoldPreviewSerializer):
    """A hold that was just set, and what it stops."""


class PreviewedHoldSerializer(HeldSerializer):
    """A hold that was not set (`preview=true`), hence without id and start, and what it would stop."""

    id = serializers.UUIDField(read_only=True, allow_null=True)
    startsAt = serializers.DateTimeField(source="starts_at", read_only=True, allow_null=True)


class BrakeSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(read_only=True)
    setAt = serializers.DateTimeField(source="set_at", read_only=True)
    reason = TextField(required=False, allow_blank=True, default="", max_length=500)


class SendingRulesSerializer(serializers.Serializer[Any]):
    """When and how often mails leave to this account; null: as the workspace has it. Days count from 0, Monday."""

    windowStart = serializers.TimeField(source="window_start", required=False, allow_null=True, format="%H:%M")
    windowEnd = serializers.TimeField(source="window_end", required=False, allow_null=True, format="%H:%M")
    workingDays = serializers.ListField(
        source="working_days",
        child=serializers.ChoiceField(choices=Weekday.choices),
        required=False,
        allow_null=True,
        max_length=len(Weekday),
    )
    holidaysPlace = TextField(
        source="holidays_place",
        required=False,
        allow_blank=True,
        max_length=20,
        help_text="A country (DE), a part of one (DE-BY), NONE, or empty: the account's country.",
    )
    contactCap = serializers.IntegerField(source="contact_cap", required=False, allow_null=True, min_value=1)
    accountCap = serializers.IntegerField(source="account_cap", required=False, allow_null=True, min_value=1)


class CustomerSerializer(serializers.Serializer[Any]):
    """An account. `holds` and `brake` say what stops mail to it now."""

    id = serializers.UUIDField(read_only=True)
    externalId = TextField(source="external_id", required=False, allow_null=True, allow_blank=True, max_length=120)
    name = TextField(max_length=200)
    segment = TextField(required=False, allow_blank=True, max_length=80)
    timezone = TextField(required=False, max_length=64)
    country = CountryField(required=False, allow_blank=True, max_length=2)
    currency = CurrencyField(required=False, max_length=3)
    owner = ColleagueField()
    accountExecutive = ColleagueField(source="account_executive")
    executive = ColleagueField()
    healthScore = ScoreField(100, source="health_score")
    relationshipStrength = ScoreField(10, source="relationship_strength")
    churnRisk = ScoreField(100, source="churn_risk")
    competitivePressure = PressureField(source="competitive_pressure")
    budgetPressure = PressureField(source="budget_pressure")
    notes = TextField(required=False, allow_blank=True, trim_whitespace=False, max_length=20_000)
    programmeStartDate = serializers.DateField(source="programme_start_date", required=False, allow_null=True)
    sendingRules = SendingRulesSerializer(source="*", required=False)
    holds = HoldSerializer(source="open_holds", many=True, read_only=True)
    brake = serializers.SerializerMethodField()
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    updatedAt = serializers.DateTimeField(source="updated_at", read_only=True)

    @extend_schema_field(BrakeSerializer(allow_null=True))
    def get_brake(self, customer: Any) -> Any:
        # At most one is open: a constraint sees to it.
        return next((BrakeSerializer(brake).data for brake in customer.open_brakes), None)


class SuppressionSerializer(serializers.Serializer[Any]):
    """Why mail to a person stops. `topic`: empty for everything but contract notices; `final`: for those too."""

    cause = serializers.CharField(read_only=True)
    topic = serializers.CharField(read_only=True)
    since = serializers.DateTimeField(read_only=True)
    reason = serializers.CharField(source="words", read_only=True)
    final = serializers.BooleanField(source="is_final", read_only=True)


class StakeholderSerializer(serializers.Serializer[Any]):
    """A person at the account. `left`: true marks them as gone, false takes that back."""

    id = serializers.UUIDField(read_only=True)
    name = TextField(max_length=200)
    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    title = TextField(required=False, allow_blank=True, max_length=200)
    roles = serializers.ListField(
        child=serializers.ChoiceField(choices=StakeholderRole.choices),
        required=False,
        max_length=len(StakeholderRole),
    )
    primary = serializers.BooleanField(required=False)
    relationshipStrength = ScoreField(10, source="relationship_strength")
    timezone = TextField(required=False, allow_blank=True, max_length=64)
    language = TextField(required=False, allow_blank=True, max_length=8)
    history = TextField(required=False, allow_blank=True, trim_whitespace=False, max_length=20_000)
    phone = TextField(required=False, allow_blank=True, max_length=40)
    socialHandles = TextField(
        source="social_handles", required=False, allow_blank=True, max_length=2000, help_text="One a line."
    )
    left = serializers.BooleanField(source="has_left", required=False)
    leftAt = serializers.DateTimeField(source="left_at", read_only=True, allow_null=True)
    suppressed = serializers.SerializerMethodField(help_text="No mail of any topic reaches them, notices aside.")
    suppressions = SuppressionSerializer(source="mail_stops", many=True, read_only=True)

    def get_suppressed(self, person: Any) -> bool:
        return any(not stop.topic for stop in person.mail_stops)

    def validate_roles(self, roles: list[str]) -> list[str]:
        return list(dict.fromkeys(roles))


class ReadingListSerializer(serializers.ListSerializer[Any]):
    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, list) and len(data) > MOST_READINGS:
            raise serializers.ValidationError([f"At most {MOST_READINGS} readings at once."])
        return super().run_validation(data)


class ReadingSerializer(serializers.Serializer[Any]):
    """What was used of one metric at one moment. `limit`: what the plan allows, if it sets a limit."""

    metric = TextField(max_length=80)
    value = serializers.DecimalField(max_digits=17, decimal_places=4, min_value=Decimal(0))
    limit = serializers.DecimalField(
        max_digits=17, decimal_places=4, min_value=Decimal(0), required=False, allow_null=True
    )
    at = serializers.DateTimeField(required=False)

    class Meta:
        list_serializer_class = ReadingListSerializer

    def validate_at(self, at: datetime) -> datetime:
        """A reading of the far future would be the latest one for good; a sender may be a day ahead of UTC."""
        now = self.context.get("now")
        if now is not None and at > now + EARLY:
            raise serializers.ValidationError("This lies in the future.")
        return at


class RecordedSerializer(serializers.Serializer[Any]):
    created = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
