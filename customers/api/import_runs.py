"""Imports that were done, by API: listed, and taken back."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from customers.enums import ImportState
from customers.models import ImportRun
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from customers.services.importing.undoing import undo_import


class ImportRunBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=ImportState.choices)
    filename = serializers.CharField()
    startedAt = serializers.DateTimeField(source="started_at", allow_null=True)
    finishedAt = serializers.DateTimeField(source="finished_at", allow_null=True)
    undoneAt = serializers.DateTimeField(source="undone_at", allow_null=True)


class UndoneBody(serializers.Serializer[Any]):
    """removed, restored: rows. kept: values that somebody changed since, and that stay."""

    removed = serializers.IntegerField()
    restored = serializers.IntegerField()
    kept = serializers.IntegerField()


class ImportRunList(ListAPIView[ImportRun]):
    """The caller's imports, the latest first."""

    serializer_class = ImportRunBody
    queryset = ImportRun.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[ImportRun]:
        rows = ImportRun.objects.visible_to(caller_of(self.request)).defer("content", "report", "options")
        return rows.order_by("-created_at", "pk")


class ImportUndo(GenericAPIView[ImportRun]):
    serializer_class = UndoneBody

    @extend_schema(request=None, responses=UndoneBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Take the import back: what it made goes, what it changed becomes what it was."""
        by = caller_of(request)
        run = ImportRun.objects.visible_to(by).defer("content").filter(pk=id).first()
        if run is None:
            raise NotThere("There is no such import, or it is not yours.")
        return Response(UndoneBody(undo_import(run, now=timezone.now(), by=by)).data)
