"""The verbs for a selection: the same as one by one, in a number of statements that does not grow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.enums import HoldScope
from customers.models import Activity, Customer, Hold, User
from customers.services.holds import hold_customer
from journeys.actions import ACTIONS, Asked
from journeys.enums import JourneyKind
from journeys.models import AutomationSchedule, Journey, JourneyChange, JourneyMonth
from journeys.queries.journeys import get_open_journey
from journeys.services.adjusting import adjust_journey
from journeys.services.bulk import (
    adjust_journeys,
    cancel_journeys,
    force_months,
    pause_journeys,
    resume_journeys,
    skip_months,
    start_journeys,
    trigger_kinds,
)
from journeys.services.changing import NotAllowed, Outcome, Refused
from journeys.services.forcing import force_month
from journeys.services.journeys import cancel_journey
from journeys.services.pausing import pause_journey, resume_journey
from journeys.services.selections import preview_selection, run_selection
from journeys.services.skipping import skip_month
from journeys.services.triggering import trigger_kind
from tests import factories
from tests.journeys.ground import START, approve_plan, begin, default_version, deliver, row

pytestmark = pytest.mark.django_db
ZONES = ("America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Los_Angeles")
FIRST_DAY = datetime(2026, 3, 9, 13, 0, tzinfo=UTC)
DAY_25 = FIRST_DAY + timedelta(days=25)


def make_customers(count: int) -> list[Customer]:
    default_version()
    owner = factories.UserFactory.create()
    return [factories.CustomerFactory.create(owner=owner, timezone=ZONES[n % len(ZONES)]) for n in range(count)]


def book(now: datetime) -> list[Customer]:
    """Ten journeys, each at another place."""
    customers = make_customers(10)
    for index, customer in enumerate(customers):
        journey = begin(customer, now=now, start=START + timedelta(days=index * 4))
        if index % 3 == 0:
            approve_plan(customer, now=now)
            deliver(journey, 1, now=FIRST_DAY + timedelta(days=index))
        if index % 4 == 0:
            waiting = AutomationSchedule.objects.filter(subject_id=journey.pk, occurrence="month-1")
            waiting.filter(kind="journey.overdue").update(trigger_at=DAY_25 + timedelta(hours=20), reason="Waits.")
    return customers


def picture(customers: list[Customer]) -> list[tuple[Any, ...]]:
    ids = [customer.pk for customer in customers]
    rows = AutomationSchedule.objects.filter(customer__in=ids, occurrence__startswith="month-")
    seen: list[tuple[Any, ...]] = [
        (ids.index(r.customer_id), r.kind, r.occurrence, r.status, r.trigger_at, r.local_date, r.reason) for r in rows
    ]
    months = JourneyMonth.objects.filter(customer__in=ids)
    seen += [(ids.index(m.customer_id), "", str(m.number), m.due_date, m.is_skipped, m.skip_reason, "") for m in months]
    journeys = Journey.objects.filter(customer__in=ids)
    seen += [(ids.index(j.customer_id), "", "", j.start_date, j.current_month, j.state, "") for j in journeys]
    return sorted(seen, key=str)


Verb = Callable[[list[Customer], User], Outcome]
One = Callable[[Journey, User], object]

VERBS: dict[str, tuple[Verb, One]] = {
    "later": (
        lambda customers, by: adjust_journeys(customers, days=9, now=DAY_25, by=by),
        lambda j, by: adjust_journey(j, start_date=j.start_date + timedelta(days=9), now=DAY_25, by=by),
    ),
    "earlier": (
        lambda customers, by: adjust_journeys(customers, days=-40, now=DAY_25, by=by),
        lambda j, by: adjust_journey(j, start_date=j.start_date - timedelta(days=40), now=DAY_25, by=by),
    ),
    "to one day": (
        lambda customers, by: adjust_journeys(customers, start_date=START + timedelta(days=4), now=DAY_25, by=by),
        lambda j, by: adjust_journey(j, start_date=START + timedelta(days=4), now=DAY_25, by=by),
    ),
    "skip": (
        lambda customers, by: skip_months(customers, 1, reason="Known.", now=DAY_25, by=by),
        lambda j, by: skip_month(j, 1, reason="Known.", now=DAY_25, by=by),
    ),
    "force": (
        lambda customers, by: force_months(customers, 2, now=DAY_25, by=by),
        lambda j, by: force_month(j, 2, now=DAY_25, by=by),
    ),
    "trigger": (
        lambda customers, by: trigger_kinds(customers, JourneyKind.UPCOMING, now=DAY_25, by=by),
        lambda j, by: trigger_kind(j, JourneyKind.UPCOMING, now=DAY_25, by=by),
    ),
    "trigger of a month": (
        lambda customers, by: trigger_kinds(customers, JourneyKind.GENERATE, 2, now=DAY_25, by=by),
        lambda j, by: trigger_kind(j, JourneyKind.GENERATE, 2, now=DAY_25, by=by),
    ),
    "cancel": (
        lambda customers, by: cancel_journeys(customers, reason="They left.", now=DAY_25, by=by),
        lambda j, by: cancel_journey(j, reason="They left.", now=DAY_25, by=by),
    ),
}


@pytest.mark.parametrize("name", VERBS)
def test_selection_is_the_same_as_one_by_one(name: str, lead: User, now: datetime) -> None:
    together, one = VERBS[name]
    first, second = book(now), book(now)
    for customer in (first[2], second[2]):
        hold_customer(customer, scope=HoldScope.JOURNEY, until=None, reason="", now=now + timedelta(days=1), by=lead)

    outcome = together(first, lead)
    refused = {}
    for index, customer in enumerate(second):
        try:
            one(Journey.objects.get(customer=customer), lead)
        except Refused as refusal:
            refused[index] = str(refusal)

    assert picture(first) == picture(second)
    assert {index: outcome.refused[c.pk] for index, c in enumerate(first) if c.pk in outcome.refused} == refused
    assert outcome.count == len(first) - len(refused)
    assert JourneyChange.objects.filter(pk__in=[change.pk for change in outcome.done]).count() == outcome.count


def test_pause_and_resume_of_a_selection_are_the_same_as_one_by_one(csm: User, now: datetime) -> None:
    first, second = book(now), book(now)
    end = DAY_25 + timedelta(days=30)

    paused = pause_journeys(first, days=40, reason="Summer", now=DAY_25, by=csm)
    for customer in second:
        pause_journey(Journey.objects.get(customer=customer), days=40, reason="Summer", now=DAY_25, by=csm)
    assert paused.count == 10
    resumed = resume_journeys(first, now=end, by=csm, reason="Back from summer")
    for customer in second:
        resume_journey(Journey.objects.get(customer=customer), now=end, by=csm, reason="Back from summer")

    assert resumed.count == 10
    assert picture(first) == picture(second)
    kept = JourneyChange.objects.in_bulk([change.pk for change in resumed.done])
    assert all(change.summary.endswith(" days: Back from summer") for change in resumed.done)
    assert {pk: change.summary for pk, change in kept.items()} == {c.pk: c.summary for c in resumed.done}


def test_resume_of_a_selection_compares_no_hold_with_another(
    csm: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each with each is a hundred million comparisons for ten thousand accounts."""
    customers = make_customers(3)
    for customer in customers:
        begin(customer, now=now)
    pause_journeys(customers, now=now, by=csm)
    compared = []
    monkeypatch.setattr(Hold, "__eq__", lambda one, other: compared.append(one) or one is other)
    monkeypatch.setattr(Hold, "__hash__", lambda one: hash(one.pk))

    outcome = resume_journeys(customers, now=now + timedelta(days=3), by=csm)

    assert (outcome.count, compared) == (3, [])


