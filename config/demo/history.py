"""The demo's year before: accounts with their contract of then, renewed by the services that a person goes through.

Imported as of then, so that today's import finds accounts it knows, as in a book that is two years old.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal

from config.demo.book import TERM, Row, build_history, external_id, read_data
from customers.models import Customer, User
from customers.queries.calendars import zone
from customers.services.importing.reading import Options
from customers.services.importing.runs import import_now
from emails.enums import PriceApproach
from emails.services import outbox, sending
from emails.services.ordering import write_plainly
from outreach.enums import SequencingApproach
from renewals.enums import Outcome
from renewals.models import EngageRun, Renewal
from renewals.services.engage import choose_price_approach, choose_strategy, open_engage
from renewals.services.letters import write_letters
from renewals.services.negotiate import apply_starts
from renewals.services.renewals import Ending, lock_price, set_outcome

BEGAN = timedelta(days=600)
OPENED_DAYS, SENT_DAYS, NEGOTIATED_DAYS, SETTLED_DAYS = 112, 108, 70, 18
"""Before the end of the contract."""
MONTHS = 12


def load_history(importer: User, lead: User, *, now: datetime, kind: str) -> int:
    """This will load the year before and give the number of its renewals; of accounts that are not there yet."""
    rows = read_data("history")
    import_now(build_history(now, began=BEGAN), Options(), by=importer, now=now - BEGAN, kind=kind)
    accounts = {row["key"]: row for row in read_data("accounts")}
    for row in rows:
        customer = Customer.objects.select_related("owner").get(external_id=external_id(row["account"]))
        _renew(customer, row, accounts[row["account"]], lead, now=now)
    return len(rows)


def _renew(customer: Customer, row: Row, account: Row, lead: User, *, now: datetime) -> None:
    ended = now + timedelta(days=int(account["renews_in"])) - TERM
    owner = customer.owner
    renewal = Renewal.objects.get(customer=customer, closed_at=None)
    lock_price(renewal, now=_on_a_workday(customer, ended - timedelta(days=OPENED_DAYS + 5)), by=lead)
    opened_at = _on_a_workday(customer, ended - timedelta(days=OPENED_DAYS))
    run = open_engage(customer, now=opened_at, by=owner)
    if owner is not None:
        _overrule(run, row, now=opened_at, by=owner)
        _send_first(run, now=_on_a_workday(customer, ended - timedelta(days=SENT_DAYS)), by=owner)
    apply_starts([renewal.pk], _on_a_workday(customer, ended - timedelta(days=NEGOTIATED_DAYS)))
    ending = Ending(Outcome(row["ended"]), Decimal(account["price"]), MONTHS)
    settled_at = _on_a_workday(customer, ended - timedelta(days=SETTLED_DAYS))
    set_outcome(renewal, ending=ending, now=settled_at, by=owner or lead)


def _overrule(run: EngageRun, row: Mapping[str, str], *, now: datetime, by: User) -> None:
    if row["strategy"]:
        choose_strategy(run, approach=SequencingApproach(row["strategy"]), reason=row["why"], now=now, by=by)
    if row["price_approach"]:
        choose_price_approach(run, approach=PriceApproach(row["price_approach"]), reason=row["why"], now=now, by=by)


def _send_first(run: EngageRun, *, now: datetime, by: User) -> None:
    draft = write_letters(run, now=run.opened_at, by=by, pen=write_plainly).drafts[0]
    sent = sending.send(draft, version=draft.version, now=now, by=by)
    outbox.deliver(sent.pk, now=now)


def _on_a_workday(customer: Customer, moment: datetime) -> datetime:
    """Ten in the morning there; a weekend becomes the Tuesday after, which is seldom a holiday."""
    day = moment.astimezone(zone(customer.timezone)).date()
    day += timedelta(days=(8 - day.weekday()) if day.weekday() > 4 else 0)
    return datetime.combine(day, time(10), tzinfo=zone(customer.timezone))
