"""A journey moves to another version: what is delivered stays, what is open follows, as the preview showed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import transaction

from customers.models import Customer, User
from journeys.enums import AutomationStatus, JourneyKind
from journeys.models import AutomationSchedule, Journey, JourneyChange, JourneyMonth, ProgrammeVersion
from journeys.queries.rows import read_rows
from journeys.services.changing import Refused, note_changes
from journeys.services.journeys import cancel_journey
from journeys.services.moving import move_all, move_to_version, preview_move_to_version
from journeys.services.skipping import skip_month
from tests import factories
from tests.journeys.ground import START, approve_plan, begin, deliver, make_version, row

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)


@pytest.fixture
def old() -> ProgrammeVersion:
    return make_version(months=4)  # type: ignore[no-any-return]


def newer(old: ProgrammeVersion, *, months: int = 4, offsets: Any = (), number: int = 2, **fields: Any) -> Any:
    """The next version of the same programme; offsets: (number, days) of steps that differ."""
    return make_version(programme=old.programme, months=months, number=number, offsets=dict(offsets), **fields)


def due_dates(journey: Journey) -> dict[int, date]:
    rows = JourneyMonth.objects.filter(journey=journey, skipped_at=None)
    return dict(rows.values_list("number", "due_date"))


def state_of(journey: Journey) -> dict[tuple[str, str], tuple[Any, ...]]:
    return {
        (one.kind, one.occurrence): (one.status, one.trigger_at, one.local_date, one.local_time, one.reason)
        for one in read_rows([journey.pk])[journey.pk]
    }


def test_open_months_follow_and_delivered_ones_stay(customer: Customer, old: ProgrammeVersion, csm: User) -> None:
    journey = begin(customer, now=NOW, by=csm, version=old)
    approve_plan(customer, now=NOW)
    deliver(journey, 1, now=NOW)
    new = newer(old, offsets=[(1, 5), (2, 40), (3, 75)])

    change = move_to_version(journey, new, now=NOW, by=csm)

    assert due_dates(journey) == {
        1: START,
        2: START + timedelta(days=40),
        3: START + timedelta(days=75),
        4: START + timedelta(days=90),
    }
    titles = dict(JourneyMonth.objects.filter(journey=journey).values_list("number", "step__title"))
    assert (titles[1], titles[2], titles[3]) == ("Business plan", "New 2", "New 3")
    steps = dict(JourneyMonth.objects.filter(journey=journey).values_list("number", "step__version__number"))
    assert steps == {1: 1, 2: 2, 3: 2, 4: 2}
    generate = row(journey, JourneyKind.GENERATE, 2)
    assert (generate.local_date, generate.trigger_at) == (
        START + timedelta(days=40),
        datetime(2026, 4, 18, 13, 0, tzinfo=UTC),
    )
    assert row(journey, JourneyKind.UPCOMING, 2).local_date == START + timedelta(days=37)
    assert row(journey, JourneyKind.OVERDUE, 1).local_date == START + timedelta(days=3)
    journey.refresh_from_db()
    assert journey.version == new
    assert (change.action, change.by) == ("moved", csm)
    assert change.summary == "Moved from version 1 to version 2 of the programme"


@pytest.mark.parametrize("delivered", [0, 1, 2])
@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize(
    "new",
    [
        {"offsets": [(2, 45), (4, 80)]},
        {"offsets": [(3, 5)]},
        {"offsets": [(1, 3), (2, 20)], "local_time": time(15, 30)},
        {"months": 2},
        {"months": 6, "offsets": [(2, 31), (6, 300)]},
        {"offsets": [(3, 60)], "celebrates_apart": True},
    ],
)
def test_what_the_preview_shows_is_done(
    customer: Customer, old: ProgrammeVersion, csm: User, delivered: int, held: bool, new: dict[str, Any]
) -> None:
    journey = begin(customer, now=NOW, by=csm, version=old)
    approve_plan(customer, now=NOW)
    for number in range(1, delivered + 1):
        deliver(journey, number, now=NOW)
    skip_month(journey, 3, now=NOW, by=csm) if new.get("months", 4) == 6 else None
    later = NOW + timedelta(days=10)
    if held:
        Journey.objects.filter(pk=journey.pk).update(held_since=later - timedelta(days=2))
    version = newer(old, **new)
    journey.refresh_from_db()
    before = state_of(journey)
    if new.get("months") == 2 and delivered == 2:
        with pytest.raises(Refused, match="Nothing would be left"):
            preview_move_to_version(journey, version, now=later)
        with pytest.raises(Refused, match="Nothing would be left"):
            move_to_version(journey, version, now=later, by=csm)
        assert state_of(journey) == before
        return

    plan = preview_move_to_version(journey, version, now=later)
    assert state_of(journey) == before
    move_to_version(journey, version, now=later, by=csm)

    shown = {
        (one.kind, one.occurrence): (one.status, one.trigger_at, one.local_date, one.local_time, one.reason)
        for one in plan.automations
    }
    assert state_of(journey) == shown
    assert due_dates(journey) == {month.number: month.due_date for month in plan.months if not month.is_skipped}


def test_a_month_that_is_gone_is_skipped_and_one_that_is_new_comes_after_the_pause(
    customer: Customer, old: ProgrammeVersion, csm: User
) -> None:
    journey = begin(customer, now=NOW, by=csm, version=old)
    JourneyMonth.objects.filter(journey=journey).update(due_date=START + timedelta(days=200))
    JourneyMonth.objects.filter(journey=journey, number=4).update(due_date=START + timedelta(days=100))
    longer = newer(old, months=5)
    move_to_version(journey, longer, now=NOW, by=csm)
    shorter = newer(old, months=3, number=3)

    added = JourneyMonth.objects.get(journey=journey, number=5)
    assert added.due_date == START + timedelta(days=130)  # 4 was moved 10 days by a pause, 5 follows
    assert row(journey, JourneyKind.GENERATE, 5).status == AutomationStatus.SCHEDULED
    journey.refresh_from_db()
    move_to_version(journey, shorter, now=NOW, by=csm)

    gone = JourneyMonth.objects.get(journey=journey, number=4)
    assert (gone.skipped_by, gone.skip_reason) == (csm, "The programme has it no more.")
    assert row(journey, JourneyKind.GENERATE, 4).status == AutomationStatus.SKIPPED
    # Back to the long one: a skipped month stays skipped.
    journey.refresh_from_db()
    move_to_version(journey, longer, now=NOW, by=csm)
    gone.refresh_from_db()
    assert gone.is_skipped


def test_a_month_with_a_text_stays_and_keeps_what_is_written(
    customer: Customer, old: ProgrammeVersion, csm: User
) -> None:
    from journeys.models import Deliverable

    journey = begin(customer, now=NOW, by=csm, version=old)
    month = JourneyMonth.objects.get(journey=journey, number=4)
    Deliverable.objects.create(customer=customer, journey=journey, month=month, title="Written", state="PENDING_REVIEW")

    move_to_version(journey, newer(old, months=3), now=NOW, by=csm)

    month.refresh_from_db()
    assert (month.is_skipped, month.step.version, month.deliverable.title) == (False, old, "Written")


def test_what_cannot_be_moved_is_refused(customer: Customer, old: ProgrammeVersion, csm: User) -> None:
    journey = begin(customer, now=NOW, by=csm, version=old)
    other = make_version(months=3)
    draft = newer(old, published_at=None)

    for version, words in ((old, "already"), (other, "another programme"), (draft, "not published")):
        with pytest.raises(Refused, match=words):
            move_to_version(journey, version, now=NOW, by=csm)
        with pytest.raises(Refused, match=words):
            preview_move_to_version(journey, version, now=NOW)
    cancel_journey(journey, reason="", now=NOW, by=csm)
    journey.refresh_from_db()
    with pytest.raises(Refused, match="not under way"):
        move_to_version(journey, newer(old, number=3), now=NOW, by=csm)
    assert not JourneyChange.objects.filter(action="moved").exists()


def test_many_move_as_each_alone_in_as_many_statements_as_one(
    old: ProgrammeVersion, csm: User, django_assert_max_num_queries: Any
) -> None:
    zones = ("America/New_York", "Europe/Berlin", "Asia/Tokyo")
    journeys = [
        begin(
            factories.CustomerFactory.create(timezone=zones[number % 3]),
            now=NOW,
            by=csm,
            version=old,
            start=START + timedelta(days=number),
        )
        for number in range(9)
    ]
    version = newer(old, offsets=[(2, 45), (3, 61)])
    shown = {one.pk: preview_move_to_version(one, version, now=NOW) for one in journeys}

    with transaction.atomic(), django_assert_max_num_queries(60):
        loaded = list(Journey.objects.select_related("version", "customer"))
        notes, refused = move_all(loaded, version, now=NOW, by=csm)
        note_changes(notes, action="moved", now=NOW, by=csm)

    assert (len(notes), refused) == (9, {})
    for journey in journeys:
        months = {month.number: month.due_date for month in shown[journey.pk].months}
        assert due_dates(journey) == months
        expected = {(one.kind, one.occurrence): one.trigger_at for one in shown[journey.pk].automations}
        rows = AutomationSchedule.objects.filter(subject_id=journey.pk)
        assert {(one.kind, one.occurrence): one.trigger_at for one in rows} == expected
