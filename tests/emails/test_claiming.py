"""The claim of one letter: of its own account, by few statements, on what stands there at that moment."""

from __future__ import annotations

from datetime import datetime, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Customer, Standstill, User, WorkspaceSettings
from customers.queries.kept import forget_answers
from emails.enums import DraftState
from emails.models import CapturedMail, Draft
from emails.services import outbox
from emails.services.drafts import compose_draft
from emails.services.editing import reload
from emails.services.sending import send
from tests import factories

pytestmark = pytest.mark.django_db


def test_letter_that_moved_to_another_account_is_not_claimed_under_the_old_ones_lock(
    draft: Draft, csm: User, now: datetime
) -> None:
    queue(draft, csm, now)
    old: Customer = draft.customer
    Draft.objects.filter(pk=draft.pk).update(customer=factories.CustomerFactory.create(owner=csm))

    assert outbox._claim(draft.pk, old.pk, now=now) is None

    assert reload(draft).state == DraftState.QUEUED


def test_letter_that_is_gone_is_not_claimed(draft: Draft, csm: User, now: datetime) -> None:
    queue(draft, csm, now)
    pk, customer_id = draft.pk, draft.customer_id
    draft.delete()

    assert outbox._claim(pk, customer_id, now=now) is None
    assert outbox.deliver(pk, now=now) is None


def test_nothing_leaves_while_the_workspace_stands_still(draft: Draft, csm: User, now: datetime) -> None:
    queue(draft, csm, now)
    standstill = Standstill.objects.create(reason="Restored", began_at=now)

    assert outbox.send_due(now=now) == 0
    assert reload(draft).state == DraftState.QUEUED

    Standstill.objects.filter(pk=standstill.pk).update(ended_at=now)
    assert outbox.send_due(now=now) == 1


def test_settings_are_those_of_the_moment_of_each_claim(draft: Draft, csm: User, now: datetime) -> None:
    """What is read by statements made before is read anew: hours that end between two letters keep the second one."""
    queue(draft, csm, now)
    second = other_letter(csm, now)
    assert outbox.deliver(draft.pk, now=now) is not None

    WorkspaceSettings.objects.update(company_name="Renamed", window_start=time(8, 0), window_end=time(8, 30))

    assert outbox.deliver(second.pk, now=now) is None
    assert reload(second).is_kept_back
    assert CapturedMail.objects.count() == 1


def test_plain_letter_takes_few_statements(csm: User, now: datetime) -> None:
    """Lock, letter, its records, settings, stops, opt-outs, others, claim; outcome, record, task; two that listen."""
    for _ in range(2):
        letter = other_letter(csm, now)
        forget_answers()
        with CaptureQueriesContext(
            connection,
        ) as taken:
            assert outbox.send_due(now=now) == 1
        assert reload(letter).state == DraftState.SENT

    words = [query["sql"].split()[0] for query in taken.captured_queries]
    assert len([word for word in words if word not in ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")]) <= 13


def queue(draft: Draft, by: User, now: datetime) -> None:
    send(draft, version=draft.version, now=now, by=by)


def other_letter(csm: User, now: datetime) -> Draft:
    person = factories.StakeholderFactory.create(customer__owner=csm)
    letter = compose_draft(
        customer=person.customer, stakeholder=person, sender=csm, subject="Hello", body="Hello,\n\nshall we talk?",
        now=now, by=csm,
    )  # fmt: skip
    queue(letter, csm, now)
    return letter
