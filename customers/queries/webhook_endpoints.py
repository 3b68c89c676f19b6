"""Endpoints that are told, and the messages that wait for them."""

from __future__ import annotations

from time import monotonic
from typing import Any

from django.db.models import Count, Q, QuerySet

from customers.enums import ClaimState
from customers.models import User, WebhookDelivery, WebhookEndpoint
from customers.queries.moments import Waiting, When

REMEMBERED_S = 5.0
SHOWN = 50

_seen: tuple[bool, float] = (False, -REMEMBERED_S)


def has_listeners() -> bool:
    """Whether anybody is told at all: known up to five seconds late, so that a workspace without pays nothing."""
    value, until = _seen
    if monotonic() < until:
        return value
    value = WebhookEndpoint.objects.filter(is_enabled=True).exists()
    remember_listeners(value, seconds=REMEMBERED_S)
    return value


def remember_listeners(value: bool, *, seconds: float) -> None:
    """This will have this process take it so for a while without asking."""
    global _seen
    _seen = (value, monotonic() + seconds)


def list_listeners() -> list[WebhookEndpoint]:
    return list(WebhookEndpoint.objects.filter(is_enabled=True))


def list_endpoints(user: User) -> QuerySet[Any]:
    """Give the endpoints with how many messages wait and how many were not taken."""
    deliveries = "deliveries"
    return (
        WebhookEndpoint.objects.visible_to(user)
        .filter(removed_at=None)
        .annotate(
            waiting=Count(deliveries, filter=Q(deliveries__state=ClaimState.QUEUED)),
            failed=Count(deliveries, filter=Q(deliveries__state=ClaimState.FAILED)),
        )
        .order_by("created_at")
    )


def list_deliveries(endpoint: WebhookEndpoint) -> list[WebhookDelivery]:
    return list(endpoint.deliveries.all()[:SHOWN])


def deliveries_waiting(now: When) -> Waiting:
    """Give the messages whose turn it is, and those whose worker died."""
    return (
        WebhookDelivery.objects.filter(state=ClaimState.QUEUED, not_before__lte=now).order_by("not_before"),
        WebhookDelivery.objects.filter(state=ClaimState.SENDING, leased_until__lt=now).order_by("leased_until"),
    )
