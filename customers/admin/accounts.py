"""Accounts and what is known of them. They are changed on their pages, where each change is checked and on record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from customers.admin_base import DayFilter, ViewOnlyAdmin
from customers.models import (
    Brake,
    Contract,
    Customer,
    HealthSample,
    Hold,
    Meeting,
    Stakeholder,
    Todo,
    UsageSample,
    Win,
)
from customers.registry.bulk_actions import BulkAction, list_bulk_actions

BY_CUSTOMER = ("customer__name", "=customer__external_id")


class OfCustomerAdmin(ViewOnlyAdmin):
    """Rows of one account: found by its name or its id in the CRM."""

    list_select_related: ClassVar[tuple[str, ...]] = ("customer",)
    search_fields: ClassVar[tuple[str, ...]] = BY_CUSTOMER


@admin.register(Customer)
class CustomerAdmin(ViewOnlyAdmin):
    list_display = ("name", "external_id", "segment", "owner", "country", "health_score", "churn_risk", "updated_at")
    list_filter = ("competitive_pressure", "budget_pressure", ("owner", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("owner",)
    search_fields = ("name", "=external_id", "segment")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """What the apps on the left let ops do to the ticked accounts, beside the admin's own."""
        offered = {action.code: (_opener(action), action.code, action.label) for action in list_bulk_actions()}
        return {**super().get_actions(request), **offered}


@admin.register(Stakeholder)
class StakeholderAdmin(OfCustomerAdmin):
    list_display = ("name", "email", "title", "customer", "primary", "left_at")
    list_filter = ("primary", ("left_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "email", *BY_CUSTOMER)


@admin.register(Contract)
class ContractAdmin(OfCustomerAdmin):
    list_display = ("customer", "plan", "current_price", "target_price", "currency", "renewal_date", "state")
    list_filter = (
        ("renewal_date", DayFilter),
        "state",
    )


@admin.register(UsageSample)
class UsageSampleAdmin(OfCustomerAdmin):
    list_display = ("customer", "metric", "value", "limit", "at")


@admin.register(HealthSample)
class HealthSampleAdmin(OfCustomerAdmin):
    list_display = ("customer", "score", "at")


@admin.register(Win)
class WinAdmin(OfCustomerAdmin):
    list_display = ("text", "customer", "value", "achieved_on")
    search_fields = ("text", *BY_CUSTOMER)


@admin.register(Meeting)
class MeetingAdmin(OfCustomerAdmin):
    list_display = ("title", "customer", "starts_at", "state")
    list_filter = ("state",)
    search_fields = ("title", *BY_CUSTOMER)


@admin.register(Hold)
class HoldAdmin(OfCustomerAdmin):
    list_display = ("customer", "scope", "starts_at", "until", "ended_at", "reason")
    list_filter = ("scope", ("ended_at", admin.EmptyFieldListFilter))


@admin.register(Brake)
class BrakeAdmin(OfCustomerAdmin):
    list_display = ("customer", "set_at", "cleared_at", "reason")
    list_filter = (("cleared_at", admin.EmptyFieldListFilter),)


@admin.register(Todo)
class TodoAdmin(OfCustomerAdmin):
    list_display = ("title", "customer", "actor", "owner", "due_date", "state")
    list_filter = ("state", "actor")
    ordering = ("-created_at",)
    list_select_related = ("customer", "owner")
    search_fields = ("title", *BY_CUSTOMER)


def _opener(action: BulkAction) -> Callable[..., HttpResponse | None]:
    def open_page(modeladmin: CustomerAdmin, request: HttpRequest, queryset: QuerySet[Customer]) -> HttpResponse | None:
        ids = list(queryset.order_by().values_list("pk", flat=True)[: action.most + 1])
        if len(ids) > action.most:
            modeladmin.message_user(request, f"At most {action.most:,} at once.", messages.ERROR)
            return None
        return action.open(request, ids)

    return open_page
