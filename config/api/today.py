"""Today by API: what needs somebody now, in the order of money at risk and time left."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from config.desk.today import EVERYBODY, Item, Today, Wanted
from config.desk.today_answers import TODAY_ANSWERS
from config.desk.today_kinds import KINDS, PARTS
from config.desk.today_offers import Shown, show_items
from customers.queries.callers import caller_of

ORDERS: dict[str, Callable[[Item], Any]] = {
    "weight": lambda item: item.rank.weight,
    "atRisk": lambda item: item.turn.at_risk or 0,
    "deadline": lambda item: item.rank.deadline,
    "waitsSince": lambda item: item.turn.since,
    "customerName": lambda item: item.turn.account_name.lower(),
}


class TurnBody(serializers.Serializer[Any]):
    """One thing that needs somebody. code: what it is a row of; weight: what it is ranked by, the heaviest first."""

    id = serializers.UUIDField(source="item.turn.id")
    code = serializers.CharField(source="item.turn.code")
    kind = serializers.ChoiceField(source="item.kind.group", choices=list(KINDS.items()))
    part = serializers.ChoiceField(source="item.turn.part", choices=list(PARTS.items()))
    title = serializers.CharField()
    reason = serializers.CharField(source="because")
    customerId = serializers.UUIDField(source="item.turn.account_id")
    customerName = serializers.CharField(source="item.turn.account_name")
    personId = serializers.UUIDField(source="item.turn.person_id", allow_null=True)
    waitsSince = serializers.DateTimeField(source="item.turn.since")
    deadline = serializers.DateField(source="item.rank.deadline")
    daysLeft = serializers.IntegerField(source="item.rank.days_left")
    urgency = serializers.CharField(source="item.rank.urgency")
    atRisk = serializers.DecimalField(
        source="item.turn.at_risk", max_digits=18, decimal_places=2, allow_null=True, coerce_to_string=True
    )
    currency = serializers.CharField(source="item.turn.currency")
    weight = serializers.DecimalField(source="item.rank.weight", max_digits=20, decimal_places=2, coerce_to_string=True)
    version = serializers.IntegerField(source="item.turn.version")
    actions = serializers.ListField(child=serializers.CharField())
    url = serializers.CharField(source="offer.url")


PARAMETERS = [
    OpenApiParameter("whose", str, description="mine (the usual), all, or the id of a colleague."),
    OpenApiParameter("part", str, enum=list(PARTS)),
    OpenApiParameter("kind", str, enum=list(KINDS)),
    OpenApiParameter("ordering", str, enum=[name for one in ORDERS for name in (one, f"-{one}")]),
]
EXAMPLE = OpenApiExample(
    "A letter that waits for a yes",
    value={
        "id": "5f0c1d1e-6f0f-4b0c-9d38-1d5c7f0e2a11",
        "code": "draft",
        "kind": "approve",
        "part": "renewals",
        "title": "Approve the email to Karen Lindgren",
        "reason": "First letter, “The coming year”. Nothing leaves without a yes.",
        "customerId": "0d3f7a52-2c1b-4d5e-8a44-95e0f1b2c3d4",
        "customerName": "Castellan Insurance Group",
        "personId": "9b2d4c6e-1a3f-4e5d-8c7b-6a5f4e3d2c1b",
        "waitsSince": "2026-03-04T09:12:00Z",
        "deadline": "2026-03-06",
        "daysLeft": 2,
        "urgency": "soon",
        "atRisk": "166160.00",
        "currency": "USD",
        "weight": "501480.00",
        "version": 1,
        "actions": ["approve"],
        "url": "/drafts/5f0c1d1e-6f0f-4b0c-9d38-1d5c7f0e2a11",
    },
    response_only=True,
)


class TodayList(GenericAPIView[Any]):
    """What needs somebody now: of the caller, a colleague, or all that the caller may see."""

    serializer_class = TurnBody
    filter_backends = ()
    for_people = ("GET",)

    @extend_schema(parameters=PARAMETERS, responses=TurnBody(many=True), examples=[EXAMPLE])
    def get(self, request: Request) -> Response:
        """List it, what is at risk and most pressing first."""
        caller, now = caller_of(request), timezone.now()
        items, _ = Today(caller, _wanted(request), now=now, mark=TODAY_ANSWERS.read_mark()).read()
        page = self.paginate_queryset(_ordered(items, request)) or []
        shown = show_items(page, reader=caller, now=now)
        return self.get_paginated_response(TurnBody([_body(one) for one in shown], many=True).data)


def _body(shown: Shown) -> dict[str, Any]:
    offer = shown.offer
    folded = offer.fold.buttons if offer.fold else ()
    return {
        "item": shown.item,
        "offer": offer,
        "title": shown.title,
        "because": shown.because,
        "actions": [button.verb for button in (*offer.buttons, *folded)],
    }


def _wanted(request: Request) -> Wanted:
    asked = request.query_params
    part, kind, whose = asked.get("part"), asked.get("kind"), asked.get("whose", "mine")
    if part is not None and part not in PARTS:
        raise serializers.ValidationError({"part": [f"One of {', '.join(PARTS)}."]})
    if kind is not None and kind not in KINDS:
        raise serializers.ValidationError({"kind": [f"One of {', '.join(KINDS)}."]})
    if whose == "mine":
        return Wanted("", part or "", kind or "")
    if whose == EVERYBODY:
        return Wanted(EVERYBODY, part or "", kind or "")
    try:
        return Wanted(str(uuid.UUID(whose)), part or "", kind or "")
    except ValueError:
        raise serializers.ValidationError({"whose": ["mine, all, or the id of a colleague."]}) from None


def _ordered(items: list[Item], request: Request) -> list[Item]:
    asked = request.query_params.get("ordering")
    if asked is None:
        return items
    key = ORDERS.get(asked.removeprefix("-"))
    if key is None:
        raise serializers.ValidationError({"ordering": [f"Order by {', '.join(ORDERS)}, with or without a minus."]})
    return sorted(items, key=key, reverse=asked.startswith("-"))
