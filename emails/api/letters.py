"""What a person does with one letter beside its text, by API: begun as an answer, signed, taken back, settled,
an earlier text brought back."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api_base import TextField, read_body
from customers.enums import Scope
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from emails.api.bodies import EmailBody, SeenIn
from emails.enums import Writer
from emails.models import Draft, DraftVersion, Reply
from emails.queries.bodies import DraftBody
from emails.queries.leaving import why_too_late
from emails.queries.listing import require_draft
from emails.queries.replies import list_replies
from emails.services.conversations import answer_reply
from emails.services.editing import reload, restore_version
from emails.services.review import LONGEST_REASON, send_again, settle_as_sent
from emails.services.sending import undo
from emails.services.signing import sign_as_own

SETTLE = {"sent": settle_as_sent, "again": send_again}


class TooLate(APIException):
    """It has left, or does not wait to leave."""

    status_code = 409
    default_code = "too_late"


class DraftVersionBody(serializers.Serializer[Any]):
    """One text that the draft had. `aside`: it came when the draft had moved on, and may be taken."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    subject = serializers.CharField()
    body = serializers.CharField()
    writer = serializers.ChoiceField(choices=Writer.choices)
    by = serializers.CharField(source="by.username", default=None, allow_null=True)
    reason = serializers.CharField()
    savedAt = serializers.DateTimeField(source="saved_at")
    aside = serializers.BooleanField(source="is_aside")


class SettleEmailIn(serializers.Serializer[Any]):
    """`sent`: it left. `again`: it did not, and is queued again; the gate is asked once more."""

    verdict = serializers.ChoiceField(choices=sorted(SETTLE))
    reason = TextField(max_length=LONGEST_REASON, help_text="How it is known.")


class VersionList(ListAPIView[DraftVersion]):
    """Every text that the draft had, the newest first."""

    serializer_class = DraftVersionBody
    queryset = DraftVersion.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[DraftVersion]:
        return _texts(require_draft(self.kwargs["id"], user=caller_of(self.request)))


class VersionRestore(APIView):
    @extend_schema(request=SeenIn, responses=DraftBody)
    def post(self, request: Request, id: uuid.UUID, versionId: uuid.UUID) -> Response:
        """Bring an earlier text back as the newest; an approval is void then, the present text is kept."""
        draft = require_draft(id, user=caller_of(request))
        old = _texts(draft).filter(pk=versionId).first()
        if old is None:
            raise NotThere("There is no such text of this draft.")
        version = read_body(SeenIn, request).get("version", draft.version)
        restored = restore_version(draft, old, version=version, now=timezone.now(), by=caller_of(request))
        return Response(DraftBody(restored).data)


class DraftSign(APIView):
    @extend_schema(request=SeenIn, responses=DraftBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Put the letter into the caller's name, who must be owner, account executive or executive of the account."""
        draft = require_draft(id, user=caller_of(request))
        version = read_body(SeenIn, request).get("version", draft.version)
        return Response(DraftBody(sign_as_own(draft, version=version, now=timezone.now(), by=caller_of(request))).data)


class DraftUndo(APIView):
    @extend_schema(request=None, responses=DraftBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Take back what waits to leave: approved, queued or scheduled, it is a draft again."""
        draft, now = require_draft(id, user=caller_of(request)), timezone.now()
        if not undo(draft, now=now, by=caller_of(request)):
            raise TooLate(why_too_late(reload(draft), now=now))
        return Response(DraftBody(reload(draft)).data)


class EmailSettle(APIView):
    scopes = {"POST": Scope.APPROVE}

    @extend_schema(request=SettleEmailIn, responses=EmailBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Say of a letter in doubt (`unknown`, `needs_review`) whether it left; the reason stays on record."""
        draft: Draft = require_draft(id, user=caller_of(request))
        asked = read_body(SettleEmailIn, request)
        settled = SETTLE[asked["verdict"]](draft, reason=asked["reason"], now=timezone.now(), by=caller_of(request))
        return Response(EmailBody(settled).data)


class ReplyAnswer(APIView):
    @extend_schema(request=None, responses={201: DraftBody})
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Begin the answer to a reply in its thread, as a draft; the one that is under way already is given back."""
        reply: Reply | None = list_replies(caller_of(request)).filter(pk=id).first()
        if reply is None:
            raise NotThere("There is no such reply, or it is not yours.")
        draft = answer_reply(reply, now=timezone.now(), by=caller_of(request))
        return Response(DraftBody(draft).data, status=status.HTTP_201_CREATED)


def _texts(draft: Draft) -> QuerySet[DraftVersion]:
    rows: QuerySet[DraftVersion] = DraftVersion.objects.filter(draft=draft)
    return rows.select_related("by").order_by("-version", "is_aside", "pk")
