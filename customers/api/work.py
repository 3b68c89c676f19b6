"""What is to be done at an account, what it achieved with us, and whom one meets there."""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api.base import Conflict
from customers.api_base import OfCustomer, RowBody, TextField, read_body
from customers.enums import MeetingState, TodoActor, TodoState
from customers.models import Customer, Meeting, Stakeholder, Todo, Win
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from customers.services.meetings import MOST_ACTIONS, cancel_meeting, mark_held, record_meeting, update_meeting
from customers.services.todos import add_todo, finish_todo, reopen_todo
from customers.services.wins import add_win, remove_win

LONGEST_NOTES = 10_000
Found = TypeVar("Found", bound=Model)


class TodoBody(RowBody[Todo]):
    """owner: a user name. kind: what made it, empty for a person's own."""

    owner = serializers.CharField(source="owner.username", default=None, read_only=True, allow_null=True)
    actor = serializers.ChoiceField(choices=TodoActor.choices, read_only=True)
    dueDate = serializers.DateField(source="due_date", required=False, allow_null=True, default=None)
    state = serializers.ChoiceField(choices=TodoState.choices, read_only=True)
    waitsSince = serializers.DateTimeField(source="waits_since", read_only=True)
    doneAt = serializers.DateTimeField(source="done_at", read_only=True, allow_null=True)

    class Meta:
        model = Todo
        fields = ("id", "title", "detail", "actor", "kind", "owner", "dueDate", "state", "waitsSince", "doneAt")
        read_only_fields = ("id", "kind")
        extra_kwargs = {"detail": {"max_length": LONGEST_NOTES}}


class TodoStateIn(serializers.Serializer[Any]):
    """done, dismissed: it is closed. open: it waits again, from now."""

    state = serializers.ChoiceField(choices=TodoState.choices)


class WinBody(RowBody[Win]):
    """value: a year, in the account's currency."""

    achievedOn = serializers.DateField(source="achieved_on", required=False, allow_null=True, default=None)

    class Meta:
        model = Win
        fields = ("id", "text", "value", "achievedOn")
        read_only_fields = ("id",)
        # Whether it is noted already is asked of the service, by account.
        extra_kwargs = {"value": {"min_value": 0}}


class MeetingBody(RowBody[Meeting]):
    """startsAt in the past: it counts as held. One that is ahead stops what is planned to the account."""

    startsAt = serializers.DateTimeField(source="starts_at")
    stakeholderIds = serializers.PrimaryKeyRelatedField(
        source="stakeholders", many=True, required=False, queryset=Stakeholder.objects.none()
    )
    state = serializers.ChoiceField(choices=MeetingState.choices, read_only=True)
    heldAt = serializers.DateTimeField(source="held_at", read_only=True, allow_null=True)

    class Meta:
        model = Meeting
        fields = ("id", "title", "startsAt", "stakeholderIds", "state", "heldAt", "notes")
        read_only_fields = ("id",)
        extra_kwargs = {"notes": {"max_length": LONGEST_NOTES}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        customer = self.context.get("customer")
        if customer is not None:
            people: Any = self.fields["stakeholderIds"]
            people.child_relation.queryset = Stakeholder.objects.filter(customer=customer, left_at=None)


class HeldIn(serializers.Serializer[Any]):
    """actions: what was agreed to be done; each becomes a task."""

    notes = TextField(max_length=LONGEST_NOTES, required=False, allow_blank=True, default="")
    actions = serializers.ListField(
        child=TextField(max_length=300), max_length=MOST_ACTIONS, required=False, default=list
    )


class TodoFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=TodoState.choices)


class TodoList(OfCustomer, ListAPIView[Todo]):
    """The tasks at an account, a person's and the machine's, the first due first."""

    serializer_class = TodoBody
    queryset = Todo.objects.none()
    filterset_class = TodoFilter
    ordering_names = {"dueDate": "due_date", "waitsSince": "waits_since", "title": "title"}

    def get_queryset(self) -> QuerySet[Todo]:
        rows: QuerySet[Todo] = Todo.objects.filter(customer=self.get_customer()).select_related("owner")
        return rows.order_by("due_date", "created_at", "pk")

    @extend_schema(request=TodoBody, responses={201: TodoBody})
    def post(self, request: Request, id: str) -> Response:
        """Add a task of the caller's own."""
        customer, by = self.get_customer(), caller_of(request)
        asked = read_body(TodoBody, request)
        made = add_todo(**asked, customer=customer, owner=by, now=timezone.now(), by=by)
        return Response(TodoBody(made).data, status=status.HTTP_201_CREATED)


