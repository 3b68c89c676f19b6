"""The workspace's settings by API, and what each says of themselves: profile, ways of being told, tokens."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api.base import Conflict
from customers.api.fields import ClockField, ZoneField
from customers.api_base import TextField, read_body
from customers.enums import DigestEvery, NoticeChannel, NoticeKind, Scope, Weekday
from customers.models import ApiToken, NoticeSettings
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from customers.queries.notices import find_settings
from customers.queries.workspace import get_settings
from customers.rules.notices import channels_of
from customers.services.notice_reading import choose_notices
from customers.services.tokens import revoke_token
from customers.services.users import change_profile
from customers.services.workspace import change_settings

LONGEST_SIGNATURE = 2_000
LARGEST = 32_767


class SettingsBody(serializers.Serializer[Any]):
    """What counts where an account says nothing else. Days count from 0, Monday; caps are mails in 7 days."""

    companyName = TextField(source="company_name", max_length=120)
    programmeName = TextField(source="programme_name", max_length=120)
    senderDomain = TextField(source="sender_domain", max_length=120, allow_blank=True)
    windowStart = ClockField(source="window_start")
    windowEnd = ClockField(source="window_end")
    workingDays = serializers.ListField(
        source="working_days",
        child=serializers.ChoiceField(choices=Weekday.choices),
        min_length=1,
        max_length=len(Weekday),
    )
    contactCap = serializers.IntegerField(source="contact_cap", min_value=1, max_value=LARGEST)
    accountCap = serializers.IntegerField(source="account_cap", min_value=1, max_value=LARGEST)
    collisionDays = serializers.IntegerField(source="collision_days", min_value=0, max_value=30)
    undoSeconds = serializers.IntegerField(source="undo_seconds", min_value=0, max_value=600)
    approvalDays = serializers.IntegerField(source="approval_days", min_value=1, max_value=60)
    leadersTwoSteps = serializers.BooleanField(source="leaders_two_steps")
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="As it was read.")


class ProfileBody(serializers.Serializer[Any]):
    """What the caller says of themselves. Role and team are given by ops."""

    firstName = TextField(source="first_name", max_length=150)
    lastName = TextField(source="last_name", max_length=150, allow_blank=True)
    title = TextField(max_length=120, allow_blank=True)
    phone = TextField(max_length=40, allow_blank=True)
    timezone = ZoneField()
    schedulingUrl = TextField(source="scheduling_url", max_length=200, allow_blank=True)
    signature = TextField(max_length=LONGEST_SIGNATURE, allow_blank=True)
    username = serializers.CharField(read_only=True)
    email = serializers.CharField(read_only=True)
    role = serializers.CharField(read_only=True)
    teamId = serializers.UUIDField(source="team_id", read_only=True, allow_null=True)


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": {"type": "array", "items": {"type": "string", "enum": NoticeChannel.values}},
    }
)
class ChoicesField(serializers.DictField):
    """Kind of notice → channels."""

    child = serializers.ListField(child=serializers.ChoiceField(choices=NoticeChannel.choices), max_length=10)

    def to_internal_value(self, data: Any) -> dict[str, list[str]]:
        chosen: dict[str, list[str]] = super().to_internal_value(data)
        if unknown := sorted(set(chosen) - set(NoticeKind.values)):
            raise serializers.ValidationError([f"No kind of notice: {', '.join(unknown)[:200]}."])
        return chosen


class NoticeChoiceBody(serializers.Serializer[Any]):
    """choices: by kind, the channels `in_app`, `digest`, `slack`. Escalations always arrive."""

    choices = ChoicesField()
    digestEvery = serializers.ChoiceField(choices=DigestEvery.choices)


class NoticeChoiceIn(serializers.Serializer[Any]):
    """Kinds that are not named stay as they are."""

    choices = ChoicesField(required=False, default=dict)
    digestEvery = serializers.ChoiceField(choices=DigestEvery.choices, required=False)


class TokenBody(serializers.Serializer[Any]):
    """The key itself is shown when it is made and nowhere else."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    prefix = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))
    expiresAt = serializers.DateTimeField(source="expires_at", allow_null=True)
    revokedAt = serializers.DateTimeField(source="revoked_at", allow_null=True)
    lastUsedAt = serializers.DateTimeField(source="last_used_at", allow_null=True)


class Settings(APIView):
    scopes = {"PATCH": Scope.ADMIN}

    @extend_schema(responses=SettingsBody)
    def get(self, request: Request) -> Response:
        """The settings of this workspace."""
        return Response(SettingsBody(get_settings()).data)

    @extend_schema(request=SettingsBody(partial=True), responses=SettingsBody)
    def patch(self, request: Request) -> Response:
        """Change them as they were seen in `version`; fields that are not sent stay as they are."""
        body = SettingsBody(get_settings(), data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        asked = dict(body.validated_data)
        if "version" not in asked:
            raise serializers.ValidationError({"version": ["Say which version was read."]})
        saved = change_settings(asked, version=asked.pop("version"), now=timezone.now(), by=caller_of(request))
        return Response(SettingsBody(saved).data)


class Profile(APIView):
    is_own = True
    for_people = ("PATCH",)

    @extend_schema(responses=ProfileBody)
    def get(self, request: Request) -> Response:
        """Who the caller is."""
        return Response(ProfileBody(caller_of(request)).data)

    @extend_schema(request=ProfileBody(partial=True), responses=ProfileBody)
    def patch(self, request: Request) -> Response:
        """Change what the caller says of themselves; fields that are not sent stay as they are."""
        person = caller_of(request)
        body = ProfileBody(person, data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        change_profile(person, body.validated_data, now=timezone.now())
        return Response(ProfileBody(person).data)


class NoticeChoice(APIView):
    is_own = True
    for_people = ("GET", "PATCH")

    @extend_schema(responses=NoticeChoiceBody)
    def get(self, request: Request) -> Response:
        """Of what the caller is told, and how."""
        return Response(_told(find_settings(caller_of(request))))

    @extend_schema(request=NoticeChoiceIn, responses=NoticeChoiceBody)
    def patch(self, request: Request) -> Response:
        """Choose; what cannot be switched off stays on."""
        by, asked = caller_of(request), read_body(NoticeChoiceIn, request)
        every = asked.get("digestEvery") or find_settings(by).digest_every
        return Response(_told(choose_notices(asked["choices"], digest_every=every, by=by, now=timezone.now())))


class TokenList(ListAPIView[ApiToken]):
    """The caller's tokens, the newest first. They are made on the page, where their person is."""

    serializer_class = TokenBody
    queryset = ApiToken.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[ApiToken]:
        return ApiToken.objects.visible_to(caller_of(self.request)).order_by("-created_at", "pk")


class TokenDetail(APIView):
    is_own = True

    @extend_schema(responses={204: None})
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """Revoke the token, be it the one that calls."""
        by = caller_of(request)
        token = ApiToken.objects.visible_to(by).filter(pk=id).first()
        if token is None:
            raise NotThere("There is no such token, or it is not yours.")
        if not revoke_token(token, now=timezone.now(), by=by):
            raise Conflict("It had been revoked already.")
        return Response(status=status.HTTP_204_NO_CONTENT)


def _told(settings: NoticeSettings) -> dict[str, Any]:
    choices = {kind.value: sorted(channels_of(kind, settings.choices)) for kind in NoticeKind}
    return {"choices": choices, "digestEvery": settings.digest_every}