def test_start_of_a_selection_is_the_same_as_one_by_one(csm: User, now: datetime) -> None:
    first, second = make_customers(6), make_customers(6)

    outcome = start_journeys(first, start_date=date(2026, 2, 1), now=now, by=csm)
    for customer in second:
        begin(customer, now=now, by=csm, start=date(2026, 2, 1))

    assert outcome.count == 6
    assert picture(first) == picture(second)
    assert Activity.objects.filter(verb="journey.started").count() == 12


def test_refusals_come_back_by_customer(csm: User, now: datetime) -> None:
    on_journey, fresh = make_customers(2)
    begin(on_journey, now=now)

    started = start_journeys([on_journey, fresh], start_date=START, now=now, by=csm)
    hold_customer(fresh, scope=HoldScope.JOURNEY, until=None, reason="", now=now, by=csm)
    paused = pause_journeys([on_journey, fresh], now=now, by=csm)
    resumed = resume_journeys([*make_customers(1), fresh], now=now, by=csm)

    assert started.refused == {on_journey.pk: "This client is on a journey already."}
    assert paused.refused == {fresh.pk: "The journey is paused already."}
    assert sorted(resumed.refused.values()) == ["This client is on no journey."]


def test_resume_while_the_account_is_held_says_so(csm: User, now: datetime) -> None:
    [customer] = make_customers(1)
    begin(customer, now=now)
    pause_journeys([customer], now=now, by=csm)
    hold_customer(customer, scope=HoldScope.ACCOUNT, until=None, reason="", now=now, by=csm)

    outcome = resume_journeys([customer], now=now + timedelta(days=3), by=csm)

    assert outcome.refused == {customer.pk: "The account is on hold: it goes on when that ends."}
    assert Hold.objects.filter(ended_at=None).count() == 1


