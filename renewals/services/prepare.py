"""What Prepare found of a renewal: entered and corrected. The target price is set and locked in `renewals`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from customers.models import User
from customers.services.activity import record
from customers.services.changes import Difference, check, describe, set_fields
from renewals.models import Renewal
from renewals.services.renewals import RenewalClosed

PREPARE_FIELDS = frozenset(
    {
        "confidence",
        "prepare_sequence",
        "engagement_approach",
        "value_leverage",
        "stickiness",
        "quantified_value",
        "peer_price_pct",
        "crm_id",
    }
)


def update_prepare(renewal: Renewal, values: Mapping[str, Any], *, now: datetime, by: User | None) -> Difference:
    """This will write what Prepare found, and give what changed. Raises ValidationError by field, RenewalClosed."""
    if not renewal.is_open:
        raise RenewalClosed("This renewal has its outcome already.")
    difference = set_fields(renewal, values, allowed=PREPARE_FIELDS)
    if not difference:
        return {}
    check(renewal)
    with transaction.atomic():
        renewal.save(update_fields=[*difference, "updated_at"])
        record(
            "renewal.changed",
            f"Renewal changed: {describe(renewal, difference)}",
            customer=renewal.customer_id,
            by=by,
            now=now,
            subject=renewal,
            changes=difference,
        )
    return difference