class TodoDetail(APIView):
    @extend_schema(request=TodoStateIn, responses=TodoBody)
    def patch(self, request: Request, id: uuid.UUID) -> Response:
        """Close a task, or open it again. What it is in already stays as it is."""
        by, now = caller_of(request), timezone.now()
        todo = Todo.objects.visible_to(by).filter(pk=id).first()
        if todo is None:
            raise NotThere("There is no such task, or it is not yours to see.")
        state = TodoState(read_body(TodoStateIn, request)["state"])
        if state == TodoState.OPEN:
            reopen_todo(todo, now=now, by=by)
        elif not finish_todo(todo, now=now, by=by, state=state):
            todo.refresh_from_db(fields=["state"])
            if todo.state != state:
                raise Conflict("This task was closed already; open it again first.")
        todo.refresh_from_db()
        return Response(TodoBody(todo).data)


class WinList(OfCustomer, ListAPIView[Win]):
    """What the account achieved with us: what a letter may point to."""

    serializer_class = WinBody
    queryset = Win.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Win]:
        return Win.objects.filter(customer=self.get_customer()).order_by("-value", "text")

    @extend_schema(request=WinBody, responses={201: WinBody})
    def post(self, request: Request, id: str) -> Response:
        """Note a success."""
        customer = self.get_customer()
        made = add_win(customer, **read_body(WinBody, request), now=timezone.now(), by=caller_of(request))
        return Response(WinBody(made).data, status=status.HTTP_201_CREATED)


class WinDetail(OfCustomer):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, id: str, winId: uuid.UUID) -> Response:
        """Take out one that was noted by mistake; letters that cite it show it as no longer backed."""
        win = _of(self.get_customer(), Win, winId)
        remove_win(win, now=timezone.now(), by=caller_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeetingList(OfCustomer, ListAPIView[Meeting]):
    """The meetings of an account, the latest first."""

    serializer_class = MeetingBody
    queryset = Meeting.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Meeting]:
        rows: QuerySet[Meeting] = Meeting.objects.filter(customer=self.get_customer())
        return rows.prefetch_related("stakeholders").order_by("-starts_at", "pk")

    @extend_schema(request=MeetingBody, responses={201: MeetingBody})
    def post(self, request: Request, id: str) -> Response:
        """Write down a meeting."""
        customer = self.get_customer()
        asked = _read_meeting(request, customer)
        made = record_meeting(
            customer,
            title=asked["title"],
            starts_at=asked["starts_at"],
            stakeholders=asked.get("stakeholders", ()),
            notes=asked.get("notes", ""),
            now=timezone.now(),
            by=caller_of(request),
        )
        return Response(MeetingBody(made).data, status=status.HTTP_201_CREATED)


class MeetingDetail(OfCustomer):
    @extend_schema(request=MeetingBody(partial=True), responses=MeetingBody)
    def patch(self, request: Request, id: str, meetingId: uuid.UUID) -> Response:
        """Change its words, people or moment; what is left out stays."""
        customer = self.get_customer()
        meeting = _of(customer, Meeting, meetingId)
        asked = _read_meeting(request, customer, meeting)
        update_meeting(
            meeting,
            title=asked.get("title", meeting.title),
            starts_at=asked.get("starts_at", meeting.starts_at),
            stakeholders=asked.get("stakeholders", list(meeting.stakeholders.all())),
            notes=asked.get("notes", meeting.notes),
            now=timezone.now(),
            by=caller_of(request),
        )
        return Response(MeetingBody(meeting).data)


class MeetingHeld(OfCustomer):
    @extend_schema(request=HeldIn, responses=MeetingBody)
    def post(self, request: Request, id: str, meetingId: uuid.UUID) -> Response:
        """Say that it took place, what was said, and what was agreed to be done."""
        meeting = _of(self.get_customer(), Meeting, meetingId)
        if not mark_held(meeting, **read_body(HeldIn, request), now=timezone.now(), by=caller_of(request)):
            raise Conflict("This meeting is not waiting to be held.")
        return _shown(meeting)


class MeetingCancel(OfCustomer):
    @extend_schema(request=None, responses=MeetingBody)
    def post(self, request: Request, id: str, meetingId: uuid.UUID) -> Response:
        """Say that it does not take place; nobody is written to about it."""
        meeting = _of(self.get_customer(), Meeting, meetingId)
        if not cancel_meeting(meeting, now=timezone.now(), by=caller_of(request)):
            raise Conflict("This meeting is not waiting to be held.")
        return _shown(meeting)


def _read_meeting(request: Request, customer: Customer, meeting: Meeting | None = None) -> dict[str, Any]:
    body = MeetingBody(meeting, data=request.data, partial=meeting is not None, context={"customer": customer})
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


def _shown(meeting: Meeting) -> Response:
    meeting.refresh_from_db()
    return Response(MeetingBody(meeting).data)


def _of(customer: Customer, model: type[Found], pk: uuid.UUID) -> Found:
    found = model._default_manager.filter(pk=pk, customer=customer).first()
    if found is None:
        raise NotThere("There is no such thing at this account.")
    return found