def months_of(customer: Customer) -> dict[int, date]:
    return dict(JourneyMonth.objects.filter(customer=customer).values_list("number", "due_date"))


def test_preview_of_a_resume_says_what_it_then_does(csm: User, now: datetime) -> None:
    """On no journey, on one that runs, paused, and paused while the account is held besides."""
    end = now + timedelta(days=40)
    alone, running, paused, held = make_customers(4)
    for customer in (running, paused, held):
        deliver(begin(customer, now=now), 1, now=now)
    pause_journeys([paused, held], now=now + timedelta(days=3), by=csm)
    hold_customer(held, scope=HoldScope.ACCOUNT, until=None, reason="", now=now + timedelta(days=4), by=csm)
    everybody, before = [alone, running, paused, held], months_of(paused)

    with CaptureQueriesContext(connection) as queries:
        preview = preview_selection("resume", everybody, {}, now=end, by=csm)
    assert (len(queries), Hold.objects.filter(ended_at=None).count(), months_of(paused)) == (4, 3, before)
    outcome = resume_journeys(everybody, now=end, by=csm)

    assert sorted(preview.refused) == sorted(Counter(outcome.refused.values()).items())
    assert (preview.count, [row.customer for row in preview.clients]) == (outcome.count, [paused])
    after = {number: day for number, day in months_of(paused).items() if day != before[number]}
    assert len(after) == len(before) - 1
    assert {move.number: (move.old, move.new) for move in preview.clients[0].moves} == {
        number: (before[number], day) for number, day in after.items()
    }


def test_preview_of_a_cancellation_names_what_will_not_happen_and_leaves_it(csm: User, now: datetime) -> None:
    alone, customer = make_customers(2)
    deliver(begin(customer, now=now), 1, now=now)
    before = months_of(customer)

    preview = preview_selection("cancel", [alone, customer], {"reason": "They left."}, now=now, by=csm)

    assert (preview.count, preview.refused) == (1, [("This client is on no journey.", 1)])
    assert [(m.number, m.old, m.new, m.end) for m in preview.clients[0].moves] == [
        (number, before[number], None, "cancelled") for number in range(2, 9)
    ]
    assert Journey.objects.get(customer=customer).is_active
    assert not JourneyChange.objects.exclude(action="started").exists()


def test_preview_of_a_forced_month_shows_its_day_and_the_day_there(lead: User, now: datetime) -> None:
    [customer] = make_customers(1)
    begin(customer, now=now)
    day = months_of(customer)[3]

    preview = preview_selection("force", [customer], {"number": 3}, now=now, by=lead)

    assert [(m.number, m.old, m.new) for m in preview.clients[0].moves] == [(3, day, now.date())]


