"""The command bar by API: a sentence in; what was understood, done, asked or to be confirmed out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.desk.commands.answers import Caller, State
from config.desk.commands.language.grammar import ACTIONS, MOST_LETTERS
from config.desk.commands.running import MissingScope, run_command
from config.desk.commands.tokens import LONGEST
from customers.api_base import TextField, read_body
from customers.enums import Scope
from customers.models import ApiToken
from customers.queries.callers import caller_of
from emails.api.waiting import deliver_within

COMMAND_STATES = tuple((str(state), str(state)) for state in State)
COMMAND_ACTIONS = tuple((action, action) for action in ACTIONS)
SENTENCES = (
    ("Introduce an upsell", "Introduce upsell to Acme Corp"),
    ("Enroll somebody", "Enroll Jennifer in onboarding sequence"),
    ("Ask", "When is month 4 for Acme Corp due?"),
    ("Hold", "Hold Acme Corp until 2026-12-24 because they are moving"),
)


@extend_schema_serializer(
    examples=[
        *(OpenApiExample(name, value={"text": said}, request_only=True) for name, said in SENTENCES),
        OpenApiExample("Confirm", value={"text": "Send", "confirm": "eyJp…"}, request_only=True),
    ]
)
class CommandIn(serializers.Serializer[Any]):
    """confirm: of a choice, or of `needs_confirmation`, as it was given; then it alone decides what is meant."""

    text = TextField(required=False, allow_blank=True, default="", max_length=MOST_LETTERS)
    confirm = TextField(required=False, allow_blank=True, allow_null=True, default="", max_length=LONGEST)


class UnderstoodBody(serializers.Serializer[Any]):
    """arguments: names and ids of what was found, by kind."""

    action = serializers.ChoiceField(choices=COMMAND_ACTIONS, allow_null=True)
    arguments = serializers.DictField()


class CommandChoiceBody(serializers.Serializer[Any]):
    """One way to go on: send `text` and `confirm` back."""

    label = serializers.CharField()  # type: ignore[assignment]  # as the API calls it
    text = serializers.CharField()
    confirm = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True)


class CommandFactBody(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField()


class CommandPointBody(serializers.Serializer[Any]):
    """kind: "warn" for what must not be overlooked."""

    text = serializers.CharField()
    url = serializers.CharField(allow_blank=True)
    kind = serializers.CharField(allow_blank=True)


class CommandLinkBody(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    url = serializers.CharField()


class CommandPersonBody(serializers.Serializer[Any]):
    name = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_blank=True)


class CommandDraftBody(serializers.Serializer[Any]):
    """The draft that it is about. queued: leaves by itself at `leavesAt`."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    state = serializers.CharField()
    subject = serializers.CharField(allow_blank=True)
    body = serializers.CharField(allow_blank=True)
    to = CommandPersonBody()
    cc = serializers.ListField(child=serializers.CharField())
    url = serializers.CharField()
    editable = serializers.BooleanField()
    queued = serializers.BooleanField()
    leavesAt = serializers.DateTimeField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python."""
        return {**super().get_fields(), "from": serializers.CharField(allow_blank=True)}


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "To be confirmed",
            response_only=True,
            value={
                "understood": {
                    "action": "hold",
                    "arguments": {"customer": "Acme Corp", "scope": "account", "until": "2026-12-24"},
                },
                "state": "needs_confirmation",
                "message": "Put Acme Corp on hold (whole account) until Thu 24 Dec 2026?",
                "choices": [],
                "confirm": "eyJp…",
                "confirmLabel": "Put on hold",
                "facts": [{"label": "Account", "value": "Acme Corp"}],
                "points": [],
                "links": [],
                "draft": None,
                "editing": False,
            },
        )
    ]
)
class CommandBody(serializers.Serializer[Any]):
    """What was understood and what became of it. confirm: to be sent back with a yes; it works once, for 10 minutes."""

    understood = UnderstoodBody()
    state = serializers.ChoiceField(choices=COMMAND_STATES)
    message = serializers.CharField()
    choices = CommandChoiceBody(many=True)
    confirm = serializers.CharField(allow_null=True)
    confirmLabel = serializers.CharField(allow_blank=True)
    facts = CommandFactBody(many=True)
    points = CommandPointBody(many=True)
    links = CommandLinkBody(many=True)
    draft = CommandDraftBody(allow_null=True)
    editing = serializers.BooleanField()


class Command(APIView):
    """Whatever is done is done by the services that a click calls: with their rights, gate and approval."""

    scopes = {"POST": Scope.READ}

    @extend_schema(request=CommandIn, responses=CommandBody)
    def post(self, request: Request) -> Response:
        """Say in a sentence what is wanted. `read` asks, `write` changes, `approve` sends; sending asks first.

        Two fit: state `ask` with `choices`. A change that is confirmed first: `needs_confirmation`, to be sent back
        with `confirm`; sent twice, it is done once and answered the same.
        """
        asked = read_body(CommandIn, request)
        try:
            body = run_command(asked["text"], _caller(request), confirm=asked["confirm"] or "")
        except MissingScope as error:
            raise PermissionDenied(str(error), code="missing_scope") from None
        return Response(body)


def _caller(request: Request) -> Caller:
    now = timezone.now()

    def deliver(draft_id: UUID) -> None:
        deliver_within(draft_id, now=now)

    token = request.auth
    scopes = frozenset(filter(token.has_scope, Scope)) if isinstance(token, ApiToken) else None
    return Caller(caller_of(request), now, deliver, scopes=scopes)
