"""What is the workspace's of the automations: what they are thought to save, and the safe hold of the clock."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api_base import Conflict, read_body
from customers.enums import Scope
from customers.queries.callers import caller_of
from customers.queries.standstill import find_standstill
from journeys.enums import AutomationType
from journeys.models.savings import MOST_MINUTES
from journeys.queries.savings import read_estimates
from journeys.queries.standstill import read_waiting
from journeys.services.restoring import confirm_clock
from journeys.services.savings import set_savings

RUN, LEAVE_OUT = "run", "leave_out"
DUE = ((RUN, "Run what is due"), (LEAVE_OUT, "Leave out what may have run"))


class TimeSavingBody(serializers.Serializer[Any]):
    """minutes: of a person's work, each time that an automation of this type is done."""

    type = serializers.ChoiceField(choices=AutomationType.choices)
    minutes = serializers.IntegerField(min_value=0, max_value=MOST_MINUTES)


class WaitingBody(serializers.Serializer[Any]):
    """What waits meanwhile. sinceLastTick: of the automations those that the lost time may have seen already."""

    automations = serializers.IntegerField()
    sinceLastTick = serializers.IntegerField(source="since_last_tick")
    letters = serializers.IntegerField()


class ClockBody(serializers.Serializer[Any]):
    """standsStill: nothing leaves and no automation runs; the rest is null then and only then not."""

    standsStill = serializers.BooleanField()
    reason = serializers.CharField(allow_null=True)
    since = serializers.DateTimeField(allow_null=True)
    lastTickAt = serializers.DateTimeField(allow_null=True)
    waiting = WaitingBody(allow_null=True)


class GoOnIn(serializers.Serializer[Any]):
    """due: whether what fell due since the last known tick runs, or is left out since it may have been done."""

    due = serializers.ChoiceField(choices=DUE)


class SavingsView(APIView):
    scopes = {"PUT": Scope.ADMIN}

    @extend_schema(responses=TimeSavingBody(many=True))
    def get(self, request: Request) -> Response:
        """The estimates behind the hours saved, of every type."""
        return Response(_savings())

    @extend_schema(request=TimeSavingBody(many=True), responses=TimeSavingBody(many=True))
    def put(self, request: Request) -> Response:
        """Change the estimates that are named; the others stay. Ops only."""
        body = TimeSavingBody(data=request.data, many=True)
        body.is_valid(raise_exception=True)
        minutes = {one["type"]: one["minutes"] for one in body.validated_data}
        set_savings(minutes, now=timezone.now(), by=caller_of(request))
        return Response(_savings())


class ClockView(APIView):
    scopes = {"POST": Scope.ADMIN}

    @extend_schema(responses=ClockBody)
    def get(self, request: Request) -> Response:
        """Whether everything stands still, why, and what waits."""
        return Response(_clock())

    @extend_schema(request=GoOnIn, responses=ClockBody)
    def post(self, request: Request) -> Response:
        """Have everything go on from now. Ops only."""
        leaves_out = read_body(GoOnIn, request)["due"] == LEAVE_OUT
        if not confirm_clock(leaves_out=leaves_out, now=timezone.now(), by=caller_of(request)):
            raise Conflict("It goes on already.")
        return Response(_clock())


def _savings() -> Any:
    return TimeSavingBody(
        [{"type": type, "minutes": count} for type, count in read_estimates().items()], many=True
    ).data


def _clock() -> Any:
    found = find_standstill()
    shown = {
        "standsStill": found is not None,
        "reason": found.reason if found else None,
        "since": found.began_at if found else None,
        "lastTickAt": found.last_tick_at if found else None,
        "waiting": read_waiting(found, now=timezone.now()) if found else None,
    }
    return ClockBody(shown).data
