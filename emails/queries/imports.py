"""Why an import may not be undone: a letter has left because of it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from customers.models import Customer
from emails.enums import LEFT_STATES, DraftState
from emails.models import Draft

NAMED = 3


def list_letters_left(customers: QuerySet[Customer], since: datetime) -> list[str]:
    """This will name the accounts to which something left, or is leaving, since the moment of the import."""
    left = Q(sent_at__gte=since) | Q(state__in=sorted(LEFT_STATES), updated_at__gte=since)
    on_its_way = Q(state=DraftState.QUEUED)
    written_to = Draft.objects.filter(left | on_its_way).order_by().values("customer")
    found = customers.filter(pk__in=written_to).order_by("name").values_list("name", flat=True)
    names = list(found[: NAMED + 1])
    if not names:
        return []
    others = " and others" if len(names) > NAMED else ""
    return [f"An email has been sent since the import to {', '.join(names[:NAMED])}{others}."]
