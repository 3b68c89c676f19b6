"""Ops' windows on the clock. Automations are looked at and acted on here, never edited by hand."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from customers.admin_base import DayFilter, EverybodysAdmin, ViewOnlyAdmin
from journeys import admin_journeys, admin_programmes  # noqa: F401  # register the windows on journeys
from journeys.models import (
    AutomationLog,
    AutomationSchedule,
    ClockState,
    ProgrammeStep,
    ProgrammeVersion,
    SimulationRun,
    TemplatePin,
)
from journeys.services.by_hand import trigger_by_hand
from journeys.services.scheduling import NotScheduled, cancel_automation


@admin.register(AutomationSchedule)
class AutomationAdmin(ViewOnlyAdmin):
    list_display = ("kind", "occurrence", "customer", "trigger_at", "status", "retry_count", "reason")
    list_filter = (("trigger_at", DayFilter), "status", "type", "kind")
    list_select_related = ("customer",)
    search_fields = ("customer__name", "kind", "occurrence")
    actions = ("trigger_now", "cancel")

    @admin.action(description="Trigger now", permissions=["view"])
    def trigger_now(self, request: HttpRequest, queryset: QuerySet[AutomationSchedule]) -> None:
        self._for_each(request, queryset, "triggered", lambda row: trigger_by_hand(row, **_who(request)))

    @admin.action(description="Cancel", permissions=["view"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[AutomationSchedule]) -> None:
        reason = f"Cancelled by {request.user}."
        self._for_each(
            request, queryset, "cancelled", lambda row: cancel_automation(row, reason=reason, **_who(request))
        )

    def _for_each(self, request: HttpRequest, rows: QuerySet[AutomationSchedule], done: str, act: Any) -> None:
        count = 0
        for row in rows:
            try:
                act(row)
                count += 1
            except NotScheduled as refusal:
                self.message_user(request, f"{row}: {refusal}", messages.WARNING)
        self.message_user(request, f"{count} {done}.")


@admin.register(AutomationLog)
class AutomationLogAdmin(ViewOnlyAdmin):
    list_display = ("at", "kind", "action", "status", "attempt", "customer_id", "error_message")
    list_filter = (("at", DayFilter), "status", "type", "kind")
    search_fields = ("action", "kind", "error_message")
    # The customer may be gone; the line stays readable by id.
    fields = (
        "at", "type", "kind", "action", "status", "attempt", "customer_id", "automation_id", "metadata",
        "error_message",
    )  # fmt: skip


@admin.register(ClockState)
class ClockStateAdmin(ViewOnlyAdmin):
    list_display = ("last_tick_at", "last_report")


@admin.register(SimulationRun)
class SimulationRunAdmin(EverybodysAdmin):
    list_display = ("created_at", "user", "total", "played", "finished_at", "problem")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    fields = ("created_at", "user", "assume", "days", "total", "played", "attempts", "due_at", "finished_at", "problem")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SimulationRun]:
        return super().get_queryset(request).defer("customer_ids", "result")


@admin.register(TemplatePin)
class TemplatePinAdmin(ViewOnlyAdmin):
    list_display = ("customer", "journey", "template", "version")
    list_filter = ("template",)
    list_select_related = ("customer", "journey__version__programme", "template", "version__template")
    search_fields = ("customer__name",)


@admin.register(ProgrammeVersion)
class ProgrammeVersionAdmin(ViewOnlyAdmin):
    """To look at and to search; a version is written and published on its programme's pages."""

    list_display = ("programme", "number", "phase_name", "published_at", "published_by", "note")
    list_filter = ("programme",)
    list_select_related = ("programme", "published_by")
    search_fields = ("programme__name", "note")


@admin.register(ProgrammeStep)
class ProgrammeStepAdmin(ViewOnlyAdmin):
    list_display = ("version", "number", "title", "offset_days", "reminder_days", "overdue_days", "escalation_days")
    list_filter = ("version__programme",)
    list_select_related = ("version__programme",)
    search_fields = ("title", "description")


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"now": timezone.now(), "by": request.user}
