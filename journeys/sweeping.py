"""What the clock sweeps of the apps on the right, which cannot register themselves."""

from datetime import datetime

from customers.services.calls import sweep_calls
from customers.services.holds import end_due_holds
from customers.services.importing.runs import sweep_runs
from emails.services import events, expiring, inbound, review, staff_mails, suppression, telling, writings
from emails.services.outbox import sweep
from journeys.registry import Sweeper, register_sweeper
from journeys.services import digest, writing


def sweep_holds(now: datetime) -> int:
    return end_due_holds(now=now)


def sweep_imports(now: datetime) -> int:
    return sweep_runs(now=now)


def sweep_approvals(now: datetime) -> int:
    return expiring.sweep(now=now)


def sweep_outbox(now: datetime) -> int:
    return sweep(now=now)


def sweep_writings(now: datetime) -> int:
    return writings.sweep(now=now)


def sweep_events(now: datetime) -> int:
    return events.sweep(now=now)


def sweep_stops(now: datetime) -> int:
    return suppression.announce_due(now=now)


def sweep_mails(now: datetime) -> int:
    return inbound.sweep(now=now)


def sweep_untold(now: datetime) -> int:
    return telling.tell_due(now=now)


def sweep_staff_mails(now: datetime) -> int:
    return staff_mails.sweep(now=now)


def sweep_digests(now: datetime) -> int:
    return digest.sweep(now=now)


def sweep_doubtful(now: datetime) -> int:
    return review.sweep(now=now)


def sweep_deliverables(now: datetime) -> int:
    return writing.sweep(now=now)


# In this order: a letter that waited for a hold leaves with the tick that ends it.
SWEEPERS = (
    Sweeper("holds", sweep_holds),
    # What the provider has told may settle a letter that the next two would take for doubtful or due.
    Sweeper("events", sweep_events, only_listens=True),
    Sweeper("stops", sweep_stops, only_listens=True),
    # A reply stops its account before anything more leaves.
    Sweeper("mails", sweep_mails, only_listens=True),
    Sweeper("untold_replies", sweep_untold, only_listens=True),
    Sweeper("doubtful", sweep_doubtful, only_listens=True),
    # An approval that is over sends nothing.
    Sweeper("approvals", sweep_approvals, only_listens=True),
    Sweeper("outbox", sweep_outbox),
    Sweeper("digests", sweep_digests),
    Sweeper("staff_mails", sweep_staff_mails),
    Sweeper("idempotent_calls", sweep_calls, only_listens=True),
    # Last, since a large book takes a while, and so does the model.
    Sweeper("imports", sweep_imports, only_listens=True),
    Sweeper("writings", sweep_writings, only_listens=True),
    Sweeper("deliverables", sweep_deliverables, only_listens=True),
)


def register() -> None:
    for sweeper in SWEEPERS:
        register_sweeper(sweeper)
