"""Sources of usage and contracts, by API: entered, changed, asked, removed by ops with the scope admin."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api.base import Conflict
from customers.api_base import TextField, read_body
from customers.enums import PullState, Scope, SourceKind
from customers.models import UsagePull, UsageSource
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from customers.queries.sources import list_sources
from customers.rules.source_mapping import BadMapping, read_mapping, write_mapping
from customers.services.sources import LONGEST_SECRET, ask_now, remove_source, save_source
from customers.tasks import pull_usage

ADMIN = dict.fromkeys(("GET", "POST", "PATCH", "DELETE"), Scope.ADMIN)


class SourceChange(serializers.Serializer[Any]):
    """mapping: our field → theirs, as `account`, `metric`, `value`, `usage.NAME`, `contract.FIELD`."""

    name = TextField(max_length=80, required=False)
    kind = serializers.ChoiceField(choices=SourceKind.choices, required=False)
    url = TextField(max_length=500, required=False, allow_blank=True, help_text="https.")
    secret = TextField(
        max_length=LONGEST_SECRET, required=False, allow_blank=True, write_only=True, help_text="Signs each call."
    )
    itemsPath = TextField(source="items_path", max_length=120, required=False, allow_blank=True)
    sobject = TextField(max_length=80, required=False, allow_blank=True)
    mapping = serializers.DictField(child=TextField(max_length=200), required=False)
    enabled = serializers.BooleanField(source="is_enabled", required=False)
    version = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, help_text="As it was read; left out, the present one."
    )

    def validate_mapping(self, mapping: dict[str, str]) -> dict[str, str]:
        try:
            understood = read_mapping(write_mapping(mapping))
        except BadMapping as error:
            raise serializers.ValidationError([str(error)]) from None
        if understood != mapping:
            raise serializers.ValidationError(["Write one of our fields = one of theirs, without blanks around them."])
        return understood


class NewSourceIn(SourceChange):
    name = TextField(max_length=80)
    mapping = serializers.DictField(child=TextField(max_length=200))


class UsageSourceBody(serializers.Serializer[Any]):
    """The secret is never shown. lastState, lastNote: of the latest pull."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=SourceKind.choices)
    url = serializers.CharField()
    itemsPath = serializers.CharField(source="items_path")
    sobject = serializers.CharField()
    mapping = serializers.DictField(child=serializers.CharField())
    enabled = serializers.BooleanField(source="is_enabled")
    nextDueAt = serializers.DateTimeField(source="next_due_at", allow_null=True)
    failures = serializers.IntegerField()
    lastState = serializers.ChoiceField(source="last_state", choices=PullState.choices, allow_null=True)
    lastNote = serializers.CharField(source="last_note", allow_null=True)
    lastAt = serializers.DateTimeField(source="last_at", allow_null=True)
    version = serializers.IntegerField()


class RefusedRowBody(serializers.Serializer[Any]):
    row = serializers.IntegerField()
    account = serializers.CharField()
    reason = serializers.CharField()


class PullBody(serializers.Serializer[Any]):
    """What one pull brought. refused: the first of the rows that were left out."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=PullState.choices)
    startedAt = serializers.DateTimeField(source="started_at")
    finishedAt = serializers.DateTimeField(source="finished_at", allow_null=True)
    rows = serializers.IntegerField()
    accounts = serializers.IntegerField()
    readings = serializers.IntegerField()
    contracts = serializers.IntegerField()
    refusedCount = serializers.IntegerField(source="refused_count")
    refused = RefusedRowBody(many=True)
    note = serializers.CharField()


class SourceList(ListAPIView[UsageSource]):
    """Where usage and contracts are pulled from."""

    serializer_class = UsageSourceBody
    queryset = UsageSource.objects.none()
    filter_backends = ()
    scopes = ADMIN

    def get_queryset(self) -> QuerySet[UsageSource]:
        rows: QuerySet[UsageSource] = list_sources(caller_of(self.request)).order_by("name", "pk")
        return rows

    @extend_schema(request=NewSourceIn, responses={201: UsageSourceBody})
    def post(self, request: Request) -> Response:
        """Enter a source; it is asked in a moment where it is switched on."""
        made = _save(request, UsageSource(), read_body(NewSourceIn, request))
        return Response(UsageSourceBody(_find(request, made.pk)).data, status=status.HTTP_201_CREATED)


class SourceDetail(GenericAPIView[UsageSource]):
    serializer_class = UsageSourceBody
    filter_backends = ()
    scopes = ADMIN

    def get(self, request: Request, id: uuid.UUID) -> Response:
        """One source."""
        return Response(UsageSourceBody(_find(request, id)).data)

    @extend_schema(request=SourceChange, responses=UsageSourceBody)
    def patch(self, request: Request, id: uuid.UUID) -> Response:
        """Change it; what is not sent stays, the secret too."""
        _save(request, _find(request, id), read_body(SourceChange, request))
        return Response(UsageSourceBody(_find(request, id)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """Remove it with its results; what it brought stays."""
        remove_source(_find(request, id), now=timezone.now(), by=caller_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class SourcePull(APIView):
    scopes = ADMIN

    @extend_schema(request=None, responses={202: UsageSourceBody})
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Have it asked now; what came of it stands in its pulls a moment later."""
        if not ask_now(_find(request, id), now=timezone.now(), by=caller_of(request)):
            raise Conflict("It is switched off.")
        pull_usage.delay()
        return Response(UsageSourceBody(_find(request, id)).data, status=status.HTTP_202_ACCEPTED)


class SourcePulls(ListAPIView[UsagePull]):
    """What its pulls brought, the latest first."""

    serializer_class = PullBody
    queryset = UsagePull.objects.none()
    filter_backends = ()
    scopes = ADMIN

    def get_queryset(self) -> QuerySet[UsagePull]:
        rows: QuerySet[UsagePull] = UsagePull.objects.filter(source=_find(self.request, self.kwargs["id"]))
        return rows.order_by("-started_at", "pk")


def _save(request: Request, source: UsageSource, asked: dict[str, Any]) -> UsageSource:
    version, secret = asked.pop("version", source.version), asked.pop("secret", "")
    saved = save_source(source, asked, secret=secret, version=version, now=timezone.now(), by=caller_of(request))
    pull_usage.delay()
    return saved


def _find(request: Request, source_id: uuid.UUID) -> Any:
    found = list_sources(caller_of(request)).filter(pk=source_id).first()
    if found is None:
        raise NotThere("There is no such source.")
    return found
