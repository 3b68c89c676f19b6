"""Which notices wait for Slack."""

from __future__ import annotations

from customers.enums import ClaimState
from customers.models import Notice
from customers.queries.moments import Waiting, When


def notices_waiting(now: When) -> Waiting:
    """Give the notices to post, and what a dead worker left."""
    return (
        Notice.objects.filter(state=ClaimState.QUEUED, not_before__lte=now).order_by("not_before"),
        Notice.objects.filter(state=ClaimState.SENDING, leased_until__lt=now).order_by("leased_until"),
    )
