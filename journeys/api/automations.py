"""Automations by API: listed, scheduled by hand, cancelled, hurried; the log of what became of them."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api_base import CustomerIdFilter, MomentFilter, OfCustomer, read_body, read_flag
from customers.queries.archives import archived_before
from customers.queries.callers import caller_of
from journeys.api.bodies import AutomationBody, LogBody, ScheduleAutomationIn, TriggerRowIn
from journeys.api.stats import StatsBody
from journeys.enums import AutomationStatus, AutomationType, LogStatus
from journeys.models import AutomationLog, AutomationSchedule
from journeys.queries.automations import list_automations, list_log, require_automation
from journeys.queries.health import read_health
from journeys.services.by_hand import prepare_by_hand, schedule_by_hand, trigger_by_hand
from journeys.services.scheduling import NotScheduled
from journeys.services.ticked import cancel_row, cancel_words

BOTH = {201: AutomationBody, 200: AutomationBody}
"""A preview has written nothing, and is 200."""
PREVIEW = OpenApiParameter("preview", bool, description="The same answer, and nothing is written.")

ARCHIVED = OpenApiParameter(
    "Archived-Before",
    date,
    OpenApiParameter.HEADER,
    response=[200],
    description="None were moved where it is not sent.",
)


class OneAccountFilter(filters.FilterSet):
    """Filters of the automations of one account. `month` is that of the payload."""

    type = filters.ChoiceFilter(choices=AutomationType.choices)
    kind = filters.CharFilter()
    status = filters.ChoiceFilter(choices=AutomationStatus.choices)
    month = filters.NumberFilter(method="by_month", min_value=1, max_value=999)
    triggerDateFrom = MomentFilter(field_name="trigger_at", lookup_expr="gte")
    triggerDateTo = MomentFilter(field_name="trigger_at", lookup_expr="lte")

    class Meta:
        model = AutomationSchedule
        fields: list[str] = []

    def by_month(self, rows: QuerySet[Any], name: str, value: Decimal) -> QuerySet[Any]:
        return rows.filter(payload__month=int(value))


class AutomationFilter(OneAccountFilter):
    clientId = CustomerIdFilter("clientId")


class LogFilterSet(filters.FilterSet):
    clientId = CustomerIdFilter("clientId")
    automationId = filters.UUIDFilter(field_name="automation_id")
    type = filters.ChoiceFilter(choices=AutomationType.choices)
    kind = filters.CharFilter()
    status = filters.ChoiceFilter(choices=LogStatus.choices)
    atFrom = MomentFilter(field_name="at", lookup_expr="gte")
    atTo = MomentFilter(field_name="at", lookup_expr="lte")

    class Meta:
        model = AutomationLog
        fields: list[str] = []


class AutomationList(ListAPIView[AutomationSchedule]):
    """The automations of all accounts that the caller may see, the soonest first."""

    serializer_class = AutomationBody
    queryset = AutomationSchedule.objects.none()
    filterset_class: Any = AutomationFilter
    ordering_names = {
        "triggerDate": "trigger_at",
        "type": "type",
        "status": "status",
        "retryCount": "retry_count",
        "executedAt": "executed_at",
    }

    def get_queryset(self) -> QuerySet[AutomationSchedule]:
        return list_automations(caller_of(self.request)).order_by("trigger_at", "pk")


class ClientAutomations(OfCustomer, AutomationList):
    """The automations of one account, the soonest first."""

    filterset_class = OneAccountFilter

    def get_queryset(self) -> QuerySet[AutomationSchedule]:
        return super().get_queryset().filter(customer=self.get_customer())


class LogList(ListAPIView[AutomationLog]):
    """What became of automations, attempt by attempt, the latest first."""

    serializer_class = LogBody
    queryset = AutomationLog.objects.none()
    filterset_class = LogFilterSet
    ordering_names = {"at": "at", "type": "type", "status": "status", "attempt": "attempt"}

    @extend_schema(responses={200: LogBody(many=True)}, parameters=[ARCHIVED])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List it. Old lines of before the day in the header were moved to files."""
        answer = super().get(request, *args, **kwargs)
        if day := archived_before(AutomationLog):
            answer.headers[ARCHIVED.name] = day.isoformat()
        return answer

    def get_queryset(self) -> QuerySet[AutomationLog]:
        return list_log(caller_of(self.request))


class AutomationStats(APIView):
    @extend_schema(responses=StatsBody)
    def get(self, request: Request) -> Response:
        """How the automations of the caller's accounts do; days are the caller's, `thisWeek` begins on Monday."""
        return Response(StatsBody(read_health(caller_of(request), now=timezone.now())).data)


class AutomationSchedulingView(OfCustomer):
    @extend_schema(request=ScheduleAutomationIn, parameters=[PREVIEW], responses=BOTH)
    def post(self, request: Request, id: str) -> Response:
        """Schedule an automation of the account's journey by hand, beside those that it has of itself."""
        customer, is_preview, now = self.get_customer(), read_flag(request, "preview"), timezone.now()
        asked = read_body(ScheduleAutomationIn, request)
        wish = {"type": asked["type"], "at": asked["triggerDate"], "payload": asked["payload"], "now": now}
        if is_preview:
            return Response(AutomationBody(prepare_by_hand(customer, **wish)).data)
        row = schedule_by_hand(customer, **wish, by=caller_of(request))
        return Response(AutomationBody(row).data, status=status.HTTP_201_CREATED)


class AutomationDetail(APIView):
    @extend_schema(responses=AutomationBody)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """One automation."""
        return Response(AutomationBody(_find(request, id)).data)

    @extend_schema(parameters=[PREVIEW], responses={200: AutomationBody})
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """Cancel: it stays in the list, and never runs."""
        row, by = _find(request, id), caller_of(request)
        reason = cancel_words(by)
        if read_flag(request, "preview"):
            return _previewed(row, status=AutomationStatus.CANCELLED, reason=reason)
        cancel_row(row, reason=reason, now=timezone.now(), by=by)
        row.refresh_from_db()
        return Response(AutomationBody(row).data)


class AutomationTrigger(APIView):
    @extend_schema(request=TriggerRowIn, parameters=[PREVIEW], responses={200: AutomationBody})
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Make it due now; the clock runs it with its next tick. While the account is held it waits as always."""
        row, now, asked = _find(request, id), timezone.now(), read_body(TriggerRowIn, request)
        if read_flag(request, "preview"):
            return _previewed(row, trigger_at=now, reason="")
        trigger_by_hand(row, now=now, by=caller_of(request), reason=asked["reason"])
        return Response(AutomationBody(row).data)


def _find(request: Request, pk: uuid.UUID) -> AutomationSchedule:
    return require_automation(pk, user=caller_of(request))


def _previewed(row: AutomationSchedule, **changes: str | datetime) -> Response:
    """This will show the row as it would be. Raises NotScheduled as the services do."""
    if row.status != AutomationStatus.SCHEDULED:
        raise NotScheduled("It has run already, or runs just now.")
    for name, value in changes.items():
        setattr(row, name, value)
    return Response(AutomationBody(row).data)
