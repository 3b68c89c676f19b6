"""Our own people by API: read by all, changed by ops; invitations by leads; teams by ops."""

from __future__ import annotations

import uuid
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api.base import Conflict
from customers.api.fields import ZoneField
from customers.api_base import TextField, read_body
from customers.enums import Role, Scope
from customers.models import Team, User
from customers.queries.callers import caller_of
from customers.queries.lookup import NotThere
from customers.queries.people import STATE_CHOICES, STATES, list_people, list_teams, matches_person, state_of
from customers.services.integrations import make_integration
from customers.services.password_resets import MAIL_ERRORS, send_reset_link
from customers.services.second_factors import find_factor, turn_off
from customers.services.teams import remove_team, save_team
from customers.services.users import change_person, disable_user, enable_user

ADMIN = dict.fromkeys(("POST", "PATCH", "DELETE"), Scope.ADMIN)


class ColleagueBody(serializers.Serializer[Any]):
    """One of us. `named`: an import named them and they never joined."""

    id = serializers.UUIDField()
    username = serializers.CharField()
    firstName = serializers.CharField(source="first_name")
    lastName = serializers.CharField(source="last_name")
    email = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)
    teamId = serializers.UUIDField(source="team_id", allow_null=True)
    title = serializers.CharField()
    phone = serializers.CharField()
    timezone = serializers.CharField()
    state = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(choices=STATE_CHOICES))
    def get_state(self, person: User) -> str:
        return state_of(person)


class ColleagueDetailBody(ColleagueBody):
    slackId = serializers.CharField(source="slack_id")
    hasTwoSteps = serializers.SerializerMethodField()

    def get_hasTwoSteps(self, person: User) -> bool:  # noqa: N802 - the field is called so
        return find_factor(person) is not None


class ColleagueChange(serializers.Serializer[Any]):
    """A new address ends all sessions of the person."""

    firstName = TextField(source="first_name", required=False, max_length=150)
    lastName = TextField(source="last_name", required=False, allow_blank=True, max_length=150)
    email = serializers.EmailField(required=False, max_length=254)
    role = serializers.ChoiceField(choices=Role.choices, required=False)
    teamId = serializers.UUIDField(source="team", required=False, allow_null=True)
    title = TextField(required=False, allow_blank=True, max_length=120)
    phone = TextField(required=False, allow_blank=True, max_length=40)
    timezone = ZoneField(required=False)
    slackId = TextField(source="slack_id", required=False, allow_blank=True, max_length=30)


class IntegrationIn(serializers.Serializer[Any]):
    """Another system's own account. teamId: whose accounts it sees; without one, every account."""

    name = TextField(max_length=150)
    teamId = serializers.UUIDField(required=False, allow_null=True, default=None)


class TeamBody(serializers.Serializer[Any]):
    """members: those who may sign in."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    members = serializers.IntegerField(source="member_count")


class TeamIn(serializers.Serializer[Any]):
    name = TextField(max_length=120)


class PeopleFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=STATE_CHOICES, method="by_state")
    role = filters.ChoiceFilter(choices=Role.choices)
    teamId = filters.UUIDFilter(field_name="team")
    search = filters.CharFilter(method="by_words", help_text="Words of the name, user name or e-mail address.")

    class Meta:
        model = User
        fields: list[str] = []

    def by_state(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return rows.filter(STATES[value][1])

    def by_words(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return rows.filter(matches_person(value))


class People(ListAPIView[User]):
    """The colleagues and integrations, those who are disabled or were only named among them."""

    serializer_class = ColleagueBody
    queryset = User.objects.none()
    filterset_class = PeopleFilter
    ordering_names = {"firstName": "first_name", "lastName": "last_name", "username": "username", "role": "role"}

    scopes = ADMIN

    def get_queryset(self) -> QuerySet[User]:
        return list_people(caller_of(self.request))

    @extend_schema(request=IntegrationIn, responses={201: ColleagueDetailBody})
    def post(self, request: Request) -> Response:
        """Make an integration; it does nothing until it has a token. People are invited instead."""
        asked, by = read_body(IntegrationIn, request), caller_of(request)
        team = find_team_named(asked["teamId"], by=by) if asked["teamId"] else None
        made = make_integration(name=asked["name"], team=team, now=timezone.now(), by=by)
        return Response(ColleagueDetailBody(made).data, status=status.HTTP_201_CREATED)


class Person(GenericAPIView[User]):
    serializer_class = ColleagueDetailBody
    filter_backends = ()
    scopes = ADMIN

    def get(self, request: Request, id: uuid.UUID) -> Response:
        """One colleague."""
        return Response(ColleagueDetailBody(find_person(request, id)).data)

    @extend_schema(request=ColleagueChange, responses=ColleagueDetailBody)
    def patch(self, request: Request, id: uuid.UUID) -> Response:
        """Change role, team and what is known of them; fields that are not sent stay. Ops remain at least one."""
        person, asked = find_person(request, id), read_body(ColleagueChange, request)
        if asked.get("team") is not None:
            asked["team"] = find_team_named(asked["team"], by=caller_of(request))
        change_person(person, asked, now=timezone.now(), by=caller_of(request))
        return Response(ColleagueDetailBody(find_person(request, id)).data)


class PersonDisable(APIView):
    scopes = ADMIN

    @extend_schema(request=None, responses=ColleagueDetailBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """End every session and token of theirs, and let no new ones be made."""
        if not disable_user(find_person(request, id), now=timezone.now(), by=caller_of(request)):
            raise Conflict("This person is disabled already.")
        return Response(ColleagueDetailBody(find_person(request, id)).data)


class PersonEnable(APIView):
    scopes = ADMIN

    @extend_schema(request=None, responses=ColleagueDetailBody)
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Let a disabled person sign in again; tokens stay revoked."""
        if not enable_user(find_person(request, id), now=timezone.now(), by=caller_of(request)):
            raise Conflict("This person may sign in already.")
        return Response(ColleagueDetailBody(find_person(request, id)).data)


