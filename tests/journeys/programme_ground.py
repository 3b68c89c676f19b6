"""A programme of three months, its drafts, and journeys under way on it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from customers.models import User
from journeys.models import (
    Journey,
    Programme,
    ProgrammeVersion,
)
from journeys.rules.programmes import StepText, VersionText
from journeys.services.programmes import (
    add_programme,
    publish_draft,
    save_draft,
)
from tests import factories
from tests.journeys.ground import approve_plan, begin, deliver

NOW = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)


def steps(*days: int) -> tuple[StepText, ...]:
    return tuple(StepText(number, f"Part {number}", offset_days=day) for number, day in enumerate(days, 1))


def text(*days: int, **fields: Any) -> VersionText:
    return VersionText(steps(*days), **fields)


def draft(programme: Programme, wanted: VersionText, *, by: User, edit: int | None = None, note: str = "") -> Any:
    return save_draft(programme, wanted, given=wanted.steps, note=note, edit=edit, now=NOW, by=by)


def publish(programme: Programme, wanted: VersionText, *, by: User) -> ProgrammeVersion:
    made = draft(programme, wanted, by=by)
    return publish_draft(programme, edit=made.edit, now=NOW, by=by)


@pytest.fixture
def programme(ops: User) -> Programme:
    made = add_programme(name="Growth", segment="Mid-market", now=NOW, by=ops)
    publish(made, text(0, 30, 60, 90), by=ops)
    return made


@pytest.fixture
def first(programme: Programme) -> ProgrammeVersion:
    return programme.versions.get(number=1)  # type: ignore[no-any-return]


def under_way(first: ProgrammeVersion, count: int = 3) -> list[Journey]:
    """So many clients, the first with nothing delivered, each next with one month more."""
    journeys = []
    for done in range(count):
        customer = factories.CustomerFactory.create(name=f"Client {done}")
        journey = begin(customer, now=NOW, version=first)
        approve_plan(customer, now=NOW)
        for number in range(1, done + 1):
            deliver(journey, number, now=NOW)
        journeys.append(journey)
    return journeys
