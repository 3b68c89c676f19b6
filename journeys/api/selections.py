"""The same done to the journeys of many clients in one call."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api_base import DayField, TextField, read_body, read_flag
from customers.models import Customer, User
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from journeys.actions import BULK_ACTIONS
from journeys.api.automations import PREVIEW
from journeys.api.journey_bodies import CancelIn, ForceIn, PauseIn, ReasonField, ReasonIn, SkipIn, StartIn, TriggerIn
from journeys.api.shown import find_programme
from journeys.enums import JourneyKind
from journeys.forms.actions import MOST_DAYS
from journeys.forms.board import read_board_filter
from journeys.queries.batches import list_batches
from journeys.queries.board import STATES, Board
from journeys.services.batches import preview_undo_batch, undo_batch
from journeys.services.selections import ClientMoves, DateMove, preview_selection, run_selection

MOST_CLIENTS = 10_000


class BoardFilterIn(serializers.Serializer[Any]):
    """As the board is narrowed down: all clients that it then shows are meant."""

    q = TextField(required=False, max_length=100)
    state = serializers.ChoiceField(choices=list(STATES), required=False)
    owner = TextField(required=False, max_length=40, help_text="Id, or none.")
    segment = TextField(required=False, max_length=80)
    programme = serializers.UUIDField(required=False)
    month = serializers.IntegerField(required=False, min_value=1, max_value=999)


class SelectionIn(serializers.Serializer[Any]):
    """`clientIds`, or `filter`. The rest is what the action takes: see the calls for one client."""

    action = serializers.ChoiceField(choices=[action.code for action in BULK_ACTIONS])
    clientIds = serializers.ListField(
        source="client_ids", child=serializers.UUIDField(), required=False, max_length=MOST_CLIENTS
    )
    filter = BoardFilterIn(required=False)
    startDate = DayField(required=False)
    programme = TextField(required=False, max_length=120)
    includePast = serializers.BooleanField(required=False)
    until = serializers.DateField(required=False, allow_null=True)
    days = serializers.IntegerField(required=False, allow_null=True, min_value=-MOST_DAYS, max_value=MOST_DAYS)
    month = serializers.IntegerField(required=False, min_value=1)
    kind = TextField(required=False, max_length=80, help_text="What to trigger: journey.generate …")
    reason = TextField(required=False, allow_blank=True, max_length=300)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if ("client_ids" in asked) == ("filter" in asked):
            raise serializers.ValidationError({"clientIds": ["Name the clients, or a filter that finds them."]})
        return asked


class AdjustManyIn(serializers.Serializer[Any]):
    startDate = DayField(source="start_date", required=False)
    days = serializers.IntegerField(required=False, min_value=-MOST_DAYS, max_value=MOST_DAYS)
    includePast = serializers.BooleanField(source="include_past", default=False)
    reason = ReasonField()

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if bool(asked.get("start_date")) == bool(asked.get("days")):
            raise serializers.ValidationError({"startDate": ["Give either a first day or a number of days."]})
        return asked


class LeftAsTheyAreBody(serializers.Serializer[Any]):
    reason = serializers.CharField()
    count = serializers.IntegerField()


class DateMoveBody(serializers.Serializer[Any]):
    """newDate: null where the month is then skipped or cancelled, as `end` says."""

    month = serializers.IntegerField(source="number")
    oldDate = serializers.DateField(source="old", allow_null=True)
    newDate = serializers.DateField(source="new", allow_null=True)
    end = serializers.SerializerMethodField()

    def get_end(self, move: DateMove) -> str:
        return "" if move.new else move.end


class ClientMovesBody(serializers.Serializer[Any]):
    clientId = serializers.UUIDField(source="customer.pk")
    name = serializers.CharField(source="customer.name")
    moves = DateMoveBody(many=True)


class SelectionBody(serializers.Serializer[Any]):
    """total: who was meant and is the caller's; changed: for whom it was done, or would be.

    clients: of a preview, old and new dates of the first of them. batch: by what all of it is taken back; null for
    less than two clients.
    """

    total = serializers.IntegerField()
    changed = serializers.IntegerField()
    refused = LeftAsTheyAreBody(many=True)
    clients = ClientMovesBody(many=True)
    batch = serializers.UUIDField(allow_null=True, default=None)


class NotUndoneBody(serializers.Serializer[Any]):
    clientId = serializers.UUIDField(source="change.customer_id")
    name = serializers.CharField(source="change.customer.name")
    reason = serializers.CharField()


class BatchUndoBody(serializers.Serializer[Any]):
    """changed: for whom it was taken back, or would be; left: for how many a further call does it."""

    changed = serializers.IntegerField(source="done")
    left = serializers.IntegerField()
    refused = NotUndoneBody(many=True)
    clients = ClientMovesBody(many=True)


class BatchUndoView(APIView):
    @extend_schema(request=None, parameters=[PREVIEW], responses=BatchUndoBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Take back what was done to a selection, for all of whom nothing has left since."""
        by, now = caller_of(request), timezone.now()
        act = preview_undo_batch if read_flag(request, "preview") else undo_batch
        if not list_batches(by, batch=id):
            raise NotThere("There is no such batch.")
        done = act(id, now=now, by=by)
        refused = [{"change": change, "reason": reason} for change, reason in done.refused]
        body = {"done": done.done, "left": done.left, "refused": refused, "clients": done.clients}
        return Response(BatchUndoBody(body).data)


