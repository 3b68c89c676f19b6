"""The workspace's one row of settings, and what the API remembers of repeated calls."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from customers.admin_base import DayFilter, DeskAdmin, EverybodysAdmin, ViewOnlyAdmin
from customers.forms.settings import WorkspaceForm
from customers.models import IdempotentCall, Standstill, WorkspaceSettings
from customers.models.workspace import ONLY_ID
from customers.services.workspace import change_settings


@admin.register(WorkspaceSettings)
class WorkspaceSettingsAdmin(DeskAdmin):
    form = WorkspaceForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("admin:customers_workspacesettings_change", ONLY_ID)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        by: Any = request.user
        change_settings(form.changes(), version=form.cleaned_data["version"], now=timezone.now(), by=by)


@admin.register(Standstill)
class StandstillAdmin(ViewOnlyAdmin):
    """Ended by its own page, by ops in person."""

    list_display = ("reason", "began_at", "last_tick_at", "ended_at", "ended_by")
    list_filter = (("began_at", DayFilter),)
    list_select_related = ("ended_by",)


@admin.register(IdempotentCall)
class IdempotentCallAdmin(EverybodysAdmin):
    """What was asked and answered stays out of sight: it is the caller's."""

    list_display = ("key", "user", "status", "created_at")
    list_select_related = ("user",)
    search_fields = ("=key", "user__username")
    exclude = ("request_digest",)
