"""Any order of what people and the clock do: no effect twice, no month lost, a skipped month stays skipped.

After each step that wrote anything the journey is read anew and looked at whole.

By day 200 examples of 14 steps on SQLite and 60 on PostgreSQL, where a step costs more and takes the same branches;
the same ones each time. HYPOTHESIS_PROFILE=nightly plays 3,000 of 30 steps, others each night. JOURNEY_EXAMPLES is
another number of them. They are played in parts, so that two workers share them. docs/nightly.md says how long.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from customers.enums import HoldScope
from customers.models import Hold, User
from customers.queries.calendars import local_date
from customers.services.holds import end_holds, hold_customer
from journeys.enums import AutomationStatus, JourneyKind, JourneyState
from journeys.models import AutomationSchedule, ClockState, Journey, JourneyChange, PendingAutomation
from journeys.queries.facts import facts_of
from journeys.registry import list_sweepers
from journeys.rules.changes import Plan, held_days
from journeys.rules.journeys import JourneyFacts
from journeys.services import clock, handlers
from journeys.services.adjusting import adjust_journey, preview_adjust
from journeys.services.changing import Refused
from journeys.services.forcing import force_month
from journeys.services.journeys import start_journey, trigger_row
from journeys.services.pausing import pause_journey, resume_journey
from journeys.services.skipping import preview_skip, skip_month
from journeys.services.undoing import undo_change
from tests import factories
from tests.journeys.ground import approve_plan, default_version, deliver, open_month

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
PARTS = 4
BY_DAY = 60 if os.environ.get("DATABASE_URL", "").startswith("postgres") else 200
EXAMPLES = int(os.environ.get("JOURNEY_EXAMPLES", 3000 if NIGHTLY else BY_DAY))
SIZE = settings(
    max_examples=max(EXAMPLES // PARTS, 1),
    stateful_step_count=30 if NIGHTLY else 14,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
BEGIN = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "America/St_Johns",
)
MONTHS = st.integers(1, 8)

READS = ("SELECT", "(SELECT", "SAVEPOINT", "RELEASE SAVEPOINT", "PREPARE", "EXECUTE")
"""What changes nothing; PREPARE and EXECUTE are the clock's own question."""

people: dict[str, Any] = {}


class Planted(NamedTuple):
    """One automation of the journey."""

    pk: UUID
    kind: str
    occurrence: str
    status: str
    trigger_at: datetime
    local_date: date
    payload: dict[str, Any]


@dataclass(frozen=True)
class Sight:
    """The client's journey as the last statement that wrote has left it, read once for all that ask."""

    journey: Journey
    facts: JourneyFacts
    rows: tuple[Planted, ...]
    open_holds: frozenset[str]

    @property
    def rows_by_key(self) -> dict[tuple[str, str], tuple[str, datetime, date]]:
        return {(row.kind, row.occurrence): (row.status, row.trigger_at, row.local_date) for row in self.rows}

    def has_deliverable(self, number: int) -> bool:
        month = self.facts.month(number)
        return month is not None and month.deliverable is not None


