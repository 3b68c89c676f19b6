"""Several people and workers at one enrollment in the same moment."""

from __future__ import annotations

from datetime import datetime

import pytest

from customers.models import Activity, Stakeholder, User
from outreach.enums import AskedThrough, EnrollmentState
from outreach.models import Enrollment, OutreachSequence, StandInThing
from outreach.services.enrolling import (
    Asking,
    CannotEnroll,
    EnrollmentMoved,
    approve_enrollment,
    ask_to_enroll,
    decline_enrollment,
)
from outreach.services.enrollment_sending import work
from tests.outreach.enrollments.conftest import Enrolled
from tests.racing import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
TOGETHER = 8


def states_there() -> int:
    return StandInThing.objects.filter(kind="sequenceState").count()


def test_asked_by_many_at_once_is_one_enrollment(
    sequence: OutreachSequence, person: Stakeholder, csm: User, now: datetime
) -> None:
    asking = Asking(sequence.sequence_id, AskedThrough.STAKEHOLDER)

    told = at_once(*[lambda: ask_to_enroll(person, asking, now=now, by=csm)] * TOGETHER)

    assert Enrollment.objects.count() == 1
    assert all(isinstance(one, Enrollment | CannotEnroll) for one in told), told


def test_approved_by_many_at_once_is_approved_once_and_made_once(ask: Enrolled, csm: User, now: datetime) -> None:
    row = ask()

    told = at_once(*[lambda: approve_enrollment(row, now=now, by=csm)] * TOGETHER)
    worked = at_once(*[lambda: work(row.pk, now=now)] * TOGETHER)

    assert [isinstance(one, Enrollment) for one in told].count(True) == 1
    assert all(isinstance(one, Enrollment | EnrollmentMoved) for one in told), told
    assert Activity.objects.filter(verb="enrollment.approved").count() == 1
    assert sorted(worked) == [False] * (TOGETHER - 1) + [True]
    assert states_there() == 1
    assert Enrollment.objects.get().state == EnrollmentState.ENROLLED


@pytest.mark.parametrize("_", range(5))
def test_yes_and_no_at_once_have_one_winner(_: int, ask: Enrolled, csm: User, lead: User, now: datetime) -> None:
    row = ask()

    told = at_once(
        lambda: approve_enrollment(row, version=row.version, now=now, by=csm),
        lambda: decline_enrollment(row, version=row.version, reason="Not now.", now=now, by=lead),
    )
    worked = work(row.pk, now=now)

    assert [isinstance(one, Enrollment) for one in told].count(True) == 1, told
    state = Enrollment.objects.get().state
    assert (state, worked, states_there()) in (
        (EnrollmentState.ENROLLED, True, 1),
        (EnrollmentState.DECLINED, False, 0),
    )
