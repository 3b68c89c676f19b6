"""The demo's journeys: started in the past, written, approved and opened by the services that a person's go through.

Mails of the past are not made up: what would have gone before this desk was there is skipped, and says so.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from config.demo.book import Row, read_data
from customers.models import Customer
from customers.queries.calendars import local_date
from journeys.enums import AutomationStatus, DeliverableState, JourneyKind
from journeys.models import AutomationSchedule, Deliverable
from journeys.queries.due import list_claimed
from journeys.queries.journeys import find_version
from journeys.queries.rows import open_rows_of
from journeys.rules.onboarding import QUESTIONS
from journeys.services.claiming import LEASE, Claim
from journeys.services.journeys import start_journey
from journeys.services.onboarding import save_onboarding
from journeys.services.plans import approve_plan, save_plan
from journeys.services.portal import links_for
from journeys.services.portal_visits import open_deliverable
from journeys.services.reviewing import approve_deliverable, reject_deliverable
from journeys.services.running import run_claim
from journeys.services.scheduling import end_rows
from journeys.services.writing import write_due_plainly

BEFORE_THE_DESK = "That was before this desk was set up."
NOTE = "Name the harbours that are meant, and put the dates of the spring surveys in."
REVIEWED_AFTER = timedelta(hours=3)
OPENED_AFTER = timedelta(hours=26)
LATE_EVERY = 5
"""One of so many months was released a day late: nobody is always on time."""


def load_journeys(by_key: Mapping[str, Customer], *, now: datetime) -> int:
    """This will put a third of the demo's accounts on their way, and give how many."""
    rows = [row for row in read_data("journeys") if find_version(by_key[row["account"]])]
    return sum(_Walk(by_key[row["account"]], row, now=now).walk() for row in rows)


class _Walk:
    """One account's way up to now."""

    def __init__(self, customer: Customer, row: Row, *, now: datetime) -> None:
        if customer.owner is None:
            raise ValueError(f"{customer} has no owner")
        self.customer, self.row, self.now, self.by = customer, row, now, customer.owner
        self.started_at = min(now, now - timedelta(days=int(row["days_ago"]), hours=12))

    @transaction.atomic
    def walk(self) -> bool:
        start = local_date(self.now, self.customer.timezone) - timedelta(days=int(self.row["days_ago"]))
        self.journey = start_journey(
            self.customer, start_date=start, now=self.started_at, by=self.by, include_past=True
        )
        self._ground()
        delivered = int(self.row["delivered"])
        for number in range(1, delivered + 1):
            is_opened = number < delivered or self.row["last_opened"] == "yes"
            self._deliver(number, is_opened=is_opened)
        if self.row["then"] in ("review", "rejected"):
            self._write(delivered + 1)
        if self.row["then"] == "rejected":
            self._reject(delivered + 1)
        self._leave_the_past()
        return True

    def _ground(self) -> None:
        given = {QUESTIONS[1]: self.row["goal"], QUESTIONS[3]: self.row["sells"], QUESTIONS[7]: self.row["figure"]}
        answers = [{"question": question, "answer": answer} for question, answer in given.items()]
        save_onboarding(self.customer, answers, seen=None, now=self.started_at, by=self.by)
        if self.row["then"] != "unplanned":
            save_plan(self.customer, body=_plan_text(self.row), seen=None, now=self.started_at, by=self.by)
            approve_plan(self.customer, now=self.started_at, by=self.by)

    def _write(self, number: int) -> datetime | None:
        """Have it generated at its moment; None where that is still to come."""
        row = self._rows(JourneyKind.GENERATE, number).first()
        if row is None or row.trigger_at > self.now:
            return None
        _run(self._rows(JourneyKind.GENERATE, number), now=row.trigger_at)
        write_due_plainly(now=row.trigger_at)
        return row.trigger_at

    def _deliver(self, number: int, *, is_opened: bool) -> None:
        written_at = self._write(number)
        if written_at is None:
            return
        late = timedelta(days=1) if number % LATE_EVERY == 0 else timedelta()
        delivered_at = min(self.now, written_at + REVIEWED_AFTER + late)
        deliverable = self._deliverable(number)
        approve_deliverable(deliverable, version=deliverable.version, now=delivered_at, by=self.by)
        _run(self._rows(JourneyKind.STATUS, number + 1), now=delivered_at)
        if is_opened:
            self._open(number, at=min(self.now, delivered_at + OPENED_AFTER))

    def _open(self, number: int, *, at: datetime) -> None:
        person = self.customer.stakeholders.filter(primary=True).first()
        if person is not None:
            pair = (self.journey.pk, person.pk)
            open_deliverable(links_for([pair], now=at)[pair], number, now=at)

    def _reject(self, number: int) -> None:
        deliverable = Deliverable.objects.filter(
            journey=self.journey, month__number=number, state=DeliverableState.PENDING_REVIEW
        ).first()
        if deliverable is not None:
            at = min(self.now, self.now - timedelta(days=1))
            reject_deliverable(deliverable, note=NOTE, version=deliverable.version, now=at, by=self.by)

    def _deliverable(self, number: int) -> Deliverable:
        found: Deliverable = Deliverable.objects.get(journey=self.journey, month__number=number)
        return found

    def _rows(self, kind: JourneyKind, number: int) -> QuerySet[AutomationSchedule]:
        return open_rows_of([self.journey.pk]).filter(kind=kind, occurrence=f"month-{number}")

    def _leave_the_past(self) -> None:
        past = open_rows_of([self.journey.pk]).filter(trigger_at__lte=self.now).exclude(kind=JourneyKind.GENERATE)
        end_rows(past, status=AutomationStatus.SKIPPED, reason=BEFORE_THE_DESK, now=self.now)


def _run(rows: QuerySet[AutomationSchedule], *, now: datetime) -> None:
    """Have the clock run these rows at their moment, and no others."""
    token = uuid.uuid4()
    ids = list(rows.values_list("pk", flat=True))
    AutomationSchedule.objects.filter(pk__in=ids, status=AutomationStatus.SCHEDULED).update(
        status=AutomationStatus.RUNNING, claim_token=token, leased_until=now + LEASE, updated_at=now
    )
    run_claim(Claim(token, list_claimed(ids, token)), now=now)


def _plan_text(row: Row) -> str:
    parts = (("What we sell", row["sells"]), ("Where we want to be", row["goal"]), ("Today", row["figure"]))
    return "\n\n".join(f"## {head}\n\n- {words}" for head, words in parts)
