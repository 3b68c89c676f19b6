"""Why an import may not be undone: a letter has left because of it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from customers.models import Customer
from emails.enums import LEFT_STATES, DraftState
from emails.models import Draft


def list_letters_left(customers: QuerySet[Customer], since: datetime) -> list[str]:
    """This will name the accounts to which something left, or is leaving, since the moment of the import."""
    left = Q(sent_at__gte=since) | Q(state__in=sorted(LEFT_STATES), updated_at__gte=since)
    on_its_way = Q(state=DraftState.QUEUED)
    written_to = Draft.objects.filter(left | on_its_way).order_by().values("customer")
    names = set(customers.filter(pk__in=written_to).order_by().values_list("name", flat=True))
    if not names:
        return []
    first = ", ".join(sorted(names)[:3])
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return [f"An email has been sent since the import to {first}{more}."]
