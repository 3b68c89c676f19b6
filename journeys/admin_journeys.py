"""Ops' windows on journeys: looked at here, changed through the services alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from customers.admin_base import DayFilter, ValueFilter, ViewOnlyAdmin
from customers.registry.bulk_actions import BulkAction, register_bulk_action
from journeys.forms.bulk import MOST_TICKED
from journeys.models import (
    BusinessPlan,
    Deliverable,
    DeliverableVersion,
    Feedback,
    Journey,
    JourneyChange,
    JourneyMonth,
    Onboarding,
    PortalLink,
    PortalMessage,
    TimeSaving,
)
from journeys.services.changing import Refused
from journeys.services.portal import revoke_link
from journeys.services.undoing import undo_change
from journeys.views.bulk import ask

OF_CUSTOMER = ("customer__name", "=customer__external_id")


class ActingAdmin(ViewOnlyAdmin):
    """Rows on which actions go through a service, one by one; a refusal is shown and stops no other."""

    def for_each(self, request: HttpRequest, rows: QuerySet[Any], done: str, act: Callable[[Any], Any]) -> None:
        count = 0
        for row in rows:
            try:
                act(row)
                count += 1
            except Refused as refusal:
                self.message_user(request, f"{row}: {refusal}", messages.WARNING)
        self.message_user(request, f"{count} {done}.")


@admin.register(Journey)
class JourneyAdmin(ActingAdmin):
    list_display = ("customer", "version", "start_date", "state", "current_month", "held_since", "started_by")
    list_filter = ("state", "version__programme", ("current_month", ValueFilter), ("start_date", DayFilter))
    list_select_related = ("customer", "version__programme", "started_by")
    search_fields = OF_CUSTOMER
    actions = ("start", "pause", "resume", "adjust", "skip", "trigger", "force", "cancel")

    @admin.action(description="Start again …", permissions=["view"])
    def start(self, request: HttpRequest, queryset: QuerySet[Journey]) -> HttpResponse | None:
        return self.ask(request, "start", queryset)

    @admin.action(description="Pause …", permissions=["view"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Journey]) -> HttpResponse | None:
        return self.ask(request, "pause", queryset)

    @admin.action(description="Resume …", permissions=["view"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Journey]) -> HttpResponse | None:
        return self.ask(request, "resume", queryset)

    @admin.action(description="Adjust the timeline …", permissions=["view"])
    def adjust(self, request: HttpRequest, queryset: QuerySet[Journey]) -> HttpResponse | None:
        return self.ask(request, "adjust", queryset)

    @admin.action(description="Skip a month …", permissions=["view"])
    def skip(self, request: HttpRequest, queryset: QuerySet[Journey]) -> HttpResponse | None:
        return self.ask(request, "skip", queryset)

    @admin.action(description="Trigger now …", permissions=["view"])
    def trigger(self, request: HttpRequest, queryset: QuerySet[Journey]) -> HttpResponse | None:
        return self.ask(request, "trigger", queryset)

    @admin.action(description="Force a month …", permissions=["view"])
    def force(self, request: HttpRequest, queryset: QuerySet[Journey]) -> HttpResponse | None:
        return self.ask(request, "force", queryset)

    @admin.action(description="Cancel …", permissions=["view"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Journey]) -> HttpResponse | None:
        return self.ask(request, "cancel", queryset)

    def ask(self, request: HttpRequest, code: str, journeys: QuerySet[Journey]) -> HttpResponse | None:
        """The page that asks and shows old and new dates; who stands on an ended journey is refused there."""
        ids = set(journeys.order_by().values_list("customer_id", flat=True))
        if len(ids) > MOST_TICKED:
            words = f"At most {MOST_TICKED:,} at once from here; the board takes all that match a filter."
            self.message_user(request, words, messages.ERROR)
            return None
        return ask(request, code, ids)


register_bulk_action(
    BulkAction("start_journey", "Start a journey …", lambda request, ids: ask(request, "start", ids), MOST_TICKED)
)


@admin.register(JourneyMonth)
class JourneyMonthAdmin(ViewOnlyAdmin):
    list_display = ("number", "customer", "step", "due_date", "skipped_at", "skip_reason")
    list_filter = (("number", ValueFilter), ("due_date", DayFilter))
    ordering = ("-due_date",)
    list_select_related = ("customer", "step")
    search_fields = (*OF_CUSTOMER, "step__title")


@admin.register(JourneyChange)
class JourneyChangeAdmin(ActingAdmin):
    list_display = ("at", "customer", "action", "summary", "by", "undone_at")
    list_filter = (("action", ValueFilter), ("at", DayFilter))
    list_select_related = ("customer", "by")
    search_fields = (*OF_CUSTOMER, "summary", "=batch")
    actions = ("undo",)

    @admin.action(description="Take back …", permissions=["view"])
    def undo(self, request: HttpRequest, queryset: QuerySet[JourneyChange]) -> HttpResponse | None:
        """One change, or those of one batch, are shown first on their page; what has no page is taken back at once."""
        chosen = list(queryset.values_list("pk", "customer", "batch")[:2])
        if len(chosen) == 1:
            return redirect("journeys:undo", chosen[0][1], chosen[0][0])
        batches = set(queryset.order_by().values_list("batch", flat=True).distinct())
        if len(batches) == 1 and None not in batches:
            return redirect("journeys:undo_batch", batches.pop())
        self.for_each(request, queryset, "taken back", lambda row: undo_change(row, **_who(request)))
        return None


@admin.register(Deliverable)
class DeliverableAdmin(ViewOnlyAdmin):
    list_display = ("title", "customer", "state", "version", "writer", "review_since", "delivered_at", "opened_at")
    list_filter = ("state", "writer", ("delivered_at", DayFilter))
    ordering = ("-updated_at",)
    list_select_related = ("customer",)
    search_fields = (*OF_CUSTOMER, "title")


@admin.register(DeliverableVersion)
class DeliverableVersionAdmin(ViewOnlyAdmin):
    list_display = ("title", "customer", "number", "writer", "reason", "by", "at")
    list_filter = ("writer", ("at", DayFilter))
    list_select_related = ("customer", "by")
    search_fields = (*OF_CUSTOMER, "title")


@admin.register(Onboarding)
class OnboardingAdmin(ViewOnlyAdmin):
    list_display = ("customer", "number", "saved_by", "saved_at")
    list_filter = (("saved_at", DayFilter),)
    list_select_related = ("customer", "saved_by")
    search_fields = OF_CUSTOMER


@admin.register(BusinessPlan)
class BusinessPlanAdmin(ViewOnlyAdmin):
    list_display = ("customer", "number", "file_name", "saved_by", "saved_at", "approved_at", "approved_by")
    list_filter = (("saved_at", DayFilter), ("approved_at", DayFilter))
    list_select_related = ("customer", "saved_by", "approved_by")
    search_fields = (*OF_CUSTOMER, "file_name")
    exclude = ("content",)


@admin.register(PortalLink)
class PortalLinkAdmin(ActingAdmin):
    list_display = ("customer", "stakeholder", "expires_at", "revoked_at", "last_used_at")
    list_filter = (("expires_at", DayFilter), ("revoked_at", DayFilter))
    list_select_related = ("customer", "stakeholder")
    search_fields = (*OF_CUSTOMER, "stakeholder__name", "stakeholder__email")
    actions = ("revoke",)

    @admin.action(description="Revoke", permissions=["view"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[PortalLink]) -> None:
        self.for_each(request, queryset, "revoked", lambda row: revoke_link(row, **_who(request)))


@admin.register(PortalMessage)
class PortalMessageAdmin(ViewOnlyAdmin):
    list_display = ("at", "customer", "kind", "number", "read_at")
    list_filter = (("at", DayFilter), "kind")
    list_select_related = ("customer",)
    search_fields = OF_CUSTOMER


@admin.register(Feedback)
class FeedbackAdmin(ViewOnlyAdmin):
    list_display = ("at", "customer", "stakeholder", "is_supported", "likes_reminders")
    list_filter = (("at", DayFilter), "is_supported", "likes_reminders")
    list_select_related = ("customer", "stakeholder")
    search_fields = OF_CUSTOMER


@admin.register(TimeSaving)
class TimeSavingAdmin(ViewOnlyAdmin):
    """Edited on the page of the automations' health."""

    list_display = ("type", "minutes", "updated_at")
    list_filter = ("type",)
    search_fields = ("type",)


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"now": timezone.now(), "by": request.user}