class SelectionView(APIView):
    @extend_schema(request=SelectionIn, parameters=[PREVIEW], responses=SelectionBody)
    def post(self, request: Request) -> Response:
        """Start, pause, resume, adjust, skip, trigger, force or cancel for many clients.

        Who refuses it stays as they are. Forcing a month is for leads and ops.
        """
        asked, is_preview = read_body(SelectionIn, request), read_flag(request, "preview")
        now, by = timezone.now(), caller_of(request)
        arguments, customers = _read_arguments(asked["action"], request), _find_clients(asked, by, now)
        if is_preview:
            preview = preview_selection(asked["action"], customers, arguments, now=now, by=by)
            return _answer(preview.total, preview.count, dict(preview.refused), preview.clients)
        outcome = run_selection(asked["action"], customers, arguments, now=now, by=by)
        reasons = list(outcome.refused.values())
        counted = {reason: reasons.count(reason) for reason in sorted(set(reasons))}
        batch = next((change.batch for change in outcome.done), None)
        return _answer(len(customers), len(customers) - len(reasons), counted, batch=batch)


def _find_clients(asked: Mapping[str, Any], by: User, now: datetime) -> list[Customer]:
    ids: Any = asked.get("client_ids")
    if ids is None:
        wanted = read_board_filter({name: str(value) for name, value in asked["filter"].items()})
        ids = Board(by, wanted, now=now).customer_ids().order_by()
    return list(Customer.objects.visible_to(by).filter(pk__in=ids).order_by("name", "pk"))


def _read_arguments(code: str, request: Request) -> dict[str, Any]:
    if code == "start":
        asked = read_body(StartIn, request)
        return {**asked, "version": find_programme(asked.pop("programme"))} if "programme" in asked else asked
    if code == "pause":
        return read_body(PauseIn, request)
    if code == "adjust":
        return read_body(AdjustManyIn, request)
    if code in ("skip", "force"):
        asked = read_body(SkipIn if code == "skip" else ForceIn, request)
        return {"number": asked["month"], "reason": asked["reason"]}
    if code == "trigger":
        asked = read_body(TriggerIn, request)
        return {**asked, "kind": JourneyKind(asked["kind"])}
    return read_body(CancelIn if code == "cancel" else ReasonIn, request)


def _answer(
    total: int,
    changed: int,
    refused: Mapping[str, int],
    clients: Sequence[ClientMoves] = (),
    batch: uuid.UUID | None = None,
) -> Response:
    rows = [{"reason": reason, "count": count} for reason, count in refused.items()]
    body = {"total": total, "changed": changed, "refused": rows, "clients": clients, "batch": batch}
    return Response(SelectionBody(body).data)
