"""Automations in the admin: looked at, and the ticked ones run now or cancelled, with old and new moments first."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from customers.admin_base import DayFilter, ViewOnlyAdmin
from customers.view_base import reader_of
from journeys.enums import AutomationStatus
from journeys.forms.log import read_id
from journeys.models import AutomationSchedule
from journeys.registry import list_kinds
from journeys.rules.naming import name_automation
from journeys.services.ticked import Ticked, cancel_ticked, trigger_ticked

MOST_ROWS = 10_000
NAMED = 50
REFUSALS_SHOWN = 10
VERBS: dict[str, tuple[str, str, Callable[..., Ticked]]] = {
    "trigger": ("Trigger now", "triggered", trigger_ticked),
    "cancel": ("Cancel", "cancelled", cancel_ticked),
}


class KindFilter(admin.SimpleListFilter):
    """The kinds that the clock knows; to ask the table which it holds would read all of it."""

    title, parameter_name = "kind", "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, kind) for kind in list_kinds()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(AutomationSchedule)
class AutomationAdmin(ViewOnlyAdmin):
    list_display = ("kind", "occurrence", "customer", "trigger_at", "status", "retry_count", "reason")
    list_filter = (("trigger_at", DayFilter), "status", "type", KindFilter)
    # Each account's rows together: an index stands in this order.
    ordering = ("customer_id", "trigger_at")
    list_select_related = ("customer",)
    search_fields = ("customer__name", "kind", "occurrence")
    actions = ("trigger_now", "cancel")

    @admin.action(description="Trigger now …", permissions=["view"])
    def trigger_now(self, request: HttpRequest, queryset: QuerySet[AutomationSchedule]) -> HttpResponse | None:
        return self._ask(request, "trigger", queryset)

    @admin.action(description="Cancel …", permissions=["view"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[AutomationSchedule]) -> HttpResponse | None:
        return self._ask(request, "cancel", queryset)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.ticked)
        return [path("ticked/<slug:verb>", view, name="journeys_automation_ticked"), *super().get_urls()]

    def ticked(self, request: HttpRequest, verb: str) -> HttpResponse:
        """Do it to the rows that were shown."""
        if verb not in VERBS:
            raise Http404
        if request.method != "POST":
            return self._back()
        if not self.has_view_permission(request):
            raise PermissionDenied
        # One field, however many: a form of more than 1,000 fields is refused.
        given = request.POST.get("rows", "").split()[:MOST_ROWS]
        ids: list[uuid.UUID] = [pk for pk in map(read_id, given) if pk is not None]
        rows = list(self.get_queryset(request).filter(pk__in=ids).select_related("customer"))
        _, word, act = VERBS[verb]
        done = act(rows, now=timezone.now(), by=reader_of(request))
        self.message_user(request, f"{done.done} {word}.")
        for row, reason in done.refused[:REFUSALS_SHOWN]:
            self.message_user(request, f"{row}: {reason}", messages.WARNING)
        if len(done.refused) > REFUSALS_SHOWN:
            words = f"and {len(done.refused) - REFUSALS_SHOWN} more that could not be {word}."
            self.message_user(request, words, messages.WARNING)
        return self._back()

    def _ask(self, request: HttpRequest, verb: str, queryset: QuerySet[AutomationSchedule]) -> HttpResponse | None:
        rows = list(queryset.select_related("customer").order_by("trigger_at", "pk")[: MOST_ROWS + 1])
        if len(rows) > MOST_ROWS:
            self.message_user(request, f"At most {MOST_ROWS:,} at once.", messages.ERROR)
            return None
        open_rows = [row for row in rows if row.status == AutomationStatus.SCHEDULED]
        return TemplateResponse(
            request, "admin/journeys/automation/ticked.html", self._context(request, verb, rows, open_rows)
        )

    def _context(
        self,
        request: HttpRequest,
        verb: str,
        rows: Sequence[AutomationSchedule],
        open_rows: Sequence[AutomationSchedule],
    ) -> dict[str, object]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{VERBS[verb][0]}: {len(open_rows)} automation{'' if len(open_rows) == 1 else 's'}",
            "verb": verb,
            "label": VERBS[verb][0],
            "named": [(row, name_automation(row.kind, row.occurrence)) for row in open_rows[:NAMED]],
            "unnamed": max(0, len(open_rows) - NAMED),
            "count": len(open_rows),
            "over": len(rows) - len(open_rows),
            "ids": " ".join(str(row.pk) for row in open_rows),
        }

    def _back(self) -> HttpResponse:
        return redirect("admin:journeys_automationschedule_changelist")
