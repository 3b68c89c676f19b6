"""Play a selection or the whole book forward by API: asked for, then fetched."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api_base import read_body
from customers.queries.callers import caller_of
from journeys.api.selections import MOST_CLIENTS, BoardFilterIn
from journeys.api.simulation import SimulatedEventBody, SimulateIn, read_assumptions
from journeys.forms.board import read_board_filter
from journeys.models import SimulationRun
from journeys.queries.simulation_runs import find_playable, ids_of, list_named
from journeys.services.simulation_runs import AT_ONCE, ask_simulation, play_due, ring_again


class SimulateManyIn(SimulateIn):
    """`clientIds`, or `filter`; neither: every client of yours whose journey is under way."""

    clientIds = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=MOST_CLIENTS)
    filter = BoardFilterIn(required=False)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if "clientIds" in asked and "filter" in asked:
            raise serializers.ValidationError({"clientIds": ["Name the clients, or a filter that finds them."]})
        return asked


class BookEventBody(SimulatedEventBody):
    clientId = serializers.UUIDField()
    client = serializers.CharField()
    action = serializers.CharField()


class BookDayBody(serializers.Serializer[Any]):
    """`count`: all that happens on that day; `events`: the first of them by name."""

    date = serializers.DateField(help_text="Each customer's own.")
    count = serializers.IntegerField()
    events = BookEventBody(many=True)


class BookMailBody(serializers.Serializer[Any]):
    clientId = serializers.UUIDField()
    client = serializers.CharField()
    to = serializers.CharField()
    count = serializers.IntegerField()


class SimulationRunBody(serializers.Serializer[Any]):
    """`state`: `waiting`, `playing`, `done` or `failed`. What would happen stands there once it is done."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=["waiting", "playing", "done", "failed"])
    total = serializers.IntegerField(help_text="Clients that are played.")
    played = serializers.IntegerField(help_text="How many of them are.")
    problem = serializers.CharField()
    days = BookDayBody(many=True)
    mails = BookMailBody(many=True, help_text="Who gets the most.")
    mailCount = serializers.IntegerField()
    people = serializers.IntegerField(help_text="Who get any.")
    outcomes = serializers.DictField(child=serializers.IntegerField(), help_text="How many events of each sort.")


class SimulateManyView(APIView):
    @extend_schema(request=SimulateManyIn, responses={200: SimulationRunBody, 202: SimulationRunBody})
    def post(self, request: Request) -> Response:
        """Play many clients forward: 200 with what would happen, or 202 where it takes longer; then fetch it."""
        asked, now, by = read_body(SimulateManyIn, request), timezone.now(), caller_of(request)
        wanted = None if "clientIds" in asked else asked.get("filter", {})
        board = None if wanted is None else read_board_filter({name: str(value) for name, value in wanted.items()})
        ids = ids_of(find_playable(by, asked.get("clientIds", ()), board, now=now))
        if not ids:
            raise ValidationError({"clientIds": ["None of them has a journey under way."]})
        assume = read_assumptions(asked.get("assume") or {})
        run = ask_simulation(ids, assume, days=asked.get("days"), now=now, by=by)
        if len(ids) <= AT_ONCE:
            play_due(now=now, only=run.pk)
            run.refresh_from_db()
        code = status.HTTP_200_OK if run.is_finished else status.HTTP_202_ACCEPTED
        return Response(SimulationRunBody(_body(run, request)).data, status=code)


class SimulationRunView(APIView):
    @extend_schema(responses=SimulationRunBody)
    def get(self, request: Request, id: str) -> Response:
        """Say how far it has been played, and once it is done what would happen. It is kept for a day."""
        run = SimulationRun.objects.visible_to(caller_of(request)).filter(pk=id).first()
        if run is None:
            raise NotFound
        ring_again(run, now=timezone.now())
        return Response(SimulationRunBody(_body(run, request)).data)


def _body(run: SimulationRun, request: Request) -> dict[str, Any]:
    """An account that is not the caller's any more is left out."""
    result = run.result or {"days": [], "mails": [], "mailCount": 0, "people": 0, "outcomes": {}}
    named = {one["clientId"] for day in result["days"] for one in day["events"]}
    seen = list_named(caller_of(request), named | {one["clientId"] for one in result["mails"]})
    return {
        "id": run.pk,
        "state": _state(run),
        "total": run.total,
        "played": run.played,
        "problem": run.problem,
        **result,
        "days": [{**day, "events": [one for one in day["events"] if one["clientId"] in seen]}
                 for day in result["days"]],
        "mails": [one for one in result["mails"] if one["clientId"] in seen],
    }  # fmt: skip


def _state(run: SimulationRun) -> str:
    if run.is_finished:
        return "failed" if run.problem else "done"
    return "playing" if run.claim_token else "waiting"
