"""A book of accounts handed in as files, as the page and the command take it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.base import Conflict
from customers.api.import_runs import ImportRunList
from customers.api_base import TextField
from customers.enums import ImportState
from customers.queries.callers import caller_of
from customers.services.importing.reading import Options, Upload, parse_mapping
from customers.services.importing.reports import answer
from customers.services.importing.runs import dry_run, import_now

LONGEST_MAPPING = 100_000


class ImportOptions(serializers.Serializer[Any]):
    """How the files are to be read."""

    dryRun = serializers.BooleanField(
        source="dry_run", default=False, help_text="Say what would happen, write nothing."
    )
    mapping = TextField(required=False, allow_blank=True, max_length=LONGEST_MAPPING, help_text="JSON.")


class ImportIn(ImportOptions):
    """One or more files, under any names, and how to read them."""

    file = serializers.FileField(help_text="CSV; more files may come under further names.")


class RefusedBody(serializers.Serializer[Any]):
    file = serializers.CharField()
    row = serializers.IntegerField()
    column = serializers.CharField()
    reason = serializers.CharField()


class ImportBody(serializers.Serializer[Any]):
    created = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = RefusedBody(many=True)


class Imports(ImportRunList):
    parser_classes = [MultiPartParser]

    @extend_schema(request={"multipart/form-data": ImportIn}, responses=ImportBody)
    def post(self, request: Request) -> Response:
        """Import the files now, or with `dryRun` say what that would do. A bad row never stops the good ones."""
        asked = ImportOptions(data=request.data)
        asked.is_valid(raise_exception=True)
        uploads = [Upload(file.name or "book.csv", file.read()) for files in _files(request) for file in files]
        if not uploads:
            raise ValidationError({"file": ["Send at least one file."]})
        options, now = _options(asked.validated_data.get("mapping", "")), timezone.now()
        if asked.validated_data["dry_run"]:
            return Response(answer(dry_run(uploads, options, by=caller_of(request), now=now)))
        run = import_now(uploads, options, by=caller_of(request), now=now)
        if run.state != ImportState.DONE:
            raise Conflict(run.report.get("problem") or "The import has been started, but it is not through yet.")
        return Response(answer(run.report))


def _files(request: Request) -> list[Any]:
    return [files for _, files in request.FILES.lists()]


def _options(mapping: str) -> Options:
    if not mapping.strip():
        return Options()
    try:
        return parse_mapping(mapping)
    except RecursionError:
        raise ValidationError({"mapping": ["The mapping is nested too deeply."]}) from None
