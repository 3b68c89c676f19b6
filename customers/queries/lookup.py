"""Finding one row of the caller's: not yours and not there look the same."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Q

from customers.models import Customer, User

EXTERNAL_PREFIX = "ext:"
SLASH_IN_ID = "\x1f"
"""Stands in a path for a slash of THEIR-ID, which would end the word there."""


class NotThere(LookupError):
    """Raised when a row is not there, or not the caller's: nobody learns which."""


def find_customer(reference: str, *, user: User, queryset: Any = None) -> Customer | None:
    """This will find the customer by id, or by `ext:THEIR-ID`; None when it is not there or not the caller's."""
    rows = (Customer.objects.all() if queryset is None else queryset).visible_to(user)
    if reference.startswith(EXTERNAL_PREFIX):
        found: Customer | None = rows.filter(external_id=_their_id(reference)).first()
        return found
    try:
        found = rows.filter(pk=uuid.UUID(reference)).first()
    except ValueError:
        return None
    return found


def match_customer(reference: str) -> Q:
    """This will give the condition that keeps the rows of the customer of this id, or of `ext:THEIR-ID`.

    Raises ValueError for what is neither.
    """
    if reference.startswith(EXTERNAL_PREFIX):
        return Q(customer__external_id=_their_id(reference))
    return Q(customer=uuid.UUID(reference))


def _their_id(reference: str) -> str:
    return reference.removeprefix(EXTERNAL_PREFIX).replace(SLASH_IN_ID, "/")


def require_customer(reference: str, *, user: User, queryset: Any = None) -> Customer:
    """This will find the customer as `find_customer` does. Raises NotThere."""
    customer = find_customer(reference, user=user, queryset=queryset)
    if customer is None:
        raise NotThere("There is no such customer, or it is not yours.")
    return customer


def find_colleague(reference: str) -> User | None:
    """This will find one of us by id, user name or e-mail address."""
    if not reference:
        return None  # An empty address is no name: several people may have none.
    try:
        return User.objects.filter(pk=uuid.UUID(reference)).first()
    except ValueError:
        named = User.objects.filter(Q(username=reference) | Q(email__iexact=reference))
        return named.order_by("-is_active").first()
