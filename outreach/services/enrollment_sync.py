"""Every 15 minutes what changed at Outreach.io is read: whatever a webhook did not bring comes so (NFR-1).

Mails and states that changed since the last look are read with an overlap, the oldest change first, so that a look that
breaks off goes on where it was. Mails come first: they say which mail somebody opened or answered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from customers.clients.base import MaybeAccepted, NotAccepted
from customers.models.workspace import ONLY_ID
from outreach.clients.choice import outreach_client
from outreach.clients.outreach_io_errors import NotConnected, RateLimited
from outreach.enums import EnrollmentState
from outreach.models import Enrollment, EnrollmentDesk
from outreach.rules.outreach_io.resources import SequenceState
from outreach.services.enrollment_states import apply_changes, read_book, weigh_state
from outreach.services.outreach_mails import take_in_mails
from outreach.signals import enrollments_due

EVERY = timedelta(minutes=15)
OVERLAP = timedelta(minutes=5)
FIRST_LOOK = timedelta(days=30)
CLAIM = timedelta(minutes=10)


@dataclass(frozen=True)
class Synced:
    """What a look brought. calls: made for it; states, mails: read; changed: of our states that moved."""

    calls: int = 0
    states: int = 0
    mails: int = 0
    changed: int = 0
    problem: str = ""


def ensure_desk(*, now: datetime) -> None:
    """This will have the clock look, from now on, where it does not yet."""
    EnrollmentDesk.objects.get_or_create(pk=ONLY_ID)
    EnrollmentDesk.objects.filter(pk=ONLY_ID, next_sync_at=None).update(next_sync_at=now)
    EnrollmentDesk.objects.filter(pk=ONLY_ID, next_look_at=None).update(next_look_at=now)


def sweep(now: datetime) -> int:
    """This will have a worker read what is due: the clock does not wait for a vendor."""
    due = EnrollmentDesk.objects.filter(pk=ONLY_ID, next_sync_at__lte=now)
    if not due.update(next_sync_at=now + EVERY, sync_problem=ASKED):
        return 0
    transaction.on_commit(lambda: enrollments_due.send(None))
    return 1


ASKED = "It is being read."


def sync_asked(*, now: datetime) -> Synced | None:
    """This will read what the clock asked for, one worker at a time; None where nothing is asked."""
    rows = EnrollmentDesk.objects.filter(pk=ONLY_ID, sync_problem=ASKED)
    return sync_states(now=now) if rows.update(sync_problem="") else None


def sync_states(*, now: datetime) -> Synced:
    """This will read every change since the last look and take it in. Raises nothing for what Outreach.io answers."""
    ensure_desk(now=now)
    desk = EnrollmentDesk.objects.get(pk=ONLY_ID)
    try:
        client = outreach_client(now)
    except NotConnected as error:
        # It is read again as soon as it is connected.
        return _keep(Synced(problem=error.reason), next_at=None, now=now)
    mails = _read(client.list_mailings_changed_since, take_in_mails, "mails_until", desk.mails_until, now=now)
    states = Part() if mails.ends_all else _read(
        client.list_states_changed_since, take_in, "synced_until", desk.synced_until, now=now
    )  # fmt: skip
    next_at: datetime | None = now + EVERY
    for part in (mails, states):
        if part.ends_all:
            next_at = part.error.until if isinstance(part.error, RateLimited) else None
    problem = " ".join(dict.fromkeys(part.error.reason for part in (mails, states) if part.error is not None))
    return _keep(Synced(client.calls, states.read, mails.read, states.changed, problem), next_at=next_at, now=now)


@dataclass(frozen=True)
class Part:
    """What was read of one kind. error: why it broke off."""

    read: int = 0
    changed: int = 0
    error: NotAccepted | MaybeAccepted | None = None

    @property
    def ends_all(self) -> bool:
        """No call may be made now; else the other kind may well be read."""
        return isinstance(self.error, NotConnected | RateLimited)


def _read(
    pages: Callable[[datetime], Any],
    take: Callable[..., int],
    until: str,
    known: datetime | None,
    *,
    now: datetime,
) -> Part:
    """Read the changes since then, page by page, and remember how far it came. until: the desk's field for that."""
    read = changed = 0
    try:
        for page in pages((known or now - FIRST_LOOK) - OVERLAP):
            read += len(page)
            changed += take(page, now=now)
            seen = max((one.updated_at for one in page if one.updated_at is not None), default=None)
            if seen is not None:
                EnrollmentDesk.objects.filter(pk=ONLY_ID).update(**{until: seen})
    except (NotAccepted, MaybeAccepted) as error:
        return Part(read, changed, error)
    return Part(read, changed)


def take_in(page: tuple[SequenceState, ...], *, now: datetime) -> int:
    """This will move those of ours that a page speaks of; a fixed number of statements where nothing is new."""
    by_id = {state.state_id: state for state in page}
    rows = Enrollment.objects.filter(state_id__in=list(by_id), state=EnrollmentState.ENROLLED)
    found = list(rows.select_related("customer", "stakeholder"))
    if not found:
        return 0
    book = read_book(row.sequence_id for row in found)
    weighed = (weigh_state(row, by_id[row.state_id], book=book) for row in found if row.state_id is not None)
    return apply_changes([change for change in weighed if change is not None and change.values], now=now)


def _keep(synced: Synced, *, next_at: datetime | None, now: datetime) -> Synced:
    EnrollmentDesk.objects.filter(pk=ONLY_ID).update(
        next_sync_at=next_at,
        sync_calls=synced.calls,
        sync_states=synced.states,
        sync_mails=synced.mails,
        sync_problem=synced.problem[:300],
        **({} if synced.problem else {"synced_at": now}),
    )
    return synced
