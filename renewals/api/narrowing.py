"""`?owner=&team=&segment=`: what the answers for leads can be narrowed by. Not ours to see is found nowhere."""

from __future__ import annotations

import uuid

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from renewals.forms.book import MAX_TEXT
from renewals.queries.book_filter import NO_OWNER, BookFilter

NARROWING = [
    OpenApiParameter(
        "owner",
        {"type": "string", "pattern": f"^({NO_OWNER}|[0-9a-fA-F]{{8}}(-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}})$"},
        description="The id of an owner, or none for accounts that nobody owns.",
    ),
    OpenApiParameter("team", uuid.UUID, description="The id of a team: accounts whose owner is in it."),
    OpenApiParameter("segment", {"type": "string", "maxLength": MAX_TEXT}),
]


def read_narrowing(request: Request) -> BookFilter:
    """This will read the filter. Raises ValidationError beside the name of what is none."""
    asked = request.query_params
    owner, segment = asked.get("owner", ""), asked.get("segment", "")
    if len(segment) > MAX_TEXT or "\0" in segment:
        raise serializers.ValidationError({"segment": [f"A text of at most {MAX_TEXT} characters."]})
    return BookFilter(
        owner=owner if owner == NO_OWNER else read_id_of(request, "owner"),
        team=read_id_of(request, "team"),
        segment=segment,
    )


def read_id_of(request: Request, name: str) -> str:
    value = request.query_params.get(name)
    if value is None:
        return ""
    try:
        return str(uuid.UUID(value))
    except ValueError:
        raise serializers.ValidationError({name: ["An id."]}) from None
