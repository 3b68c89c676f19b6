"""Ops' windows on the clock. What it did and does is looked at here, never edited by hand."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from customers.admin_base import DayFilter, EverybodysAdmin, ValueFilter, ViewOnlyAdmin
from journeys import admin_journeys, admin_programmes  # noqa: F401  # register the windows on journeys
from journeys.admin_automations import KindFilter
from journeys.models import (
    AutomationLog,
    ClockState,
    ProgrammeStep,
    ProgrammeVersion,
    SimulationRun,
    TemplatePin,
)


@admin.register(AutomationLog)
class AutomationLogAdmin(ViewOnlyAdmin):
    list_display = ("at", "kind", "action", "status", "attempt", "customer_id", "error_message")
    list_filter = (("at", DayFilter), "status", ("type", ValueFilter), KindFilter)
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
    list_display = ("customer", "journey", "template", "keeps")
    list_filter = ("template",)
    list_select_related = ("customer", "journey__version__programme", "template", "version__template")
    search_fields = ("customer__name",)

    @admin.display(description="Keeps", ordering="version")
    def keeps(self, pin: TemplatePin) -> str:
        return str(pin.version) if pin.version else "Goes without"


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
