"""Our own people. Ops change them here or in the settings, through the same services."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from customers.admin_base import DeskAdmin, EverybodysAdmin, ViewOnlyAdmin
from customers.forms.settings import PersonForm
from customers.models import ApiToken, Invitation, SavedView, SecondFactor, Team, User
from customers.services.invitations import revoke_invitation
from customers.services.second_factors import turn_off
from customers.services.teams import remove_team, save_team
from customers.services.tokens import revoke_token
from customers.services.users import change_person


@admin.register(User)
class UserAdmin(DeskAdmin):
    """People come by invitation, go by being disabled (settings), and choose their passwords themselves."""

    form = PersonForm
    list_display = ("display_name", "username", "email", "role", "team", "is_active", "last_login")
    list_filter = ("role", "is_active", "team")
    list_select_related = ("team",)
    search_fields = ("first_name", "last_name", "username", "email")
    readonly_fields = ("username", "is_active", "is_staff", "is_superuser", "last_login", "date_joined")

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return (*PersonForm.Meta.fields, *self.readonly_fields)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        change_person(User.objects.get(pk=obj.pk), values, now=timezone.now(), by=_who(request))


@admin.register(Team)
class TeamAdmin(DeskAdmin):
    list_display = ("name", "created_at")
    search_fields = ("name",)
    fields = ("name",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only an empty team may go, one at a time."""
        return isinstance(obj, Team) and self.has_change_permission(request) and not obj.members.exists()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        team = Team.objects.get(pk=obj.pk) if change else obj
        save_team(team, name=form.cleaned_data["name"], now=timezone.now(), by=_who(request))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        remove_team(obj, now=timezone.now(), by=_who(request))


@admin.register(ApiToken)
class ApiTokenAdmin(EverybodysAdmin):
    list_display = ("name", "prefix", "user", "scopes", "expires_at", "revoked_at", "last_used_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    list_select_related = ("user",)
    search_fields = ("name", "prefix", "user__username", "user__email")
    exclude = ("digest",)
    actions = ("revoke",)

    @admin.action(description="Revoke", permissions=["view"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        count = sum(revoke_token(token, now=timezone.now(), by=_who(request)) for token in queryset)
        self.message_user(request, f"{count} revoked.", messages.SUCCESS)


@admin.register(SecondFactor)
class SecondFactorAdmin(EverybodysAdmin):
    """Who signs in in two steps; ops take it away from somebody who lost the app."""

    list_display = ("user", "confirmed_at")
    list_filter = (("confirmed_at", admin.EmptyFieldListFilter),)
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email")
    exclude = ("sealed_secret", "recovery", "last_step")
    actions = ("take_away",)

    @admin.action(description="Take away the second step", permissions=["view"])
    def take_away(self, request: HttpRequest, queryset: QuerySet[SecondFactor]) -> None:
        count = sum(turn_off(row.user, now=timezone.now(), by=_who(request)) for row in queryset)
        self.message_user(request, f"{count} taken away.", messages.SUCCESS)


@admin.register(Invitation)
class InvitationAdmin(ViewOnlyAdmin):
    list_display = ("email", "role", "team", "invited_by", "expires_at", "accepted_at", "revoked_at")
    list_filter = ("role", ("accepted_at", admin.EmptyFieldListFilter))
    list_select_related = ("team", "invited_by")
    search_fields = ("email",)
    exclude = ("digest",)
    actions = ("revoke",)

    @admin.action(description="Revoke", permissions=["view"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        count = sum(revoke_invitation(row, now=timezone.now(), by=_who(request)) for row in queryset)
        self.message_user(request, f"{count} revoked.", messages.SUCCESS)


@admin.register(SavedView)
class SavedViewAdmin(EverybodysAdmin):
    list_display = ("name", "page", "user", "query")
    list_select_related = ("user",)
    search_fields = ("name", "user__username")


def _who(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
