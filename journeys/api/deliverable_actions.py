"""What is done with a deliverable besides its review: written again, revised, vouched for, brought back."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api_base import TextField, read_body
from customers.enums import Scope
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from emails.enums import Writer
from journeys.api.deliverables import DeliverableBody, OfDeliverable, VersionIn
from journeys.models import DeliverableVersion
from journeys.queries.deliverables import list_versions
from journeys.services.reviewing import submit_revision
from journeys.services.texts import confirm_claim, restore_text
from journeys.services.writing import MOST_INSTRUCTION, ask_again


class RewriteIn(VersionIn):
    """instruction: what should differ. builtIn: by the built-in writer, at once, which cannot follow one."""

    instruction = TextField(required=False, allow_blank=True, default="", max_length=MOST_INSTRUCTION)
    builtIn = serializers.BooleanField(source="built_in", required=False, default=False)


class VouchIn(VersionIn):
    """span: the claim as `openClaims` shows it."""

    span = TextField(max_length=2000, trim_whitespace=False)


class TextBody(serializers.Serializer[Any]):
    """One text that a deliverable had. number: the version from which on."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    title = serializers.CharField()
    body = serializers.CharField()
    writer = serializers.ChoiceField(choices=Writer.choices)
    reason = serializers.CharField()
    by = serializers.CharField(source="by.username", allow_null=True, default=None)
    at = serializers.DateTimeField()


class DeliverableSubmit(OfDeliverable):
    @extend_schema(request=VersionIn, responses=DeliverableBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Put a text that was sent back up for review again."""
        deliverable, asked = self.get_deliverable(), read_body(VersionIn, request)
        version = asked.get("version", deliverable.version)
        revised = submit_revision(deliverable, version=version, now=timezone.now(), by=caller_of(request))
        return Response(DeliverableBody(revised).data)


class DeliverableRewrite(OfDeliverable):
    @extend_schema(request=RewriteIn, responses=DeliverableBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Have it written again; the present text is kept. By Claude it comes later: the state is then `WRITING`."""
        deliverable, asked = self.get_deliverable(), read_body(RewriteIn, request)
        version = asked.pop("version", deliverable.version)
        again = ask_again(deliverable, **asked, version=version, now=timezone.now(), by=caller_of(request))
        return Response(DeliverableBody(again).data)


class DeliverableVouch(OfDeliverable):
    scopes = {"POST": Scope.APPROVE}

    @extend_schema(request=VouchIn, responses=DeliverableBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Vouch for a claim that no record bears out; it is on record who did."""
        deliverable, asked = self.get_deliverable(), read_body(VouchIn, request)
        version = asked.get("version", deliverable.version)
        by = caller_of(request)
        changed = confirm_claim(deliverable, text=asked["span"], version=version, now=timezone.now(), by=by)
        return Response(DeliverableBody(changed).data)


class DeliverableTexts(OfDeliverable):
    @extend_schema(responses=TextBody(many=True))
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """Every text that it had, the last first."""
        return Response(TextBody(list_versions(self.get_deliverable()), many=True).data)


class DeliverableRestore(OfDeliverable):
    @extend_schema(request=VersionIn, responses=DeliverableBody)
    def post(self, request: Request, id: uuid.UUID, versionId: uuid.UUID) -> Response:
        """Bring an earlier text back as the newest; the present one is kept."""
        deliverable = self.get_deliverable()
        old = DeliverableVersion.objects.filter(pk=versionId, deliverable=deliverable).first()
        if old is None:
            raise NotThere("This deliverable never had such a text.")
        version = read_body(VersionIn, request).get("version", deliverable.version)
        restored = restore_text(deliverable, old, version=version, now=timezone.now(), by=caller_of(request))
        return Response(DeliverableBody(restored).data)