class JourneyMachine(RuleBasedStateMachine):
    """One client. skipped: the months left out, with what had been sent about each by then."""

    def __init__(self) -> None:
        super().__init__()
        self.frame = ExitStack()
        self.frame.enter_context(transaction.atomic())
        self.frame.enter_context(connection.execute_wrapper(self.note_write))
        self.now = BEGIN
        self.sent: Counter[tuple[UUID, str, str]] = Counter()
        self.sent_for: Counter[int | None] = Counter()
        self.skipped: dict[int, tuple[int, bool]] = {}
        self.rows: set[UUID] = set()
        self.seen: Sight | None = None
        handlers.queue_journey_mails = self.note_mails  # type: ignore[assignment]
        handlers.tell_staff = lambda effects, *, now: None  # type: ignore[assignment]

    def teardown(self) -> None:
        """Take all of it back; what was kept since the last write is what a fresh look finds."""
        kept, self.seen = self.seen, None
        with self.frame:
            try:
                now = self.look() if kept else None
            finally:
                transaction.set_rollback(True)
        if kept and now:
            assert (kept.facts, kept.rows, kept.open_holds) == (now.facts, now.rows, now.open_holds)

    def note_write(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """What was seen counts until something is written: most of a step's cost would be to see the same again."""
        if not sql.startswith(READS) and ClockState._meta.db_table not in sql:
            self.seen = None
        return execute(sql, params, many, context)

    def note_mails(self, effects: Any, *, now: datetime) -> None:
        for effect in effects:
            self.sent[(effect.journey_id, effect.kind, effect.occurrence)] += 1
            self.sent_for[effect.month] += 1

    @initialize(zone=st.sampled_from(ZONES), offset=st.integers(-40, 15), past=st.booleans())
    def start(self, zone: str, offset: int, past: bool) -> None:
        self.customer = factories.CustomerFactory.create(timezone=zone, owner=people["csm"])
        self.journey = start_journey(
            self.customer,
            start_date=local_date(self.now, zone) + timedelta(days=offset),
            version=people["version"],
            now=self.now,
            by=people["csm"],
            include_past=past,
        )
        self.learn_skipped()

    @rule()
    def start_again(self) -> None:
        if self.look().journey.is_active:
            with pytest.raises(Refused):
                start_journey(
                    self.customer, start_date=date(2026, 5, 1), version=people["version"], now=self.now, by=None
                )

    @rule()
    @precondition(lambda self: not self.look().facts.is_plan_approved)
    def approve(self) -> None:
        approve_plan(self.customer, now=self.now)

    @rule(days=st.integers(-70, 70), past=st.booleans())
    def adjust(self, days: int, past: bool) -> None:
        journey = self.look().journey
        wanted = {"start_date": journey.start_date + timedelta(days=days), "now": self.now, "include_past": past}
        self.as_previewed(
            lambda: preview_adjust(journey, **wanted), lambda: adjust_journey(journey, by=people["csm"], **wanted)
        )

    @rule(number=MONTHS)
    def skip(self, number: int) -> None:
        journey = self.look().journey
        self.as_previewed(
            lambda: preview_skip(journey, number, now=self.now),
            lambda: skip_month(journey, number, now=self.now, by=people["csm"]),
        )
        month = self.look().facts.month(number)
        if month is not None and month.is_skipped:
            with pytest.raises(Refused):
                skip_month(journey, number, now=self.now, by=people["csm"])

    @rule(days=st.none() | st.integers(1, 20), is_account=st.booleans())
    def pause(self, days: int | None, is_account: bool) -> None:
        journey = self.look().journey
        scope = HoldScope.ACCOUNT if is_account else HoldScope.JOURNEY
        if scope in self.look().open_holds:
            return
        if is_account:
            until = self.now + timedelta(days=days) if days else None
            hold_customer(self.customer, scope=scope, until=until, reason="", now=self.now, by=people["csm"])
        elif journey.is_active:
            pause_journey(journey, days=days, reason="", now=self.now, by=people["csm"])

    @rule(is_account=st.booleans())
    def resume(self, is_account: bool) -> None:
        journey, before = self.look().journey, self.due_dates()
        scope = HoldScope.ACCOUNT if is_account else HoldScope.JOURNEY
        holds = list(Hold.objects.filter(customer=self.customer, ended_at=None, scope=scope))
        if is_account:
            end_holds(holds, now=self.now, by=people["csm"])
            assert not end_holds(holds, now=self.now, by=people["csm"])
        elif holds:
            resume_journey(journey, now=self.now, by=people["csm"])
            with pytest.raises(Refused):
                resume_journey(journey, now=self.now, by=people["csm"])
        is_freed = journey.held_since is not None and self.look().journey.held_since is None
        days = held_days(journey.held_since or self.now, self.now, journey.zone) if is_freed else 0
        assert self.due_dates() == {number: day + timedelta(days=days) for number, day in before.items()}

    @rule(data=st.data())
    def trigger(self, data: st.DataObject) -> None:
        rows = [row for row in self.look().rows if row.status == AutomationStatus.SCHEDULED]
        if rows:
            row = AutomationSchedule.objects.get(pk=data.draw(st.sampled_from(rows)).pk)
            trigger_row(row, now=self.now, by=people["lead"])

    @rule(number=MONTHS)
    def force(self, number: int) -> None:
        try:
            force_month(self.look().journey, number, now=self.now, by=people["lead"])
        except Refused:
            now = self.look()
            assert number in self.skipped or now.has_deliverable(number) or not now.journey.is_active

    @rule(number=MONTHS, is_opened=st.booleans())
    def release(self, number: int, is_opened: bool) -> None:
        """A reviewer releases what is written; where nothing is, they wrote it themselves."""
        month = self.look().facts.month(number)
        if month is None or month.is_settled:
            return
        deliver(self.journey, number, now=self.now)
        if is_opened:
            open_month(self.journey, number, now=self.now)

    @rule()
    def undo_the_last(self) -> None:
        change = JourneyChange.objects.filter(journey=self.journey, undone_at=None).order_by("-created_at").first()
        if change is None or change.action == "started":
            return
        was = set(change.before.get("skipped", ()))
        try:
            undo_change(change, now=self.now, by=people["lead"])
        except Refused:
            return
        for number in was:
            self.skipped.pop(number, None)

    @rule(hours=st.integers(1, 200))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.tick()

    @rule()
    def tick(self) -> None:
        clock.tick(now=self.now)
        clock.tick(now=self.now)
        sight = self.look()
        due = [r for r in sight.rows if r.status == AutomationStatus.SCHEDULED and r.trigger_at <= self.now]
        about_hold = (JourneyKind.PAUSED, JourneyKind.RESUMES_SOON, JourneyKind.WELCOME_BACK)
        assert sight.open_holds or all(row.kind in about_hold for row in due)

    @invariant()
    def no_effect_twice(self) -> None:
        assert [key for key, count in self.sent.items() if count > 1] == []
        for once in (JourneyKind.COMPLETED, JourneyKind.HALFWAY):
            assert sum(count for (_, kind, _), count in self.sent.items() if kind == once) <= 1

    @invariant()
    def clock_sees_what_is_to_come(self) -> None:
        lines = PendingAutomation.objects.values_list("automation_id", "status", "at")
        assert set(lines) == {
            (row.pk, row.status, row.leased_until or row.trigger_at)
            for row in AutomationSchedule.objects.filter(status__in=("SCHEDULED", "RUNNING"))
        }

    @invariant()
    @precondition(lambda self: hasattr(self, "journey"))
    def rows_are_permanent(self) -> None:
        rows = {row.pk for row in self.look().rows}
        assert self.rows <= rows
        self.rows = rows

    @invariant()
    @precondition(lambda self: hasattr(self, "journey"))
    def skipped_months_stay_skipped(self) -> None:
        self.learn_skipped()
        sight = self.look()
        months = {month.number: month for month in sight.facts.months}
        for number, (sent, was_written) in self.skipped.items():
            assert months[number].is_skipped
            assert self.sent_for[number] == sent
            assert sight.has_deliverable(number) == was_written

    @invariant()
    @precondition(lambda self: hasattr(self, "journey"))
    def no_month_is_lost(self) -> None:
        sight = self.look()
        facts = sight.facts
        waiting = {
            row.payload["month"]
            for row in sight.rows
            if row.status == AutomationStatus.SCHEDULED and row.kind == JourneyKind.GENERATE
        }
        for month in facts.months:
            assert month.is_settled or month.deliverable is not None or month.number in waiting
        is_done = all(month.is_delivered for month in facts.kept)
        assert (facts.state == JourneyState.COMPLETED) == is_done
        current = facts.month(facts.current_month)
        assert current is not None
        assert not current.is_skipped or is_done

    @invariant()
    @precondition(lambda self: hasattr(self, "journey"))
    def hold_and_journey_agree(self) -> None:
        sight = self.look()
        if sight.journey.is_active:
            assert (sight.journey.held_since is not None) == bool(sight.open_holds)

    def as_previewed(self, preview: Any, act: Any) -> None:
        """What the preview shows is what happens; what it refuses is refused."""
        try:
            plan: Plan = preview()
        except Refused:
            with pytest.raises(Refused):
                act()
            return
        act()
        shown = {(row.kind, row.occurrence): (row.status, row.trigger_at, row.local_date) for row in plan.automations}
        found = self.look()
        assert {key: found.rows_by_key[key] for key in shown} == shown
        months = {month.number: (month.due_date, month.is_skipped) for month in plan.months}
        assert {m.number: (m.due_date, m.is_skipped) for m in found.facts.months} == months

    def learn_skipped(self) -> None:
        sight = self.look()
        for month in sight.facts.months:
            if month.is_skipped and month.number not in self.skipped:
                self.skipped[month.number] = (self.sent_for[month.number], sight.has_deliverable(month.number))

    def look(self) -> Sight:
        """The journey as it is now."""
        if self.seen is None:
            journey = Journey.objects.select_related("version").get(pk=self.journey.pk)
            rows = AutomationSchedule.objects.filter(subject_id=journey.pk).order_by("trigger_at", "kind")
            holds = Hold.objects.filter(customer=self.customer, ended_at=None)
            self.seen = Sight(
                journey=journey,
                facts=facts_of([journey])[journey.pk],
                rows=tuple(Planted(*row) for row in rows.values_list(*Planted._fields)),
                open_holds=frozenset(holds.values_list("scope", flat=True)),
            )
        return self.seen

    def due_dates(self) -> dict[int, date]:
        """Of the months still to come."""
        return {month.number: month.due_date for month in self.look().facts.months if not month.is_settled}


@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
def test_any_order_of_steps(monkeypatch: pytest.MonkeyPatch, csm: User, lead: User, part: int) -> None:
    holds = tuple(sweeper for sweeper in list_sweepers() if sweeper.name == "holds")
    monkeypatch.setattr(clock, "list_sweepers", lambda: holds)
    monkeypatch.setattr(handlers, "queue_journey_mails", handlers.queue_journey_mails)
    monkeypatch.setattr(handlers, "tell_staff", handlers.tell_staff)
    people.update(csm=csm, lead=lead, version=default_version())
    machine = type("JourneyMachine", (JourneyMachine,), {})

    run_state_machine_as_test(machine if NIGHTLY else seed(part)(machine), settings=SIZE)
