"""Drafts by API: kept, changed, written again, approved, scheduled, looked at."""

from __future__ import annotations

import uuid
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api_base import CustomerIdFilter
from customers.enums import Scope
from customers.queries.callers import caller_of
from customers.queries.lookup import require_customer
from emails.api.access import require_approve_scope
from emails.api.bodies import (
    ConfirmIn,
    DraftChange,
    DraftIn,
    PreviewBody,
    RegenerateIn,
    ScheduleIn,
    SeenIn,
    SpanBody,
    asked_files,
    new_files,
)
from emails.enums import DraftState, Lane, OriginKind, PriceApproach, Tone, Writer
from emails.models import Draft
from emails.queries.bodies import DraftBody
from emails.queries.checks import display_value, judge
from emails.queries.footers import render_draft
from emails.queries.listing import list_visible_drafts, require_draft, require_stakeholder
from emails.rules.facts import Fact
from emails.rules.grounding import Span, SpanState
from emails.services.drafts import delete_draft, regenerate
from emails.services.editing import confirm_span
from emails.services.sending import approve, schedule
from emails.services.submitting import Submission, change_draft, submit_draft


class DraftFilter(filters.FilterSet):
    """Deleted drafts are listed only where `state=cancelled` asks for them."""

    customerId = CustomerIdFilter()
    stakeholderId = filters.UUIDFilter(field_name="stakeholder")
    planId = filters.UUIDFilter(field_name="origin_id")
    state = filters.ChoiceFilter(choices=DraftState.choices)
    tone = filters.ChoiceFilter(choices=Tone.choices)
    origin = filters.ChoiceFilter(field_name="origin_kind", choices=OriginKind.choices)
    lane = filters.ChoiceFilter(choices=Lane.choices)
    priceApproach = filters.ChoiceFilter(field_name="price_approach", choices=PriceApproach.choices)
    writer = filters.ChoiceFilter(choices=Writer.choices)
    to = filters.CharFilter(field_name="to_email", lookup_expr="iexact")
    subject = filters.CharFilter(lookup_expr="icontains")

    class Meta:
        model = Draft
        fields: list[str] = []


class DraftList(ListAPIView[Draft]):
    """The drafts of accounts that the caller may see."""

    serializer_class = DraftBody
    queryset = Draft.objects.none()
    filterset_class = DraftFilter
    ordering_names = {
        "createdAt": "created_at",
        "updatedAt": "updated_at",
        "scheduledSendDate": "scheduled_send_date",
        "sentAt": "sent_at",
        "subject": "subject",
        "position": "position",
        "state": "state",
        "tone": "tone",
        "to": "to_email",
        "version": "version",
        "approvedAt": "approved_at",
    }

    def get_queryset(self) -> QuerySet[Draft]:
        rows: QuerySet[Draft] = list_visible_drafts(caller_of(self.request)).order_by("-created_at", "pk")
        return rows if "state" in self.request.query_params else rows.exclude(state=DraftState.CANCELLED)

    @extend_schema(request=DraftIn, responses={201: DraftBody})
    def post(self, request: Request) -> Response:
        """Keep a draft. With `scheduledSendDate` it is approved for that moment, which takes the scope approve."""
        asked = _read(DraftIn, request)
        if any("id" in file for file in asked.get("attachments", ())):
            raise ValidationError({"attachments": ["A new draft has no files yet; give name and content."]})
        customer = require_customer(asked["customerId"], user=caller_of(request))
        submission = Submission(
            customer=customer,
            stakeholder=require_stakeholder(asked["stakeholderId"], customer=customer),
            subject=asked["subject"],
            body=asked["body"],
            tone=asked.get("tone", ""),
            cc=tuple(asked.get("cc", ())),
            files=new_files(asked.get("attachments", [])),
            scheduled=asked.get("scheduled_send_date"),
        )
        if submission.scheduled is not None:
            require_approve_scope(request)
        draft = submit_draft(submission, now=timezone.now(), by=caller_of(request))
        return Response(DraftBody(draft).data, status=status.HTTP_201_CREATED)


