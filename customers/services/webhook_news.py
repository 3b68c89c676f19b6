"""News for other systems: a line of the record becomes a message for each endpoint, in the transaction of the line."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from customers.enums import ClaimState
from customers.models import WebhookDelivery, WebhookEndpoint
from customers.queries.webhook_endpoints import has_listeners, list_listeners
from customers.rules.webhook_events import data_of, event_of, listens_to
from customers.signals import deliveries_due, send_after_commit

BATCH = 500


def announce(lines: Sequence[Mapping[str, Any]]) -> None:
    """This will write a message per endpoint for each of these lines of the record that is an event.

    Without an endpoint that is switched on it costs no statement.
    """
    events = [(event, fields) for fields in lines if (event := event_of(fields["verb"])) is not None]
    if not events or not has_listeners():
        return
    endpoints = list_listeners()
    rows = [
        _message(endpoint, event, fields)
        for event, fields in events
        for endpoint in endpoints
        if listens_to(endpoint.event_types, event)
    ]
    if rows:
        WebhookDelivery.objects.bulk_create(rows, batch_size=BATCH)
        send_after_commit(deliveries_due)


def make_message(
    endpoint: WebhookEndpoint, event: str, data: dict[str, Any], *, at: datetime, customer_id: uuid.UUID | None = None
) -> WebhookDelivery:
    """This will give a message, not written yet."""
    stamp = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return WebhookDelivery(
        endpoint=endpoint,
        customer_id=customer_id,
        message_id=f"msg_{uuid.uuid4().hex}",
        type=event,
        body={"type": event, "timestamp": stamp, "data": data},
        happened_at=at,
        not_before=at,
        state=ClaimState.QUEUED,
    )


def _message(endpoint: WebhookEndpoint, event: str, fields: Mapping[str, Any]) -> WebhookDelivery:
    customer, subject = fields["customer_id"], fields["subject_id"]
    data = data_of(
        customer_id=str(customer) if customer else None,
        subject_kind=fields["subject_kind"],
        subject_id=str(subject) if subject else None,
        base=settings.PUBLIC_URL,
    )
    return make_message(endpoint, event, data, at=fields["at"], customer_id=customer)
