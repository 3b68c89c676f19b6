"""Sending by API, and what became of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.models import User
from customers.queries.callers import caller_of, may_approve
from customers.queries.lookup import NotThere, require_customer
from emails.api.access import require_approve_scope
from emails.api.bodies import EmailBody, NotSentBody, SendAnswerBody, SendDraftIn, SendTextIn
from emails.api.waiting import deliver_within
from emails.models import Draft
from emails.queries.answers import answer_for
from emails.queries.listing import find_recipient, list_visible_drafts, require_draft
from emails.services.editing import reload
from emails.services.sending import Refused, send, send_approved
from emails.services.submitting import Submission, submit_and_send

SEND_IN = PolymorphicProxySerializer(
    component_name="SendIn", serializers=[SendDraftIn, SendTextIn], resource_type_field_name=None
)


class Send(APIView):
    @extend_schema(request=SEND_IN, responses={200: SendAnswerBody, 202: NotSentBody})
    def post(self, request: Request) -> Response:
        """Send a draft, or a text of the caller's own to a person at an account.

        The scope `approve` counts as its person's approval; without it a draft must have been approved before.
        """
        draft = _send_draft(request) if "draftId" in _members(request) else _send_text(request)
        deliver_within(draft.pk, now=timezone.now())
        answer = answer_for(reload(draft))
        if answer.status == "sent":
            return Response(SendAnswerBody(answer).data)
        return Response(NotSentBody(answer).data, status=status.HTTP_202_ACCEPTED)


class EmailDetail(APIView):
    @extend_schema(responses=EmailBody)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """Where an email stands: its state, the receipt of the gate, and what has happened to it."""
        draft: Draft | None = list_visible_drafts(caller_of(request)).filter(pk=id).first()
        if draft is None:
            raise NotThere("There is no such email, or it is not yours.")
        return Response(EmailBody(draft).data)


def _members(request: Request) -> dict[str, Any]:
    return request.data if isinstance(request.data, dict) else {}


def _send_draft(request: Request) -> Draft:
    asked = SendDraftIn(data=request.data)
    asked.is_valid(raise_exception=True)
    draft = require_draft(asked.validated_data["draftId"], user=caller_of(request))
    version, now = asked.validated_data["version"], timezone.now()
    if may_approve(request):
        return send(draft, version=version, now=now, by=caller_of(request))
    try:
        return send_approved(draft, version=version, now=now, by=caller_of(request))
    except Refused as refused:
        if refused.code == "not_approved":
            require_approve_scope(request)
        raise


def _send_text(request: Request) -> Draft:
    require_approve_scope(request)
    asked = SendTextIn(data=request.data)
    asked.is_valid(raise_exception=True)
    submission = _submission(asked.validated_data, by=caller_of(request))
    return submit_and_send(submission, now=timezone.now(), by=caller_of(request))


def _submission(asked: dict[str, Any], *, by: User) -> Submission:
    customer = require_customer(asked["customerId"], user=by)
    person = find_recipient(asked["to"], customer=customer)
    if person is None:
        raise ValidationError({"to": "Nobody at this account has this address."})
    return Submission(
        customer=customer,
        stakeholder=person,
        subject=asked["subject"],
        body=asked["body"],
        track_engagement=asked["trackEngagement"],
    )
