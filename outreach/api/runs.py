"""Upsell runs by API: start one, read them, answer, and decide on a step."""

from __future__ import annotations

import uuid
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api_base import CustomerIdFilter, read_body
from customers.enums import Scope
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere, require_customer
from outreach.api.run_bodies import ReplyIn, RetryIn, RunApproveIn, RunBody, RunDetailBody, RunIn, RunReasonIn
from outreach.enums import AutomationLevel, RunState, UpsellReply, UpsellStepName
from outreach.models import UpsellRun
from outreach.queries.upsell_runs import list_runs, with_steps
from outreach.services.upsell.answering import take_reply
from outreach.services.upsell.deciding import approve_step, cancel_run, retry_step, skip_step
from outreach.services.upsell.starting import start_run

APPROVES = {"POST": Scope.APPROVE}


class RunFilter(filters.FilterSet):
    """`state` may be given several times."""

    customerId = CustomerIdFilter()
    state = filters.MultipleChoiceFilter(choices=RunState.choices)
    eventId = filters.CharFilter(field_name="event_id")
    metricType = filters.CharFilter(field_name="metric")
    automationLevel = filters.ChoiceFilter(field_name="level", choices=AutomationLevel.choices)

    class Meta:
        model = UpsellRun
        fields: list[str] = []


class RunList(ListAPIView[UpsellRun]):
    """The runs that the caller may see, the latest first."""

    serializer_class = RunBody
    filterset_class = RunFilter
    queryset = UpsellRun.objects.none()
    ordering_names = {"startedAt": "started_at", "endedAt": "ended_at", "waitsUntil": "waits_until", "state": "state"}

    def get_queryset(self) -> QuerySet[Any]:
        return list_runs(caller_of(self.request))

    @extend_schema(request=RunIn, responses={201: RunDetailBody, 200: RunDetailBody})
    def post(self, request: Request) -> Response:
        """Start the run of an event; 200 with the same run where the event has one already."""
        asked = read_body(RunIn, request)
        by = caller_of(request)
        started = start_run(
            require_customer(asked["customerId"], user=by),
            event_id=asked["eventId"],
            metric=asked["metricType"],
            asked=AutomationLevel(asked["automationLevel"]) if "automationLevel" in asked else None,
            now=timezone.now(),
            by=by,
        )
        code = status.HTTP_201_CREATED if started.is_new else status.HTTP_200_OK
        return Response(_show(request, started.run.pk), status=code)


class RunDetail(APIView):
    @extend_schema(responses=RunDetailBody)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """One run with its steps: state, input, output, attempts."""
        return Response(_show(request, id))


class RunReply(APIView):
    @extend_schema(request=ReplyIn, responses=RunDetailBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Tell what they answered; a late answer has the run go on. 409 before the mail has left."""
        run, asked = _require(request, id), read_body(ReplyIn, request)
        take_reply(run.pk, UpsellReply(asked["reply"]), now=timezone.now(), by=caller_of(request), how="by API")
        return Response(_show(request, id))


class RunApprove(APIView):
    scopes = APPROVES

    @extend_schema(request=RunApproveIn, responses=RunDetailBody)
    def post(self, request: Request, id: uuid.UUID, name: str) -> Response:
        """Give the yes that a step waits for; of the written mail it is the approval of its text."""
        run, asked = _require(request, id), read_body(RunApproveIn, request)
        approve_step(
            run,
            _step(name),
            now=timezone.now(),
            by=caller_of(request),
            estimated_value=asked.get("estimatedValue"),
            starts_at=asked.get("startsAt"),
        )
        return Response(_show(request, id))


class RunRetry(APIView):
    scopes = APPROVES

    @extend_schema(request=RetryIn, responses=RunDetailBody)
    def post(self, request: Request, id: uuid.UUID, name: str) -> Response:
        """Take a step in trouble again; of one that may have been accepted, the caller says so knowingly."""
        run, asked = _require(request, id), read_body(RetryIn, request)
        retry_step(run, _step(name), now=timezone.now(), by=caller_of(request), starts_at=asked.get("startsAt"))
        return Response(_show(request, id))


class RunSkip(APIView):
    @extend_schema(request=RunReasonIn, responses=RunDetailBody)
    def post(self, request: Request, id: uuid.UUID, name: str) -> Response:
        """Leave a step out that is not done; a mail that waits is taken away."""
        run, asked = _require(request, id), read_body(RunReasonIn, request)
        skip_step(run, _step(name), now=timezone.now(), by=caller_of(request), reason=asked["reason"])
        return Response(_show(request, id))


class RunCancel(APIView):
    @extend_schema(request=RunReasonIn, responses=RunDetailBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """End the run; a mail that has not left is taken away."""
        run, asked = _require(request, id), read_body(RunReasonIn, request)
        cancel_run(run, now=timezone.now(), by=caller_of(request), reason=asked["reason"])
        return Response(_show(request, id))


def _require(request: Request, run_id: uuid.UUID) -> UpsellRun:
    found: UpsellRun | None = list_runs(caller_of(request)).filter(pk=run_id).first()
    if found is None:
        raise NotThere("There is no such run, or it is not yours.")
    return found


def _show(request: Request, run_id: uuid.UUID) -> Any:
    found = with_steps(list_runs(caller_of(request))).filter(pk=run_id).first()
    if found is None:
        raise NotThere("There is no such run, or it is not yours.")
    return RunDetailBody(found).data


def _step(name: str) -> UpsellStepName:
    try:
        return UpsellStepName(name)
    except ValueError:
        raise NotThere("There is no such step.") from None
