"""An account under way: Engage is open, its letters are written, and time can be played forward."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any

import pytest
import time_machine

from customers.models import Customer, Stakeholder, User, WorkspaceSettings
from emails.models import Draft, Reply
from emails.services import outbox
from emails.services.editing import reload
from emails.services.replies import apply_reply
from emails.services.sending import send
from journeys.queries.due import get_next_trigger_at
from journeys.services.clock import tick
from outreach.models import OutreachPlan
from renewals.models import EngageRun, Renewal
from renewals.queries.letters import list_drafts
from renewals.services.engage import open_engage
from renewals.services.letters import write_letters
from renewals.services.renewals import lock_price
from tests import factories
from tests.renewals.conftest import (  # the same account as in the tests of renewals
    ae,
    at_day,
    customer,
    executive,
    people,
    renewal,
)

__all__ = ["ae", "at_day", "customer", "executive", "people", "renewal"]

START = at_day(115)
"""Monday, 9 March 2026, noon in New York: the first letter's day."""

Commit = Callable[..., AbstractContextManager[Any]]
Send = Callable[..., Draft]
PlayTo = Callable[[datetime], None]
Receive = Callable[..., Reply]


@pytest.fixture
def commit(django_capture_on_commit_callbacks: Any) -> Commit:
    """What happens inside is committed, and its news is heard at that moment."""

    @contextmanager
    def committed(at: datetime = START) -> Iterator[None]:
        with time_machine.travel(at, tick=False), django_capture_on_commit_callbacks(execute=True):
            yield

    return committed


@pytest.fixture
def run(renewal: Renewal, people: dict[str, Stakeholder], csm: User, commit: Commit) -> EngageRun:
    WorkspaceSettings.objects.update_or_create(pk=1, defaults={"undo_seconds": 0})
    with commit(at_day(118)):
        lock_price(renewal, now=at_day(118), by=csm)
        opened = open_engage(renewal.customer, now=at_day(118), by=csm)
        write_letters(opened, now=at_day(118), by=csm)
    return opened


@pytest.fixture
def plan(run: EngageRun) -> OutreachPlan:
    return run.plan


@pytest.fixture
def letters(run: EngageRun) -> list[Draft]:
    return list_drafts(run)


@pytest.fixture
def send_letter(commit: Commit, lead: User) -> Send:
    """Send a letter in its sender's name, at a moment."""

    def now_send(draft: Draft, *, at: datetime = START) -> Draft:
        draft = reload(draft)
        with commit(at):
            send(draft, version=draft.version, now=at, by=draft.sender or lead)
        with commit(at):
            outbox.deliver(draft.pk, now=at)
        return reload(draft)

    return now_send


@pytest.fixture
def play_to(commit: Commit) -> PlayTo:
    """Tick at each moment at which something falls due, and at the last: `tick --until` without its steps between."""
    state = {"now": START}

    def play(until: datetime) -> None:
        while state["now"] < until:
            state["now"] = min(get_next_trigger_at(after=state["now"]) or until, until)
            with commit(state["now"]):
                tick(now=state["now"])

    return play


@pytest.fixture
def receive(commit: Commit) -> Receive:
    """Have a reply come in and be applied."""

    def come(letter: Draft, classification: str, *, at: datetime, **fields: Any) -> Reply:
        reply: Reply = factories.ReplyFactory.create(
            stakeholder=letter.stakeholder,
            draft=letter,
            classification=classification,
            received_at=at,
            **fields,
        )
        with commit(at):
            apply_reply(reply, now=at)
        reply.refresh_from_db()
        return reply

    return come


def first(letters: list[Draft]) -> Draft:
    """The champion's letter."""
    return letters[0]


def rows_of(customer: Customer) -> list[tuple[str, str, str]]:
    """Kind, local day and status of each follow-up, by day."""
    rows = customer.automationschedules.filter(kind__startswith="outreach.").order_by("trigger_at", "kind")
    return [(row.kind.removeprefix("outreach."), f"{row.trigger_at:%a %-d %b}", row.status) for row in rows]
