"""What stops mail to accounts right now: the open holds and the brake, for one account or a page of them."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from customers.models import Brake, Customer, Hold


def with_open_stops(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """This will load `open_holds` and `open_brakes` (lists) with each customer, two queries for any number."""
    return customers.prefetch_related(
        Prefetch("holds", queryset=Hold.objects.filter(ended_at=None), to_attr="open_holds"),
        Prefetch("brakes", queryset=Brake.objects.filter(cleared_at=None), to_attr="open_brakes"),
    )


def list_open_holds(customer: Customer, *, scope: str = "") -> list[Hold]:
    """This will list the account's open holds, of one scope where it is named."""
    holds = Hold.objects.filter(customer=customer, ended_at=None)
    return list(holds.filter(scope=scope) if scope else holds)
