"""Absences by API: who is away, from when to when, and who stands in."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api_base import TextField, read_body
from customers.enums import AbsenceState
from customers.models import Absence, User
from customers.queries.absences import list_absences
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere, find_colleague
from customers.services.absences import set_absence, take_back_absence


class AbsenceIn(serializers.Serializer[Any]):
    """person, delegate: id, username or e-mail. Without person the caller is meant. Days in the person's zone."""

    person = TextField(max_length=254, required=False)
    delegate = TextField(max_length=254)
    firstDate = serializers.DateField()
    lastDate = serializers.DateField()


class AbsenceBody(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    personId = serializers.UUIDField(source="user_id")
    personName = serializers.CharField(source="user.display_name")
    delegateId = serializers.UUIDField(source="delegate_id")
    delegateName = serializers.CharField(source="delegate.display_name")
    firstDate = serializers.DateField(source="first_date")
    lastDate = serializers.DateField(source="last_date")
    startsAt = serializers.DateTimeField(source="starts_at")
    endsAt = serializers.DateTimeField(source="ends_at")
    state = serializers.ChoiceField(choices=AbsenceState.choices)


AWAY = OpenApiExample(
    "Two weeks", {"delegate": "marco", "firstDate": "2026-07-06", "lastDate": "2026-07-17"}, request_only=True
)


class AbsenceList(ListAPIView[Absence]):
    """The caller's, those the caller stands in for, a lead's team's; ops see all. The latest first."""

    serializer_class = AbsenceBody
    queryset = Absence.objects.none()
    filter_backends = ()
    for_people = ("POST",)

    def get_queryset(self) -> QuerySet[Any]:
        return list_absences(caller_of(self.request))

    @extend_schema(request=AbsenceIn, responses={201: AbsenceBody}, examples=[AWAY])
    def post(self, request: Request) -> Response:
        """Be away: the delegate has the desk from the first day to the last."""
        asked, by = read_body(AbsenceIn, request), caller_of(request)
        made = set_absence(
            _colleague(asked["person"]) if asked.get("person") else by,
            delegate=_colleague(asked["delegate"]),
            first_date=asked["firstDate"],
            last_date=asked["lastDate"],
            now=timezone.now(),
            by=by,
        )
        return Response(AbsenceBody(made).data, status=status.HTTP_201_CREATED)


class AbsenceDetail(APIView):
    for_people = ("DELETE",)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """Call it off, or end it now; one that is over stays as it was."""
        by = caller_of(request)
        absence = list_absences(by).filter(pk=id).first()
        if absence is None:
            raise NotThere("There is no such absence, or it is not yours to see.")
        take_back_absence(absence, now=timezone.now(), by=by)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _colleague(reference: str) -> User:
    found = find_colleague(reference)
    if found is None:
        raise NotThere("There is no such colleague.")
    return found
