"""A client's journey by API: read, started, moved, paused, resumed, and what was done taken back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api_base import OfCustomer, read_body, read_flag
from customers.models import Customer
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from journeys.actions import ADJUST, CANCEL, FORCE, PAUSE, RESUME, SKIP, START, Action, Asked
from journeys.api.automations import PREVIEW
from journeys.api.journey_bodies import (
    AdjustIn,
    CancelIn,
    ForceIn,
    FullTimelineBody,
    PauseIn,
    ReasonIn,
    SkipIn,
    StartIn,
    TimelineBody,
    UndoIn,
)
from journeys.api.shown import find_programme, show_plan, show_timeline
from journeys.models import Journey, JourneyChange
from journeys.queries.journeys import get_open_journey
from journeys.queries.timelines import get_last_journey
from journeys.rules.moments import moment_of
from journeys.services.forcing import check_may_force
from journeys.services.undo_preview import preview_undo
from journeys.services.undoing import undo_change


class TimelineView(OfCustomer):
    @extend_schema(responses=FullTimelineBody)
    def get(self, request: Request, id: str) -> Response:
        """The journey under way, else the last one: months, every automation, who changed what."""
        journey = get_last_journey(self.get_customer())
        if journey is None:
            raise NotThere("This client has had no journey yet.")
        return Response(FullTimelineBody(show_timeline(journey, now=timezone.now(), with_history=True)).data)


class JourneyCall(OfCustomer):
    """One action on the journey: the same answer with `?preview=true`, and nothing written."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Whose client it is comes before what is asked."""
        super().initial(request, *args, **kwargs)
        self.customer = self.get_customer()

    def answer(self, request: Request, action: Action, arguments: Mapping[str, Any]) -> Response:
        customer, is_preview, now = self.customer, read_flag(request, "preview"), timezone.now()
        asked = Asked(customer, get_open_journey(customer), arguments, now, caller_of(request))
        plan = action.preview(asked)
        if is_preview:
            return Response(TimelineBody(show_plan(plan, asked)).data)
        action.carry_out(asked)
        journey = get_last_journey(customer)
        assert journey is not None  # it was changed just now
        shown = show_timeline(journey, now=now, plan=plan)
        made = status.HTTP_201_CREATED if action is START else status.HTTP_200_OK
        return Response(TimelineBody(shown).data, status=made)

    def end_of_pause(self, day: Any) -> datetime | None:
        """The beginning of a day there."""
        journey = get_open_journey(self.customer)
        return moment_of(day, time.min, journey.zone if journey else self.customer.timezone) if day else None


class StartView(JourneyCall):
    for_people = ("POST",)

    @extend_schema(request=StartIn, parameters=[PREVIEW], responses={201: TimelineBody, 200: TimelineBody})
    def post(self, request: Request, id: str) -> Response:
        """Put the client on a programme; this approves the programme's mails."""
        asked = read_body(StartIn, request)
        if "programme" in asked:
            asked["version"] = find_programme(asked.pop("programme"))
        return self.answer(request, START, asked)


class AdjustView(JourneyCall):
    @extend_schema(request=AdjustIn, parameters=[PREVIEW], responses=TimelineBody)
    def patch(self, request: Request, id: str) -> Response:
        """Give the journey another first day; what is not delivered moves by the difference."""
        return self.answer(request, ADJUST, read_body(AdjustIn, request))


class PauseView(JourneyCall):
    @extend_schema(request=PauseIn, parameters=[PREVIEW], responses=TimelineBody)
    def post(self, request: Request, id: str) -> Response:
        """Hold the journey; when it goes on, every date still to come moves by the days it stood."""
        asked = read_body(PauseIn, request)
        until = self.end_of_pause(asked.get("until"))
        if until is not None and until <= timezone.now():
            raise serializers.ValidationError({"until": ["Choose a day after today."]})
        return self.answer(request, PAUSE, {"until": until, "days": asked.get("days"), "reason": asked["reason"]})


class ResumeView(JourneyCall):
    @extend_schema(request=ReasonIn, parameters=[PREVIEW], responses=TimelineBody)
    def post(self, request: Request, id: str) -> Response:
        """End the pause now."""
        return self.answer(request, RESUME, read_body(ReasonIn, request))


class SkipView(JourneyCall):
    @extend_schema(request=SkipIn, parameters=[PREVIEW], responses=TimelineBody)
    def post(self, request: Request, id: str) -> Response:
        """Leave a month out; the next one waits no longer for it."""
        asked = read_body(SkipIn, request)
        return self.answer(request, SKIP, {"number": asked["month"], "reason": asked["reason"]})


class ForceView(JourneyCall):
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_may_force(caller_of(request))

    @extend_schema(request=ForceIn, parameters=[PREVIEW], responses=TimelineBody)
    def post(self, request: Request, id: str) -> Response:
        """Have a month written now, though the one before it is not delivered. For leads and ops."""
        asked = read_body(ForceIn, request)
        return self.answer(request, FORCE, {"number": asked["month"], "reason": asked["reason"]})


class CancelView(JourneyCall):
    @extend_schema(request=CancelIn, parameters=[PREVIEW], responses=TimelineBody)
    def post(self, request: Request, id: str) -> Response:
        """End the journey before its time."""
        return self.answer(request, CANCEL, read_body(CancelIn, request))


class UndoView(OfCustomer):
    @extend_schema(request=UndoIn, parameters=[PREVIEW], responses=TimelineBody)
    def post(self, request: Request, id: str) -> Response:
        """Take a change back, where nothing has run since."""
        customer, now, by = self.get_customer(), timezone.now(), caller_of(request)
        is_preview, asked = read_flag(request, "preview"), read_body(UndoIn, request)
        change = _find_change(customer, asked.get("change_id"))
        plan = preview_undo(change, now=now, by=by)
        journey = Journey.objects.select_related("version__programme").get(pk=change.journey_id)
        if is_preview:
            return Response(TimelineBody(show_plan(plan, Asked(customer, journey, {}, now, by))).data)
        undo_change(change, now=now, by=by)
        journey.refresh_from_db()
        return Response(TimelineBody(show_timeline(journey, now=now, plan=plan)).data)


def _find_change(customer: Customer, change_id: uuid.UUID | None) -> JourneyChange:
    """This will give the change, or the last one that stands. Raises NotThere."""
    rows = JourneyChange.objects.filter(customer=customer).select_related("journey")
    found: JourneyChange | None = (
        rows.filter(pk=change_id).first() if change_id else rows.filter(undone_at=None).first()
    )
    if found is None:
        raise NotThere("There is no such change of a journey here.")
    return found
