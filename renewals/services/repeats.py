"""Outcomes that come twice: by a double click of another system, or because it did not wait for the answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from renewals.models import Renewal
from renewals.services.renewals import Ending, RenewalClosed

SENT_TWICE_WITHIN = timedelta(days=1)


def refuse_repeat(renewal: Renewal, *, ending: Ending, now: datetime) -> None:
    """Raise RenewalClosed where this very outcome closed the renewal before this one within the day.

    It would end the next term before it has begun.
    """
    last = (
        Renewal.objects.filter(customer_id=renewal.customer_id, closed_at__gt=now - SENT_TWICE_WITHIN)
        .exclude(pk=renewal.pk)
        .order_by("-closed_at")
        .first()
    )
    if last is not None and _ending_of(last) == (ending.outcome, ending.price, ending.term_months):
        raise RenewalClosed("This outcome is on record already. Name the renewal that is open now to close it, too.")


def _ending_of(renewal: Renewal) -> tuple[object, ...]:
    return renewal.outcome, renewal.outcome_price, renewal.outcome_term_months