def test_forcing_for_a_selection_is_for_leads_and_ops(csm: User, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        force_months(make_customers(1), 2, now=now, by=csm)


def count_queries(act: Callable[[], object]) -> int:
    """Without INSERTs: SQLite takes few rows in one."""
    with CaptureQueriesContext(connection) as queries:
        act()
    return sum(not query["sql"].startswith("INSERT") for query in queries)


def selections() -> Iterator[list[Customer]]:
    yield make_customers(5)
    yield make_customers(15)


@pytest.mark.parametrize("verb", ["start", "adjust", "pause", "resume", "skip", "trigger", "force", "cancel"])
def test_statements_do_not_grow_with_the_selection(verb: str, csm: User, lead: User, now: datetime) -> None:
    counts = []
    for customers in selections():
        if verb != "start":
            start_journeys(customers, start_date=START, now=now, by=csm)
        if verb == "resume":
            pause_journeys(customers, now=now, by=csm)
        acts: dict[str, Callable[[], Outcome]] = {
            "start": lambda c=customers: start_journeys(c, start_date=START, now=now, by=csm),
            "adjust": lambda c=customers: adjust_journeys(c, days=12, now=now, by=csm),
            "pause": lambda c=customers: pause_journeys(c, days=14, now=now, by=csm),
            "resume": lambda c=customers: resume_journeys(c, now=now + timedelta(days=9), by=csm),
            "skip": lambda c=customers: skip_months(c, 3, now=now, by=csm),
            "trigger": lambda c=customers: trigger_kinds(c, JourneyKind.UPCOMING, now=now, by=csm),
            "force": lambda c=customers: force_months(c, 3, now=now, by=lead),
            "cancel": lambda c=customers: cancel_journeys(c, now=now, by=csm),
        }
        counts.append(count_queries(acts[verb]))

    assert counts[0] == counts[1]
    assert counts[0] < 40


def test_shift_over_the_change_of_clocks_is_one_update_of_automations(csm: User) -> None:
    january = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)
    customers = make_customers(5)
    start_journeys(customers, start_date=date(2026, 2, 20), now=january, by=csm)

    with CaptureQueriesContext(connection) as queries:
        adjust_journeys(customers, days=20, now=january, by=csm)

    updates = [q["sql"] for q in queries if q["sql"].startswith('UPDATE "journeys_automationschedule"')]
    assert len(updates) == 1
    assert row(Journey.objects.get(customer=customers[0]), "journey.generate", 1).trigger_at == datetime(
        2026, 3, 12, 13, 0, tzinfo=UTC
    )


WHY = "Asked by phone."


@pytest.mark.parametrize("verb", ["start", "adjust", "pause", "resume", "skip", "trigger", "force", "cancel"])
def test_why_is_on_record_for_one_and_for_many(verb: str, lead: User, now: datetime) -> None:
    one, *many = make_customers(3)
    if verb != "start":
        start_journeys([one, *many], start_date=START, now=now, by=lead)
    if verb == "resume":
        pause_journeys([one, *many], now=now, by=lead)
    arguments: dict[str, Any] = {
        "start": {"start_date": START},
        "adjust": {"start_date": START + timedelta(days=9)},
        "skip": {"number": 3},
        "trigger": {"kind": JourneyKind.UPCOMING, "number": 4},
        "force": {"number": 3},
    }.get(verb, {})
    later = now + timedelta(days=1)
    asked = Asked(one, get_open_journey(one), {**arguments, "reason": WHY}, later, lead)

    ACTIONS[verb].preview(asked)
    ACTIONS[verb].carry_out(asked)
    preview_selection(verb, many, {**arguments, "reason": WHY}, now=later, by=lead)
    run_selection(verb, many, {**arguments, "reason": WHY}, now=later, by=lead)

    changes = JourneyChange.objects.filter(at=later)
    assert (changes.count(), all(WHY in change.summary and change.by == lead for change in changes)) == (3, True)
    told = Activity.objects.filter(at=later, summary__contains=WHY, actor=lead)
    assert {line.customer_id for line in told} == {one.pk, *(customer.pk for customer in many)}
