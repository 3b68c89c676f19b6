"""What is done with an Engage plan: written, computed again, closed, its steps settled, its stage set at the CRM."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api_base import Conflict, TextField, read_body
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from emails.services.ordering import write_and_wait
from outreach.enums import PlanEnd, TouchState
from outreach.queries.plans import list_touches
from outreach.services.plans import close_plan, finish_touch
from renewals.api.engage import require_run, show_plan
from renewals.api.plan_bodies import PlanBody, TouchBody
from renewals.queries.crm import read_note
from renewals.services import crm, engage
from renewals.services.letters import refresh_letters, write_letters

SETTLED = ((TouchState.DONE.value, "Done"), (TouchState.SKIPPED.value, "Skipped"))


class CloseIn(serializers.Serializer[Any]):
    """reason: why the plan ends here."""

    reason = TextField(max_length=500)


class TouchIn(serializers.Serializer[Any]):
    """A person sets a step to done or skipped; the notice done closes the plan."""

    state = serializers.ChoiceField(choices=SETTLED)


class CrmStageBody(serializers.Serializer[Any]):
    """What became of the stage at the CRM. canRetry: whether it may be tried again."""

    note = serializers.CharField(source="text")
    canRetry = serializers.BooleanField(source="can_retry")


class PlanClose(APIView):
    @extend_schema(request=CloseIn, responses=PlanBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Close the plan: what it had still planned is cancelled, unsent letters among it; what was sent stays."""
        run, now = require_run(id, request), timezone.now()
        reason = read_body(CloseIn, request)["reason"]
        if not close_plan(run.plan, end=PlanEnd.PERSON, reason=reason, now=now, by=caller_of(request)):
            raise engage.PlanClosed("This plan is closed.")
        run.plan.refresh_from_db()
        return Response(show_plan(run, now=now))


class PlanLetters(APIView):
    @extend_schema(request=None, responses=PlanBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Have the letters written that are missing; `notWritten` says which could not be, and why."""
        run, now = require_run(id, request), timezone.now()
        if not run.plan.is_live:
            raise engage.PlanClosed("This plan is closed.")
        letters = write_letters(run, now=now, by=caller_of(request), pen=write_and_wait)
        return Response(show_plan(run, now=now, not_written=letters.not_written))


class PlanAgain(APIView):
    @extend_schema(request=None, responses=PlanBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Compute the plan again from what is known now, keeping a person's choices and what has been done."""
        run, now, by = require_run(id, request), timezone.now(), caller_of(request)
        engage.replan(run, now=now, by=by)
        letters = refresh_letters(run, now=now, by=by, pen=write_and_wait)
        return Response(show_plan(run, now=now, not_written=letters.not_written))


class PlanTouch(APIView):
    @extend_schema(request=TouchIn, responses=TouchBody)
    def patch(self, request: Request, id: uuid.UUID, touchId: uuid.UUID) -> Response:
        """Settle a step of the plan as done or skipped."""
        plan = require_run(id, request).plan
        touch = plan.touches.filter(pk=touchId).first()
        if touch is None:
            raise NotThere("There is no such step in this plan.")
        state = TouchState(read_body(TouchIn, request)["state"])
        finish_touch(touch, state=state, now=timezone.now(), by=caller_of(request))
        shown = next(row for row in list_touches(plan) if row.pk == touchId)
        return Response(TouchBody(shown).data)


class PlanCrmStage(APIView):
    @extend_schema(request=None, responses=CrmStageBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Have the CRM asked again to set the stage, where it could not be set."""
        renewal = require_run(id, request).renewal
        if not crm.retry(renewal, now=timezone.now(), by=caller_of(request)):
            raise Conflict("There is nothing to try again.")
        return Response(CrmStageBody(read_note(renewal.pk)).data)
