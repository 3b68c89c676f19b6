"""Why an import may not be undone: a letter has left because of it."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from itertools import islice

from django.db.models import Q

from emails.enums import LEFT_STATES, DraftState
from emails.models import Draft

_CHUNK = 900


def list_letters_left(customer_ids: Collection[uuid.UUID], since: datetime) -> list[str]:
    """This will name the accounts to which something left, or is leaving, since the moment of the import."""
    left = Q(sent_at__gte=since) | Q(state__in=sorted(LEFT_STATES), updated_at__gte=since)
    on_its_way = Q(state=DraftState.QUEUED)
    names: set[str] = set()
    remaining = iter(customer_ids)
    while chunk := list(islice(remaining, _CHUNK)):
        drafts = Draft.objects.filter(left | on_its_way, customer__in=chunk).order_by()
        names.update(drafts.values_list("customer__name", flat=True).distinct())
    if not names:
        return []
    first = ", ".join(sorted(names)[:3])
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return [f"An email has been sent since the import to {first}{more}."]
