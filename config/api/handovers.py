"""Handovers by API: accounts, one, many or all of a person, to somebody else; with a preview."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api_base import TextField, read_body, read_flag
from customers.models import User
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere, find_colleague
from customers.services.handovers import (
    LONGEST_REASON,
    MOST_CHOSEN,
    Handover,
    check_giver,
    hand_over,
    preview_handover,
)


class HandoverIn(serializers.Serializer[Any]):
    """from, to: id, username or e-mail of a colleague. Without customerIds everything that `from` has goes over."""

    to = TextField(max_length=254)
    customerIds = serializers.ListField(
        child=serializers.UUIDField(), required=False, allow_empty=False, max_length=MOST_CHOSEN
    )
    reason = TextField(max_length=LONGEST_REASON)

    def get_fields(self) -> dict[str, Any]:
        return {"from": TextField(max_length=254, required=False), **super().get_fields()}


class CountedBody(serializers.Serializer[Any]):
    kind = serializers.CharField(source="code")
    count = serializers.IntegerField()
    words = serializers.CharField()


class HandoverBody(serializers.Serializer[Any]):
    """accounts: how many go over, or went. kept: of those named, how many stay. moved: what goes along, by kind."""

    isPreview = serializers.BooleanField()
    accounts = serializers.IntegerField()
    kept = serializers.IntegerField()
    moved = CountedBody(many=True)


PREVIEW = OpenApiParameter("preview", bool, description="Tell what would move; change nothing.")
LEAVES = OpenApiExample(
    "Somebody leaves", {"from": "dana", "to": "marco", "reason": "Dana leaves at the end of March"}, request_only=True
)


class HandoverList(APIView):
    @extend_schema(request=HandoverIn, parameters=[PREVIEW], responses={200: HandoverBody}, examples=[LEAVES])
    def post(self, request: Request) -> Response:
        """Hand accounts over. Of those that are somebody else's meanwhile nothing is taken; again, it does nothing."""
        by = caller_of(request)
        check_giver(by)
        asked = read_body(HandoverIn, request)
        chosen = asked.get("customerIds")
        handover = Handover(
            new=_colleague(asked["to"]),
            old=_colleague(asked["from"]) if asked.get("from") else None,
            chosen=tuple(dict.fromkeys(chosen)) if chosen is not None else None,
            reason=asked["reason"],
        )
        if read_flag(request, "preview"):
            seen = preview_handover(handover, by=by)
            return _answer(accounts=seen.accounts, kept=seen.kept, moved=seen.counted, is_preview=True)
        done = hand_over(handover, now=timezone.now(), by=by)
        kept = len(handover.chosen) - done.accounts if handover.chosen is not None else 0
        return _answer(accounts=done.accounts, kept=kept, moved=done.counted, is_preview=False)


def _colleague(reference: str) -> User:
    found = find_colleague(reference)
    if found is None:
        raise NotThere("There is no such colleague.")
    return found


def _answer(*, accounts: int, kept: int, moved: list[Any], is_preview: bool) -> Response:
    body = {"isPreview": is_preview, "accounts": accounts, "kept": kept, "moved": moved}
    return Response(HandoverBody(body).data)
