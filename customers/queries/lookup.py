"""Finding one row of the caller's: not yours and not there look the same."""

from __future__ import annotations

import uuid
from typing import Any

from customers.models import Customer, User

EXTERNAL_PREFIX = "ext:"


def find_customer(reference: str, *, user: User, queryset: Any = None) -> Customer | None:
    """This will find the customer by id, or by `ext:THEIR-ID`; None when it is not there or not the caller's."""
    rows = (Customer.objects.all() if queryset is None else queryset).visible_to(user)
    if reference.startswith(EXTERNAL_PREFIX):
        found: Customer | None = rows.filter(external_id=reference.removeprefix(EXTERNAL_PREFIX)).first()
        return found
    try:
        found = rows.filter(pk=uuid.UUID(reference)).first()
    except ValueError:
        return None
    return found
