"""When a letter leaves, and until when it could be taken back, in words."""

from __future__ import annotations

from datetime import datetime

from customers.queries.calendars import zone
from customers.rules.windows import say_moment
from emails.enums import DOUBTFUL_STATES, DraftState
from emails.models import Draft


def in_their_day(moment: datetime, zone_name: str, *, now: datetime) -> str:
    """Write a moment as the customer's clock shows it: "Tue 09:00 in New York"."""
    place = zone_name.rpartition("/")[2].replace("_", " ") or "UTC"
    return f"{say_moment(moment, zone(zone_name), seen_at=now)} in {place}"


def why_too_late(draft: Draft, *, now: datetime) -> str:
    """Say why a letter cannot be taken back any more, by its name."""
    name, zone_name = f"“{draft.subject}” to {draft.to_name}", draft.customer.timezone
    if draft.state == DraftState.SENDING:
        return f"Too late: {name} is being handed over right now."
    if draft.state in DOUBTFUL_STATES:
        return f"Too late: {name} was handed over; nobody can say yet whether it left."
    if draft.sent_at is not None:
        return f"Too late: {name} left {in_their_day(draft.sent_at, zone_name, now=now)}."
    return f"{name} does not wait to leave: it is “{draft.get_state_display()}”."
