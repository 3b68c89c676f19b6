"""What accounts ask for, and what is sold: kept by people, imports and other systems; each on record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.models import Customer, User
from customers.services.activity import record
from customers.services.changes import check
from outreach.models import FeatureRequest, Offer
from outreach.services.opportunities import put_down

MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Wish:
    """One thing asked for. source: where it was said; asked_on: when, where known."""

    text: str
    source: str = ""
    asked_on: date | None = None


def add_requests(customer: Customer, wishes: Iterable[Wish], *, now: datetime, by: User | None) -> list[FeatureRequest]:
    """Keep what was asked for, each text once per account; gives those that are new.

    Raises ValidationError by field: text, source.
    """
    wanted = {" ".join(wish.text.split()).casefold(): wish for wish in wishes}
    if len(wanted) > MOST_AT_ONCE:
        raise ValidationError({"text": f"At most {MOST_AT_ONCE} at once."})
    made = []
    with transaction.atomic():
        there = {
            text.casefold() for text in FeatureRequest.objects.filter(customer=customer).values_list("text", flat=True)
        }
        for key, wish in wanted.items():
            if key in there:
                continue
            row = FeatureRequest(
                customer=customer,
                text=" ".join(wish.text.split()),
                source=" ".join(wish.source.split()),
                asked_on=wish.asked_on,
                added_by=by,
            )
            check(row)
            row.save(force_insert=True)
            made.append(row)
        if made:
            said = ", ".join(row.text for row in made)
            record("feature_request.added", f"Asked for: {said}", customer=customer, by=by, now=now, subject=made[0])
            put_down([customer.pk], now=now)
    return made


def remove_request(request: FeatureRequest, *, now: datetime, by: User) -> bool:
    """Take a request off, as when it was delivered; False where somebody did before."""
    with transaction.atomic():
        gone, _ = FeatureRequest.objects.filter(pk=request.pk).delete()
        if gone:
            summary = f"No longer asked for: {request.text}"
            record("feature_request.removed", summary, customer=request.customer_id, by=by, now=now, subject=request)
    return bool(gone)


OFFER_FIELDS = ("name", "annual_price", "currency", "position", "features", "resources_url", "is_active")


def save_offer(offer: Offer | None, values: Mapping[str, Any], *, now: datetime, by: User) -> Offer:
    """Make or change a plan of the price list. Raises ValidationError by field; NotLeader is a field's too."""
    row, is_new = offer or Offer(), offer is None
    if not by.is_leader:
        raise ValidationError("A lead or ops keeps the price list.")
    for name in OFFER_FIELDS:
        if name in values:
            setattr(row, name, values[name])
    row.currency = row.currency.strip().upper()
    if not (len(row.currency) == 3 and row.currency.isascii() and row.currency.isalpha()):
        raise ValidationError({"currency": "Three letters, such as EUR."})
    check(row)
    with transaction.atomic():
        row.save(force_insert=is_new)
        what = "put on" if is_new else "changed on"
        price = f", {row.annual_price} {row.currency} a year" if row.annual_price is not None else ""
        state = "" if row.is_active else " (not offered)"
        summary = f"“{row.name}” {what} the price list{price}{state}"
        record("offer.made" if is_new else "offer.changed", summary, customer=None, by=by, now=now, subject=row)
    return row