class DraftDetail(GenericAPIView[Draft]):
    """One draft."""

    serializer_class = DraftBody
    filter_backends = ()

    def get(self, request: Request, id: uuid.UUID) -> Response:
        return Response(DraftBody(require_draft(id, user=caller_of(request))).data)

    @extend_schema(request=DraftChange, responses=DraftBody)
    def patch(self, request: Request, id: uuid.UUID) -> Response:
        """Change the draft as it was seen in `version`; an approval is void then.

        `attachments` replaces the list. `scheduledSendDate` approves for that moment, null takes it back.
        """
        draft = require_draft(id, user=caller_of(request))
        asked = _read(DraftChange, request)
        version, files = asked.pop("version"), asked_files(asked.pop("attachments", None))
        if asked.get("scheduled_send_date") is not None:
            require_approve_scope(request)
        if "stakeholder_id" in asked:
            asked["stakeholder"] = require_stakeholder(asked.pop("stakeholder_id"), customer=draft.customer)
        changed = change_draft(
            draft, version=version, changes=asked, files=files, now=timezone.now(), by=caller_of(request)
        )
        return Response(DraftBody(changed).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """Delete a draft that has not left; its texts stay on record."""
        delete_draft(require_draft(id, user=caller_of(request)), now=timezone.now(), by=caller_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DraftRegenerate(APIView):
    @extend_schema(request=RegenerateIn, responses=DraftBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Write the text anew, with an instruction; the old text is kept."""
        draft = require_draft(id, user=caller_of(request))
        asked = _read(RegenerateIn, request)
        changed = regenerate(
            draft,
            instruction=asked["instruction"],
            version=asked.get("version", draft.version),
            now=timezone.now(),
            by=caller_of(request),
        )
        return Response(DraftBody(changed).data)


class DraftApprove(APIView):
    scopes = {"POST": Scope.APPROVE}

    @extend_schema(request=SeenIn, responses=DraftBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Approve exactly this text, these recipients and files."""
        draft = require_draft(id, user=caller_of(request))
        version = _read(SeenIn, request).get("version", draft.version)
        approved = approve(draft, version=version, now=timezone.now(), by=caller_of(request))
        return Response(DraftBody(approved).data)


class DraftSchedule(APIView):
    scopes = {"POST": Scope.APPROVE}

    @extend_schema(request=ScheduleIn, responses=DraftBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Approve for a later moment."""
        draft = require_draft(id, user=caller_of(request))
        asked = _read(ScheduleIn, request)
        scheduled = schedule(
            draft,
            at=asked["scheduled_send_date"],
            version=asked.get("version", draft.version),
            now=timezone.now(),
            by=caller_of(request),
        )
        return Response(DraftBody(scheduled).data)


class DraftPreview(APIView):
    @extend_schema(responses=PreviewBody)
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """The letter as its recipient will see it, HTML and plain text."""
        draft = require_draft(id, user=caller_of(request))
        sender = draft.sender
        rendered = render_draft(draft)
        preview = {
            "subject": draft.subject,
            "sender": {"name": sender.display_name, "email": sender.email} if sender else None,
            "to": {"name": draft.to_name, "email": draft.to_email},
            "cc": draft.cc,
            "html": rendered.html,
            "text": rendered.text,
            "attachments": [file.name for file in draft.attachments.all()],
            "priceShown": judge(draft).shown_price or None,
        }
        return Response(PreviewBody(preview).data)


class DraftFacts(APIView):
    @extend_schema(responses=SpanBody(many=True))
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """Every figure, date and name of the text with the record behind it."""
        draft = require_draft(id, user=caller_of(request))
        return Response(SpanBody([_span(span) for span in judge(draft).spans], many=True).data)


class DraftFactConfirm(APIView):
    scopes = {"POST": Scope.APPROVE}

    @extend_schema(request=ConfirmIn, responses=DraftBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Vouch for a claim that no record bears out; it is on record who did."""
        draft = require_draft(id, user=caller_of(request))
        asked = _read(ConfirmIn, request)
        version = asked.get("version", draft.version)
        confirmed = confirm_span(draft, text=asked["span"], version=version, now=timezone.now(), by=caller_of(request))
        return Response(DraftBody(confirmed).data)


def _read(body: type[Any], request: Request) -> dict[str, Any]:
    asked = body(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _span(span: Span) -> dict[str, Any]:
    return {
        "span": span.text,
        "start": span.start,
        "end": span.end,
        "part": span.part,
        "state": span.state.value,
        "source": span.fact and _source(span, span.fact),
    }


def _source(span: Span, fact: Fact) -> dict[str, Any]:
    now = display_value(fact, span.now) if span.state == SpanState.STALE else fact.display
    return {"label": fact.label, "url": fact.url, "value": now}
