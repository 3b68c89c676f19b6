"""A workspace connected to the stand-in of Outreach.io, an account whose owner has a mailbox there, and its people."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from customers.models import Customer, Stakeholder, User
from outreach.enums import AskedThrough, EnrollmentState
from outreach.models import Enrollment, OutreachSequence
from outreach.services.enrolling import Asking, approve_enrollment, ask_to_enroll
from outreach.services.enrollment_sending import work
from outreach.services.outreach_stand_in import connect_stand_in
from tests import factories

Enrolled = Callable[..., Enrollment]


@pytest.fixture
def account(csm: User) -> Customer:
    return factories.CustomerFactory.create(name="Acme", owner=csm, segment="Enterprise", health_score=42)


@pytest.fixture
def person(account: Customer) -> Stakeholder:
    return factories.StakeholderFactory.create(customer=account, name="Ann Lee", email="Ann.Lee@acme.example")


@pytest.fixture
def there(ops: User, lead: User, account: Customer, now: datetime) -> None:
    """Connected to the stand-in: a mailbox for each of us, of which the last one's cannot send."""
    factories.UserFactory.create(username="zoe")
    connect_stand_in(now=now, by=ops)


@pytest.fixture
def sequence(there: None) -> OutreachSequence:
    return OutreachSequence.objects.get(name="Re-engagement")


@pytest.fixture
def ask(sequence: OutreachSequence, person: Stakeholder, csm: User, now: datetime) -> Enrolled:
    def asked(whom: Stakeholder | None = None, *, at: datetime = now, into: OutreachSequence = sequence) -> Enrollment:
        asking = Asking(into.sequence_id, AskedThrough.STAKEHOLDER)
        return ask_to_enroll(whom or person, asking, now=at, by=csm)

    return asked


@pytest.fixture
def enrolled(ask: Enrolled, csm: User, now: datetime) -> Enrolled:
    """Ask, approve and do it."""

    def done(whom: Stakeholder | None = None, *, at: datetime = now, **how: Any) -> Enrollment:
        row = approve_enrollment(ask(whom, at=at, **how), now=at, by=csm)
        assert work(row.pk, now=at)
        row.refresh_from_db()
        assert row.state == EnrollmentState.ENROLLED, row.outcome
        return row

    return done


@pytest.fixture
def hear(django_capture_on_commit_callbacks: Any, now: datetime) -> Callable[..., AbstractContextManager[Any]]:
    """What happens inside is committed, and its news is heard at that moment."""

    def committed(at: datetime = now) -> AbstractContextManager[Any]:
        travel = time_machine.travel(at, tick=False)

        class Both:
            def __enter__(self) -> None:
                travel.start()
                self.captured = django_capture_on_commit_callbacks(execute=True)
                self.captured.__enter__()

            def __exit__(self, *error: Any) -> None:
                self.captured.__exit__(*error)
                travel.stop()

        return Both()

    return committed


MINUTE = timedelta(minutes=1)
