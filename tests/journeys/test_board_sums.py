"""The sums of the board are what counting all journeys gives, whatever is written and before it is taken in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from customers.models import Customer, Team, User
from customers.services.kept_sums import drop_triggers, keep_sums, take_changes
from journeys.enums import JourneyState
from journeys.models import BoardChange, BoardLine, Journey, JourneyMonth
from journeys.queries.board import NO_OWNER, Board, BoardFilter
from journeys.queries.board_sums import BOARD
from journeys.services.board_sums import WATCHED
from journeys.services.clock import tick
from tests import factories
from tests.journeys.ground import begin, deliver, open_month

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
ZONES = ("Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago")
pytestmark = [pytest.mark.postgres, pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]


@pytest.fixture
def other(db: None) -> User:
    return factories.UserFactory.create(username="cy", team=factories.TeamFactory.create())


@pytest.fixture
def journeys(csm: User, other: User) -> list[Journey]:
    """Of three owners and zones; one was delivered, one delivered and opened, one is held; they are in the sums."""
    found = []
    for n, owner in enumerate((csm, other, None, csm, other, csm)):
        customer = factories.CustomerFactory.create(owner=owner, timezone=ZONES[n % 3], segment=("Growth", "")[n % 2])
        found.append(begin(customer, now=NOW - timedelta(days=3), by=csm, start=date(2026, 3, 4)))
    deliver(found[0], 1, now=NOW, by=csm)
    deliver(found[4], 1, now=NOW, by=csm)
    open_month(found[4], 1, now=NOW)
    Journey.objects.filter(pk=found[5].pk).update(held_since=NOW)
    take_changes(BOARD)
    return found


@pytest.fixture
def readers(journeys: list[Journey], csm: User, other: User, team: Team) -> list[User]:
    """Who sees all, a team's with the ownerless, those and accounts where there is a seat, a team's alone, the own."""
    make = factories.UserFactory.create
    seated = make(role="lead", team=team)
    Customer.objects.filter(pk=journeys[1].customer_id).update(account_executive=seated)
    return [make(role="ops"), make(role="lead", team=team), seated, make(role="read_only", team=team), csm]


def assert_exact(readers: Iterable[User], owner: User) -> None:
    """Hour by hour where days turn and deliveries grow old."""
    programme = str(Journey.objects.values_list("version__programme", flat=True)[0])
    filters = [
        BoardFilter(),
        BoardFilter(owner=str(owner.pk)),
        BoardFilter(owner=NO_OWNER),
        BoardFilter(segment="Growth"),
        BoardFilter(programme=programme),
        BoardFilter(segment="Growth", owner=str(owner.pk)),
        BoardFilter(text="acme"),
    ]
    moments = [NOW + timedelta(days=days, hours=hours) for days in (0, 1, 3, 40) for hours in (0, 9, 20)]
    for reader in readers:
        for number, now in enumerate(moments):
            board = Board(reader, filters[number % len(filters)], now=now)

            assert board._count() == board._count_each(), (reader.role, board.wanted, now)


CHANGES: dict[str, Callable[[list[Journey], User, User], Any]] = {
    "nothing": lambda journeys, csm, other: None,
    "delivered": lambda journeys, csm, other: deliver(journeys[3], 1, now=NOW, by=csm),
    "opened": lambda journeys, csm, other: open_month(journeys[0], 1, now=NOW),
    "moved": lambda journeys, csm, other: JourneyMonth.objects.update(due_date=date(2026, 3, 6)),
    "in another month": lambda journeys, csm, other: Journey.objects.update(current_month=4),
    "held": lambda journeys, csm, other: Journey.objects.filter(pk=journeys[0].pk).update(held_since=NOW),
    "completed": lambda journeys, csm, other: Journey.objects.filter(pk=journeys[2].pk).update(
        state=JourneyState.COMPLETED, completed_at=NOW
    ),
    "begun": lambda journeys, csm, other: begin(
        factories.CustomerFactory.create(owner=csm), now=NOW, by=csm, start=date(2026, 3, 2)
    ),
    "removed": lambda journeys, csm, other: journeys[1].customer.delete(),
    "another owner": lambda journeys, csm, other: Customer.objects.update(owner=other),
    "another segment": lambda journeys, csm, other: Customer.objects.update(segment="Growth"),
    "another team": lambda journeys, csm, other: User.objects.filter(pk=other.pk).update(team=csm.team),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_sums_are_what_counting_gives_before_and_after_a_change_is_taken_in(
    journeys: list[Journey],
    readers: list[User],
    csm: User,
    other: User,
    change: Callable[[list[Journey], User, User], Any],
) -> None:
    change(journeys, csm, other)

    assert_exact(readers, csm)
    take_changes(BOARD)
    assert not BoardChange.objects.exists()
    assert_exact(readers, csm)


def test_tick_takes_changes_in(journeys: list[Journey]) -> None:
    Journey.objects.update(current_month=2)

    report = tick(now=NOW)

    assert not BoardChange.objects.exists()
    assert set(BoardLine.objects.values_list("current_month", flat=True)) == {2}
    assert report.swept["board_sums"] == 0


def test_migrating_sets_right_what_was_written_without_triggers(
    journeys: list[Journey], readers: list[User], csm: User
) -> None:
    take_changes(BOARD)
    drop_triggers(connection, BOARD, WATCHED)
    Journey.objects.filter(pk=journeys[0].pk).update(current_month=5)
    journeys[2].customer.delete()

    keep_sums(connection, BOARD, WATCHED)

    assert_exact(readers, csm)
    Journey.objects.update(current_month=6)
    assert BoardChange.objects.count() == len(journeys) - 1
