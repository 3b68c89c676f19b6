"""What the clock sweeps of the apps on the right, which cannot register themselves."""

from datetime import datetime

from customers.queries.absences import absences_waiting
from customers.queries.notices import old_waiting as old_notices_waiting
from customers.queries.sources import sources_waiting
from customers.queries.webhook_endpoints import deliveries_waiting
from customers.services import deliveries, notice_reading, pulling
from customers.services.absences import move_due_absences
from customers.services.calls import calls_waiting, sweep_calls
from customers.services.holds import end_due_holds, holds_waiting
from customers.services.importing.runs import runs_waiting, sweep_runs
from emails.services import events, expiring, inbound, outbox, review, staff_mails, suppression, telling, writings
from journeys.registry import Sweeper, register_sweeper
from journeys.services import board_sums, digest, notice_mails, writing


def sweep_holds(now: datetime) -> int:
    return end_due_holds(now=now)


def sweep_absences(now: datetime) -> int:
    return move_due_absences(now=now)


def sweep_imports(now: datetime) -> int:
    return sweep_runs(now=now)


def sweep_approvals(now: datetime) -> int:
    return expiring.sweep(now=now)


def sweep_outbox(now: datetime) -> int:
    return outbox.sweep(now=now)


def sweep_writings(now: datetime) -> int:
    return writings.sweep(now=now)


def sweep_events(now: datetime) -> int:
    return events.sweep(now=now)


def sweep_stops(now: datetime) -> int:
    return suppression.announce_due(now=now)


def sweep_mails(now: datetime) -> int:
    return inbound.sweep(now=now)


def sweep_old_mails(now: datetime) -> int:
    return inbound.sweep_old(now=now)


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
    # Who is away from today signs nothing that leaves today.
    Sweeper("absences", sweep_absences, only_listens=True, waiting=absences_waiting),
    Sweeper("holds", sweep_holds, waiting=holds_waiting),
    # What the provider has told may settle a letter that the next two would take for doubtful or due.
    Sweeper("events", sweep_events, only_listens=True, waiting=events.waiting),
    Sweeper("stops", sweep_stops, only_listens=True, waiting=suppression.waiting),
    # A reply stops its account before anything more leaves.
    Sweeper("mails", sweep_mails, only_listens=True, waiting=inbound.waiting),
    Sweeper("untold_replies", sweep_untold, only_listens=True, waiting=telling.waiting),
    Sweeper("doubtful", sweep_doubtful, only_listens=True, waiting=review.waiting),
    # An approval that is over sends nothing.
    Sweeper("approvals", sweep_approvals, only_listens=True, waiting=expiring.waiting),
    Sweeper("outbox", sweep_outbox, waiting=outbox.waiting),
    Sweeper("digests", sweep_digests, next_at=digest.next_at),
    Sweeper("notice_digests", notice_mails.sweep_digests, next_at=notice_mails.next_digest_at),
    Sweeper("notice_mails", notice_mails.sweep_now, waiting=notice_mails.waiting_now),
    Sweeper("staff_mails", sweep_staff_mails, waiting=staff_mails.waiting),
    Sweeper("idempotent_calls", sweep_calls, only_listens=True, waiting=calls_waiting),
    Sweeper("old_mails", sweep_old_mails, only_listens=True, next_at=inbound.next_old_at),
    Sweeper("board_sums", board_sums.sweep, only_listens=True, waiting=board_sums.waiting),
    # Last, since a large book takes a while, and so does the model.
    Sweeper("imports", sweep_imports, only_listens=True, waiting=runs_waiting),
    Sweeper("usage_sources", pulling.sweep, only_listens=True, waiting=sources_waiting),
    Sweeper("webhooks", deliveries.sweep, waiting=deliveries_waiting),
    Sweeper("old_webhooks", deliveries.sweep_old, only_listens=True, waiting=deliveries.old_waiting),
    Sweeper("old_notices", notice_reading.sweep_old, only_listens=True, waiting=old_notices_waiting),
    Sweeper("writings", sweep_writings, only_listens=True, waiting=writings.waiting),
    Sweeper("deliverables", sweep_deliverables, only_listens=True, waiting=writing.waiting),
)


def register() -> None:
    for sweeper in SWEEPERS:
        register_sweeper(sweeper)
