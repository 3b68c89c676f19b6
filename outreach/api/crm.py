"""The CRM by API: how our stages are called there, its own list read, what could not be written tried again."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api_base import Conflict, TextField, read_body
from customers.clients.base import NotAccepted
from customers.clients.choice import why_salesforce_off
from customers.enums import ClaimState, Scope
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from outreach.enums import OpportunityStage
from outreach.models import CrmSettings, CrmWrite
from outreach.queries.crm import get_crm_settings, list_problems
from outreach.services import crm
from outreach.services.crm_settings import LONGEST_STAGE, change_crm_settings, read_stages

HIGHEST = 2**31 - 1


class StageNameBody(serializers.Serializer[Any]):
    """stage: ours. name: what it is called at the CRM."""

    stage = serializers.ChoiceField(choices=OpportunityStage.choices)
    name = TextField(max_length=LONGEST_STAGE)


class KnownStageBody(serializers.Serializer[Any]):
    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name, as the API calls it
    active = serializers.BooleanField()


class CrmBody(serializers.Serializer[Any]):
    """renewalStage: where a renewal goes with the first email of Engage. off: why nothing is written; else empty.

    known: the organisation's own stages, as they were read last.
    """

    version = serializers.IntegerField()
    renewalStage = serializers.CharField(source="renewal_stage")
    stages = serializers.SerializerMethodField("list_stages")
    known = KnownStageBody(source="stages", many=True)
    readAt = serializers.DateTimeField(source="stages_read_at", allow_null=True)
    off = serializers.SerializerMethodField("say_off")

    @extend_schema_field(StageNameBody(many=True))
    def list_stages(self, row: CrmSettings) -> list[dict[str, str]]:
        return [{"stage": code, "name": row.stage_map.get(code, "")} for code in OpportunityStage.values]

    def say_off(self, row: CrmSettings) -> str:
        return why_salesforce_off()


class CrmIn(serializers.Serializer[Any]):
    """version: the one that was read. Stages that are left out stay; once the CRM's are known, names are of those."""

    version = serializers.IntegerField(min_value=1, max_value=HIGHEST)
    renewalStage = TextField(source="renewal_stage", max_length=LONGEST_STAGE, required=False)
    stages = serializers.ListField(child=StageNameBody(), max_length=len(OpportunityStage.values), required=False)


class CrmWriteBody(serializers.Serializer[Any]):
    """An opportunity that could not be written to the CRM. outcome: why."""

    id = serializers.UUIDField()
    customerId = serializers.UUIDField(source="customer_id")
    opportunityId = serializers.UUIDField(source="opportunity_id")
    name = serializers.CharField(source="opportunity.name")
    state = serializers.ChoiceField(choices=ClaimState.choices)
    outcome = serializers.CharField()
    attempts = serializers.IntegerField()


class CrmView(APIView):
    scopes = {"PATCH": Scope.ADMIN}

    @extend_schema(responses=CrmBody)
    def get(self, request: Request) -> Response:
        """How our stages are called at the CRM."""
        return Response(CrmBody(get_crm_settings()).data)

    @extend_schema(request=CrmIn, responses=CrmBody)
    def patch(self, request: Request) -> Response:
        """Say what our stages are called there."""
        asked, row = read_body(CrmIn, request), get_crm_settings()
        changes = {name: asked[name] for name in ("renewal_stage",) if name in asked}
        if "stages" in asked:
            changes["stage_map"] = {**row.stage_map, **{one["stage"]: one["name"] for one in asked["stages"]}}
        _refuse_unknown(row, asked)
        saved = change_crm_settings(changes, version=asked["version"], now=timezone.now(), by=caller_of(request))
        return Response(CrmBody(saved).data)


class CrmStages(APIView):
    scopes = {"POST": Scope.ADMIN}

    @extend_schema(request=None, responses=CrmBody)
    def post(self, request: Request) -> Response:
        """Read the organisation's stages now."""
        try:
            read_stages(now=timezone.now(), by=caller_of(request))
        except NotAccepted as error:
            raise Conflict(error.reason) from error
        return Response(CrmBody(CrmSettings.objects.get()).data)


class CrmWrites(APIView):
    @extend_schema(responses=CrmWriteBody(many=True))
    def get(self, request: Request) -> Response:
        """What could not be written to the CRM, the latest first, twenty at most."""
        return Response(CrmWriteBody(list_problems(caller_of(request)), many=True).data)


class CrmWriteRetry(APIView):
    @extend_schema(request=None, responses=CrmWriteBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Write once more what could not be written."""
        by = caller_of(request)
        row = CrmWrite.objects.visible_to(by).filter(pk=id).first()
        if row is None:
            raise NotThere("There is no such write, or it is not yours.")
        if not crm.retry(row.pk, now=timezone.now(), by=by):
            raise Conflict("There is nothing to write again.")
        return Response(CrmWriteBody(CrmWrite.objects.select_related("opportunity").get(pk=row.pk)).data)


def _refuse_unknown(row: CrmSettings, asked: dict[str, Any]) -> None:
    """What stays as it is may be unknown. Raises ValidationError by field, once the CRM's own stages were read."""
    known = {one["value"] for one in row.stages if one["active"]}
    if not known:
        return
    wrong = {}
    if asked.get("renewal_stage", row.renewal_stage) not in known | {row.renewal_stage}:
        wrong["renewalStage"] = ["The CRM has no such stage."]
    names = [one["name"] for one in asked.get("stages", ()) if one["name"] != row.stage_map.get(one["stage"])]
    if set(names) - known:
        wrong["stages"] = ["The CRM has no such stage."]
    if wrong:
        raise serializers.ValidationError(wrong)
