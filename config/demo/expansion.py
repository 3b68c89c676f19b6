"""The demo's expansion: a price list, what accounts asked for, and the opportunities that their records speak for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from config.demo.book import read_data
from customers.models import Customer, ImportChange, ImportRun, User
from customers.queries.calendars import local_date
from outreach.models import Offer
from outreach.services.feature_requests import Wish, add_requests, save_offer
from outreach.services.opportunities import look_for_expansion

KIND = "demo"


def load_expansion(by_key: Mapping[str, Customer], by: User, *, now: datetime) -> None:
    """This will put the plans up, note what was asked for, and look at every account as the clock does each day.

    A plan that is on the list already stays as it is. Prices are agreed case by case, as in a book of many currencies.
    """
    there = {name.casefold() for name in Offer.objects.values_list("name", flat=True)}
    run = ImportRun.objects.filter(kind=KIND).latest("created_at")
    for row in read_data("offers"):
        if row["name"].casefold() not in there:
            features = [text.strip() for text in row["features"].split(";")]
            values = {"name": row["name"], "position": int(row["position"]), "features": features}
            offer = save_offer(None, values, now=now, by=by)
            ImportChange.objects.create(run=run, kind="offer", object_id=offer.pk)
    for row in read_data("requests"):
        customer = by_key[row["account"]]
        asked_on = local_date(now - timedelta(days=int(row["days_ago"])), customer.timezone)
        add_requests(customer, [Wish(row["text"], row["source"], asked_on)], now=now, by=customer.owner)
    for customer in by_key.values():
        look_for_expansion(customer, now=now)
