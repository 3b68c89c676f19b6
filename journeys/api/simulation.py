"""Play a client's journey forward by API: nothing is written."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api_base import OfCustomer, read_body
from journeys.api.automations import PREVIEW
from journeys.rules.simulated.world import MOST_DAYS, Assumptions, Happening, Opens
from journeys.services.simulating import Simulation, simulate


class AssumedHoldIn(serializers.Serializer[Any]):
    """From the first day until the second, when the journey goes on."""

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.DateField(), "to": serializers.DateField()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["from"] >= attrs["to"]:
            raise serializers.ValidationError({"to": ["It must go on after it was paused."]})
        return attrs


class AssumptionsIn(serializers.Serializer[Any]):
    """What people do meanwhile. `approveAfterDays`: null has nobody approve anything."""

    opens = serializers.ChoiceField(choices=[one.value for one in Opens], default=Opens.ALL.value)
    replyOnDay = serializers.IntegerField(min_value=0, max_value=MOST_DAYS, required=False, allow_null=True)
    hold = AssumedHoldIn(required=False, allow_null=True)
    approveAfterDays = serializers.IntegerField(min_value=0, max_value=365, default=0, allow_null=True)


class SimulateIn(serializers.Serializer[Any]):
    """`days`: left out, to the end of the programme."""

    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, required=False, allow_null=True)
    assume = AssumptionsIn(required=False)


class SimulatedEventBody(serializers.Serializer[Any]):
    """One thing that would happen. `outcome`: as the log or the gate would say it, with its `reason`."""

    at = serializers.DateTimeField()
    about = serializers.ChoiceField(choices=[one.value for one in Happening])
    kind = serializers.CharField()
    occurrence = serializers.CharField()
    month = serializers.IntegerField(allow_null=True)
    action = serializers.CharField(source="words")
    outcome = serializers.CharField()
    reason = serializers.CharField()
    to = serializers.CharField(help_text="Who would get the mail.")


class SimulatedDayBody(serializers.Serializer[Any]):
    date = serializers.DateField(help_text="The customer's.")
    events = SimulatedEventBody(many=True)


class MailCountBody(serializers.Serializer[Any]):
    to = serializers.CharField()
    count = serializers.IntegerField()


class SimulationBody(serializers.Serializer[Any]):
    days = SimulatedDayBody(many=True)
    mails = MailCountBody(many=True)
    outcomes = serializers.DictField(child=serializers.IntegerField(), help_text="How many events of each sort.")


class SimulateView(OfCustomer):
    # It writes nothing either way; taken, as every call about a journey takes it.
    @extend_schema(request=SimulateIn, parameters=[PREVIEW], responses={200: SimulationBody})
    def post(self, request: Request, id: str) -> Response:
        """Say what would happen, day by day, with the gate's verdicts. Nothing is written and nothing leaves."""
        customer, asked = self.get_customer(), read_body(SimulateIn, request)
        assume = read_assumptions(asked.get("assume") or {})
        found = simulate([customer.pk], assume, now=timezone.now(), days=asked.get("days"))
        return Response(SimulationBody(as_body(found)).data)


def read_assumptions(asked: dict[str, Any]) -> Assumptions:
    hold = asked.get("hold")
    return Assumptions(
        opens=Opens(asked.get("opens", Opens.ALL)),
        reply_on_day=asked.get("replyOnDay"),
        hold=(hold["from"], hold["to"]) if hold else None,
        approve_after_days=asked.get("approveAfterDays", 0),
    )


def as_body(found: Simulation) -> dict[str, Any]:
    return {
        "days": found.days,
        "mails": [{"to": to, "count": count} for _, to, count in found.mails],
        "outcomes": found.outcomes,
    }