class PersonTwoSteps(APIView):
    scopes = ADMIN

    @extend_schema(responses={204: None})
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """Take away the second step of somebody who lost the app; their sessions end."""
        if not turn_off(find_person(request, id), now=timezone.now(), by=caller_of(request)):
            raise Conflict("This person signs in in one step.")
        return Response(status=status.HTTP_204_NO_CONTENT)


class PersonReset(APIView):
    scopes = ADMIN

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Mail a link to choose a new password to somebody who may sign in."""
        person = find_person(request, id)
        if not person.is_active or not person.email:
            raise Conflict("This person may not sign in, or has no e-mail address.")
        try:
            send_reset_link(person)
        except MAIL_ERRORS:
            raise Conflict("The mail server did not take the mail; nothing was sent.") from None
        return Response(status=status.HTTP_204_NO_CONTENT)


class TeamList(ListAPIView[Team]):
    """The teams: whose accounts a lead and a reader see."""

    serializer_class = TeamBody
    queryset = Team.objects.none()
    filter_backends = ()
    scopes = ADMIN

    def get_queryset(self) -> QuerySet[Team]:
        return list_teams(caller_of(self.request)).order_by("name", "pk")

    @extend_schema(request=TeamIn, responses={201: TeamBody})
    def post(self, request: Request) -> Response:
        """Make a team."""
        made = save_team(Team(), name=read_body(TeamIn, request)["name"], now=timezone.now(), by=caller_of(request))
        return Response(_team(request, made.pk), status=status.HTTP_201_CREATED)


class TeamDetail(APIView):
    scopes = ADMIN

    @extend_schema(request=TeamIn, responses=TeamBody)
    def patch(self, request: Request, id: uuid.UUID) -> Response:
        """Give it another name."""
        team = find_team(request, id)
        save_team(team, name=read_body(TeamIn, request)["name"], now=timezone.now(), by=caller_of(request))
        return Response(_team(request, id))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """Remove it, while nobody is in it or invited to it."""
        remove_team(find_team(request, id), now=timezone.now(), by=caller_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def find_person(request: Request, person_id: uuid.UUID) -> User:
    found = list_people(caller_of(request)).filter(pk=person_id).first()
    if found is None:
        raise NotThere("There is no such person here.")
    return found


def find_team(request: Request, team_id: uuid.UUID) -> Team:
    found: Team | None = Team.objects.visible_to(caller_of(request)).filter(pk=team_id).first()
    if found is None:
        raise NotThere("There is no such team.")
    return found


def find_team_named(team_id: uuid.UUID, *, by: User) -> Team:
    """This will find a team that a body names. Raises ValidationError."""
    found: Team | None = Team.objects.visible_to(by).filter(pk=team_id).first()
    if found is None:
        raise serializers.ValidationError({"teamId": ["There is no such team."]})
    return found


def _team(request: Request, team_id: uuid.UUID) -> dict[str, Any]:
    return TeamBody(list_teams(caller_of(request)).get(pk=team_id)).data
