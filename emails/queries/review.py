"""What waits for a person's word: doubtful letters, and what a provider told that could not be understood."""

from __future__ import annotations

from typing import Any

from customers.models import User
from customers.rules.access import sees_everything
from emails.enums import DOUBTFUL_STATES
from emails.models import Draft, MailEvent

MOST_SHOWN = 50
_SHOWN = (
    *("subject", "to_name", "to_email", "state", "outcome", "attempted_at", "message_id", "customer__name"),
    *("approved_by__first_name", "approved_by__last_name", "approved_by__username"),
)
"""What the page says of a letter; its text, facts and record stay where they are."""


def list_doubtful(user: User) -> Any:
    """This will list the letters in doubt that the person may see, the oldest first."""
    rows = Draft.objects.visible_to(user).filter(state__in=sorted(DOUBTFUL_STATES))
    return rows.select_related("customer", "approved_by").only(*_SHOWN).order_by("attempted_at", "pk")[:MOST_SHOWN]


def list_set_aside(user: User) -> Any:
    """This will list the latest items that were set aside; they belong to no account, so ops alone see them."""
    if not (user.is_superuser or sees_everything(user.role)):
        return MailEvent.objects.none()
    return MailEvent.objects.exclude(problem="").order_by("-at")[:MOST_SHOWN]
