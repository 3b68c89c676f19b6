"""Addresses that are told of news: entered and changed by ops, on record; a secret is shown once, when it is made."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from customers.enums import ClaimState
from customers.models import User, WebhookDelivery, WebhookEndpoint
from customers.queries.webhook_endpoints import REMEMBERED_S, remember_listeners
from customers.rules.public_addresses import refuse_hook_url
from customers.rules.webhook_events import EVENT_TYPES, TEST_EVENT
from customers.rules.webhook_retries import OVERLAP
from customers.services.activity import record
from customers.services.changes import describe, set_fields
from customers.services.digests import seal
from customers.services.webhook_news import make_message
from customers.services.workspace import NotOps, StaleSettings
from customers.signals import deliveries_due, send_after_commit

WRITABLE = frozenset({"url", "description", "event_types", "is_enabled"})
SECRET_PREFIX, SECRET_BYTES = "whsec_", 32
OFF = "The endpoint is switched off."


class EndpointOff(Exception):
    """Raised when something is to be sent to an endpoint that is switched off."""


def save_endpoint(
    endpoint: WebhookEndpoint, values: Mapping[str, Any], *, version: int = 0, now: datetime, by: User
) -> tuple[WebhookEndpoint, str]:
    """This will enter or change an endpoint and give it with its new secret, which cannot be read again, or "".

    version: as it was read, of one that exists. Raises NotOps, StaleSettings, ValidationError by field.
    """
    _check_ops(by)
    is_new, secret = endpoint._state.adding, ""
    with transaction.atomic():
        if not is_new:
            endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
            if endpoint.version != version or endpoint.removed_at is not None:
                raise StaleSettings("Somebody changed the endpoint meanwhile; look again.")
        difference = set_fields(endpoint, values, allowed=WRITABLE)
        _check(endpoint)
        if is_new:
            secret = make_secret()
            endpoint.sealed_secret = seal(secret.encode())
        elif not difference:
            return endpoint, ""
        else:
            endpoint.version += 1
        if "is_enabled" in difference and endpoint.is_enabled:
            endpoint.failing_since, endpoint.off_reason = None, ""
        endpoint.save()
        if not endpoint.is_enabled:
            cancel_waiting(endpoint, now=now)
        words = "entered" if is_new else f"changed: {describe(endpoint, difference).lower()}"
        _record("saved", f"Webhook endpoint “{endpoint}” {words}", endpoint, now=now, by=by)
    remember_listeners(True, seconds=REMEMBERED_S)
    return endpoint, secret


def rotate_secret(endpoint: WebhookEndpoint, *, now: datetime, by: User) -> str:
    """This will make another secret and give it; the old one signs beside it for a day. Raises NotOps."""
    _check_ops(by)
    secret = make_secret()
    with transaction.atomic():
        row = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
        row.sealed_old_secret, row.old_secret_until = row.sealed_secret, now + OVERLAP
        row.sealed_secret, row.version = seal(secret.encode()), row.version + 1
        row.save()
        _record("rotated", f"Secret of webhook endpoint “{row}” replaced", row, now=now, by=by)
    return secret


def remove_endpoint(endpoint: WebhookEndpoint, *, now: datetime, by: User) -> bool:
    """This will tell it no more; False when it was removed already. What was sent stays in the log. Raises NotOps."""
    _check_ops(by)
    with transaction.atomic():
        removed = WebhookEndpoint.objects.filter(pk=endpoint.pk, removed_at=None).update(
            removed_at=now, is_enabled=False, updated_at=now
        )
        if removed:
            cancel_waiting(endpoint, now=now)
            _record("removed", f"Webhook endpoint “{endpoint}” removed", endpoint, now=now, by=by)
    return bool(removed)


def send_test(endpoint: WebhookEndpoint, *, now: datetime, by: User) -> WebhookDelivery:
    """This will write a message that means nothing, so that one can see it arrive. Raises NotOps, EndpointOff."""
    _check_ops(by)
    _check_on(endpoint)
    with transaction.atomic():
        row = make_message(endpoint, TEST_EVENT, {"url": settings.PUBLIC_URL, "sentBy": by.username}, at=now)
        row.save()
        send_after_commit(deliveries_due)
    return row


def redeliver(delivery: WebhookDelivery, *, now: datetime, by: User) -> bool:
    """This will send the message again under its id, whatever came of it; False while it is on its way.

    Raises NotOps, EndpointOff.
    """
    _check_ops(by)
    _check_on(delivery.endpoint)
    with transaction.atomic():
        moved = (
            WebhookDelivery.objects.filter(pk=delivery.pk)
            .exclude(state=ClaimState.SENDING)
            .update(state=ClaimState.QUEUED, not_before=now, attempts=0, updated_at=now)
        )
        if moved:
            _record("redelivered", f"Sent again: {delivery.type}", delivery.endpoint, now=now, by=by)
            send_after_commit(deliveries_due)
    return bool(moved)


def cancel_waiting(endpoint: WebhookEndpoint, *, now: datetime) -> int:
    """This will cancel what waits for an endpoint that is told no more."""
    return WebhookDelivery.objects.filter(endpoint=endpoint, state=ClaimState.QUEUED).update(
        state=ClaimState.CANCELLED, outcome=OFF, updated_at=now
    )


def make_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _check(endpoint: WebhookEndpoint) -> None:
    errors: dict[str, str] = {}
    if refusal := refuse_hook_url(endpoint.url, allow_loopback=settings.ALLOW_LOOPBACK_VENDORS):
        errors["url"] = refusal
    unknown = sorted(set(endpoint.event_types) - set(EVENT_TYPES))
    if unknown:
        errors["event_types"] = f"Not an event: {', '.join(unknown)[:200]}."
    if errors:
        raise ValidationError(errors)
    endpoint.event_types = sorted(set(endpoint.event_types))
    endpoint.full_clean(exclude=["sealed_secret", "event_types"])


def _check_on(endpoint: WebhookEndpoint) -> None:
    if not endpoint.is_enabled:
        raise EndpointOff(OFF)


def _check_ops(by: User) -> None:
    if not by.is_ops:
        raise NotOps("Only ops may change webhook endpoints.")


def _record(verb: str, summary: str, endpoint: WebhookEndpoint, *, now: datetime, by: User) -> None:
    record(f"webhook_endpoint.{verb}", summary, customer=None, by=by, now=now, subject=endpoint)
