"""Enrollments by API: put forward, approved, looked at, paused, resumed, removed; and what triggers them."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api_base import read_body
from customers.enums import Scope
from customers.models import Stakeholder
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from outreach.api.enrollment_bodies import (
    ApproveEnrollmentIn,
    DeclineEnrollmentIn,
    EnrollIn,
    EnrollmentBody,
    MappingBody,
    MappingIn,
    ProspectBody,
    ProspectIn,
    SequenceChoiceIn,
    SequenceOutcomesBody,
    StatusBody,
)
from outreach.enums import AskedThrough, Wish
from outreach.models import TriggerMapping
from outreach.queries.enrollments import find_enrollment, find_stakeholder, list_mappings, list_of_stakeholder
from outreach.services.enrolling import Asking, approve_enrollment, ask_to_enroll, decline_enrollment
from outreach.services.enrollment_control import change_of
from outreach.services.prospect_syncing import sync_one
from outreach.services.trigger_mappings import MappingValues, delete_mapping, replace_mappings

SEQUENCE = OpenApiParameter("sequenceId", int, description="That sequence alone; without it all of the person's.")


class Prospects(APIView):
    @extend_schema(request=ProspectIn, responses=ProspectBody)
    def post(self, request: Request) -> Response:
        """Find, make or merge the person at Outreach.io. Nothing is sent to them."""
        person = _stakeholder(request, read_body(ProspectIn, request)["stakeholderId"])
        link = sync_one(person, now=timezone.now(), by=caller_of(request))
        return Response(ProspectBody(link).data)


class Enroll(APIView):
    @extend_schema(request=EnrollIn, responses={202: EnrollmentBody})
    def post(self, request: Request) -> Response:
        """Put a person forward for a sequence. Nothing is done before somebody approves it."""
        asked = read_body(EnrollIn, request)
        person = _stakeholder(request, asked["stakeholderId"])
        asking = Asking(asked["sequenceId"], AskedThrough.API, mailbox_id=asked.get("mailboxId"))
        row = ask_to_enroll(person, asking, now=timezone.now(), by=caller_of(request))
        return Response(EnrollmentBody(row).data, status=status.HTTP_202_ACCEPTED)


class EnrollmentApprove(APIView):
    scopes = {"POST": Scope.APPROVE}

    @extend_schema(request=ApproveEnrollmentIn, responses=EnrollmentBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Approve it as the token's person; it is done at Outreach.io within seconds, or waits and says why."""
        asked, by = read_body(ApproveEnrollmentIn, request), caller_of(request)
        row = find_enrollment(id, user=by)
        if row is None:
            raise NotThere("There is no such enrollment, or it is not yours.")
        row = approve_enrollment(row, now=timezone.now(), by=by, version=asked.get("version"), anyway=asked["anyway"])
        return Response(EnrollmentBody(row).data)


class EnrollmentDecline(APIView):
    scopes = {"POST": Scope.APPROVE}

    @extend_schema(request=DeclineEnrollmentIn, responses=EnrollmentBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Take it away before anything was done at Outreach.io."""
        asked, by = read_body(DeclineEnrollmentIn, request), caller_of(request)
        row = find_enrollment(id, user=by)
        if row is None:
            raise NotThere("There is no such enrollment, or it is not yours.")
        return Response(EnrollmentBody(decline_enrollment(row, **asked, now=timezone.now(), by=by)).data)


class EnrollmentStatus(APIView):
    @extend_schema(responses=StatusBody)
    def get(self, request: Request, stakeholderId: uuid.UUID) -> Response:
        """Every sequence that the person is, was or is to be in, the latest first."""
        person = _stakeholder(request, stakeholderId)
        body = {"stakeholderId": person.pk, "enrollments": list_of_stakeholder(person)}
        return Response(StatusBody(body).data)


class _Change(APIView):
    wish: Wish

    def change(self, request: Request, stakeholder_id: uuid.UUID, sequence_id: int | None) -> Response:
        person = _stakeholder(request, stakeholder_id)
        outcomes = change_of(person, self.wish, now=timezone.now(), by=caller_of(request), sequence_id=sequence_id)
        return Response(SequenceOutcomesBody({"results": outcomes}).data)


class EnrollmentPause(_Change):
    wish = Wish.PAUSE

    @extend_schema(request=SequenceChoiceIn, responses=SequenceOutcomesBody)
    def put(self, request: Request, stakeholderId: uuid.UUID) -> Response:
        """Pause the person at Outreach.io, in one sequence or all; says what happened in each."""
        return self.change(request, stakeholderId, read_body(SequenceChoiceIn, request).get("sequenceId"))


class EnrollmentResume(_Change):
    wish = Wish.RESUME

    @extend_schema(request=SequenceChoiceIn, responses=SequenceOutcomesBody)
    def put(self, request: Request, stakeholderId: uuid.UUID) -> Response:
        """Let the person go on, in one sequence or all; not while the account is on hold or braked."""
        return self.change(request, stakeholderId, read_body(SequenceChoiceIn, request).get("sequenceId"))


class EnrollmentRemove(_Change):
    wish = Wish.FINISH

    @extend_schema(parameters=[SEQUENCE], responses={200: SequenceOutcomesBody})
    def delete(self, request: Request, stakeholderId: uuid.UUID) -> Response:
        """Take the person out, in one sequence or all: finished there, the history kept here."""
        choice = SequenceChoiceIn(data={"sequenceId": request.query_params.get("sequenceId")})
        choice.is_valid(raise_exception=True)
        return self.change(request, stakeholderId, choice.validated_data.get("sequenceId"))


class Mappings(APIView):
    """Which trigger leads to which sequence, and for whom."""

    scopes = {"PUT": Scope.ADMIN}

    @extend_schema(responses=MappingBody(many=True))
    def get(self, request: Request) -> Response:
        """List them all."""
        return Response(MappingBody(list_mappings(), many=True).data)

    @extend_schema(request=MappingIn(many=True), responses=MappingBody(many=True))
    def put(self, request: Request) -> Response:
        """Replace the whole list."""
        body = MappingIn(data=request.data, many=True)
        body.is_valid(raise_exception=True)
        wanted = [_values(row) for row in body.validated_data]
        made = replace_mappings(wanted, now=timezone.now(), by=caller_of(request))
        return Response(MappingBody(made, many=True).data)


class MappingDetail(APIView):
    scopes = {"DELETE": Scope.ADMIN}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """Take one away; whom it put forward stays."""
        if not TriggerMapping.objects.visible_to(caller_of(request)).filter(pk=id).exists():
            raise NotThere("There is no such mapping.")
        delete_mapping(id, now=timezone.now(), by=caller_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _stakeholder(request: Request, stakeholder_id: uuid.UUID) -> Stakeholder:
    found = find_stakeholder(stakeholder_id, user=caller_of(request))
    if found is None:
        raise NotThere("There is no such person, or they are not yours.")
    return found


def _values(row: dict[str, Any]) -> MappingValues:
    return MappingValues(
        trigger_type=row["triggerType"],
        sequence_id=row["sequenceId"],
        sequence_name=row["sequenceName"],
        stakeholder_roles=tuple(row["stakeholderRoles"]),
        segment_filter=row["segmentFilter"] or "",
        health_threshold=row["healthThreshold"],
        enabled=row["enabled"],
    )
