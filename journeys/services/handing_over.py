"""What of journeys goes along when an account gets another owner: what waits for that owner's review."""

from __future__ import annotations

from customers.registry.handovers import Carried, register_carried
from journeys.enums import DeliverableState
from journeys.models import Deliverable


def register() -> None:
    """Name the kinds of journeys; called at start-up. Whose review it is, the account's owner says."""
    register_carried(
        Carried(
            "deliverables",
            ("deliverable to review", "deliverables to review"),
            rows=lambda: Deliverable.objects.filter(
                state__in=[DeliverableState.PENDING_REVIEW, DeliverableState.REJECTED]
            ),
            place=42,
        )
    )
