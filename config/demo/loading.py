"""Loading the demo: the year before, an ordinary import, then meetings, holds, prices, Engage, by ordinary services."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import transaction

from config.demo.book import build_files, external_id, read_data
from config.demo.clearing import clear_demo
from config.demo.colleagues import make_colleagues
from config.demo.expansion import load_expansion
from config.demo.history import load_history
from config.demo.journeys import load_journeys
from customers.enums import HoldScope, ImportState
from customers.models import Customer, ImportChange, ImportRun, User
from customers.queries.calendars import zone
from customers.services.holds import hold_customer
from customers.services.importing.reading import Options
from customers.services.importing.runs import import_now
from customers.services.meetings import record_meeting
from emails.services import outbox, sending
from emails.services.ordering import write_plainly
from outreach.clients.choice import is_outreach_stand_in
from outreach.services.outreach_stand_in import connect_stand_in
from renewals.models import Renewal
from renewals.services.engage import open_engage
from renewals.services.letters import write_letters
from renewals.services.renewals import lock_price

KIND = "demo"
# From here on the price of a believable book stands; one account is left open, so that locking can be tried.
LOCKED_FROM_DAY = 119
PRICE_LEFT_OPEN = "harlow"
# Engage that is under way: which account, how many days ago it was opened, and how many of its letters have left.
UNDER_WAY = (("nordisk", 9, 1), ("castellan", 4, 0))
FIRST_LETTER_AFTER = timedelta(days=4)


class DemoFailed(Exception):
    """The demo could not be loaded; the message says where. Nothing of it is left."""


def is_loaded() -> bool:
    return ImportRun.objects.filter(kind=KIND, state=ImportState.DONE).exists()


def load_demo(*, now: datetime) -> int:
    """This will load the demo and give the number of its accounts. Raises NameTaken, DemoFailed."""
    with transaction.atomic():
        people, team = make_colleagues()
        run = ImportRun.objects.create(kind=KIND, state=ImportState.DONE, filename="demo people", finished_at=now)
        made = [ImportChange(run=run, kind="user", object_id=person.pk) for person in people]
        if team is not None:
            made.append(ImportChange(run=run, kind="team", object_id=team.pk))
        ImportChange.objects.bulk_create(made)
    try:
        return _fill({person.username: person for person in people}, now=now)
    except Exception:
        clear_demo(now=now)
        ImportRun.objects.filter(kind=KIND).delete()
        raise


def _fill(people: dict[str, User], *, now: datetime) -> int:
    load_history(people["olga"], people["liam"], now=now, kind=KIND)
    _import(people["olga"], now=now)
    customers = {
        customer.external_id: customer
        for customer in Customer.objects.select_related("owner").filter(
            external_id__in=[external_id(row["key"]) for row in read_data("accounts")]
        )
    }
    by_key = {row["key"]: customers[external_id(row["key"])] for row in read_data("accounts")}
    _hold_meetings(by_key, now=now)
    _lock_prices(by_key, people["liam"], now=now)
    for key, days_ago, letters in UNDER_WAY:
        _engage(by_key[key], opened_at=now - timedelta(days=days_ago), letters=letters, now=now)
    load_journeys(by_key, now=now)
    load_expansion(by_key, people["liam"], now=now)
    _put_on_hold(by_key, now=now)
    if is_outreach_stand_in():
        connect_stand_in(now=now, by=people["olga"])
    return len(by_key)


def _import(by: User, *, now: datetime) -> None:
    run = import_now(build_files(now), Options(), by=by, now=now, kind=KIND)
    refused = run.report.get("refused", [])
    if run.state != ImportState.DONE or refused:
        raise DemoFailed(f"The demo's import: {run.report.get('problem') or refused[:3]}")


def _hold_meetings(by_key: dict[str, Customer], *, now: datetime) -> None:
    for row in read_data("meetings"):
        customer = by_key[row["account"]]
        names = row["with"].split(";")
        starts_at = _at_ten(customer, now + timedelta(days=int(row["in_days"])))
        record_meeting(
            customer,
            title=row["title"],
            starts_at=starts_at,
            stakeholders=list(customer.stakeholders.filter(name__in=names)),
            notes=row["notes"],
            now=min(now, starts_at + timedelta(hours=1)),
            by=customer.owner,
        )


def _at_ten(customer: Customer, moment: datetime) -> datetime:
    """Ten in the morning there; a weekend becomes the Monday after."""
    day = moment.astimezone(zone(customer.timezone)).date()
    day += timedelta(days=(7 - day.weekday()) if day.weekday() > 4 else 0)
    return datetime.combine(day, time(10), tzinfo=zone(customer.timezone))


def _lock_prices(by_key: dict[str, Customer], by: User, *, now: datetime) -> None:
    for row in read_data("accounts"):
        if int(row["renews_in"]) > LOCKED_FROM_DAY or not row["target"] or row["key"] == PRICE_LEFT_OPEN:
            continue
        lock_price(
            Renewal.objects.get(customer=by_key[row["key"]], closed_at=None), now=now - timedelta(days=10), by=by
        )


def _engage(customer: Customer, *, opened_at: datetime, letters: int, now: datetime) -> None:
    """Open Engage on the day on which it came due, and send the first letters on theirs."""
    owner = customer.owner
    if owner is None:
        raise DemoFailed(f"{customer} has no owner")
    run = open_engage(customer, now=opened_at, by=owner)
    drafts = write_letters(run, now=opened_at, by=owner, pen=write_plainly).drafts
    for draft in drafts[:letters]:
        sent_at = min(now, _at_ten(customer, opened_at + FIRST_LETTER_AFTER))
        draft = sending.send(draft, version=draft.version, now=sent_at, by=owner)
        outbox.deliver(draft.pk, now=sent_at)


def _put_on_hold(by_key: dict[str, Customer], *, now: datetime) -> None:
    for row in read_data("holds"):
        customer = by_key[row["account"]]
        until = now + timedelta(days=int(row["days"])) if row["days"] else None
        hold_customer(
            customer, scope=HoldScope(row["scope"]), until=until, reason=row["reason"], now=now, by=customer.owner
        )
