"""The claim of one letter: of its own account, by few statements, on what stands there at that moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.enums import HoldScope
from customers.models import Brake, Customer, Hold, Stakeholder, Standstill, User, WorkspaceSettings
from customers.queries.kept import forget_answers
from emails.enums import DraftState, Lane, OriginKind, Purpose
from emails.models import CapturedMail, Draft
from emails.queries.about_to_leave import read_leaving
from emails.queries.checks import read_gate_facts
from emails.services import outbox
from emails.services.drafts import compose_draft
from emails.services.editing import reload
from emails.services.sending import send
from outreach.models import OutreachMail
from tests import factories
from tests.conftest import NOW

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
    """What is due; lock, letter, settings, opt-outs, claim; the mail; outcome, record, task. No more where no other
    letter, stop or plan is around it."""
    for _ in range(2):
        letter = other_letter(csm, now)
        forget_answers()
        with CaptureQueriesContext(
            connection,
        ) as taken:
            assert outbox.send_due(now=now) == 1
        assert reload(letter).state == DraftState.SENT

    words = [query["sql"].split()[0] for query in taken.captured_queries]
    asked = [word for word in words if word not in ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")]
    assert len(asked) <= 9 + connection.features.has_select_for_update


def test_names_that_changed_meanwhile_stop_the_letter(draft: Draft, csm: User, now: datetime) -> None:
    """They are compared with the rows that the claim has read under its lock."""
    queue(draft, csm, now)
    Stakeholder.objects.filter(pk=draft.stakeholder_id).update(name="Sarah Young")

    assert outbox.deliver(draft.pk, now=now) is None

    assert (reload(draft).state, reload(draft).blocked_by) == (DraftState.BLOCKED, "facts")


def hold(letter: Draft, scope: HoldScope = HoldScope.ACCOUNT, *, days: int = 3, ended: bool = False) -> None:
    Hold.objects.create(
        customer=letter.customer, scope=scope, starts_at=NOW - timedelta(days=9), until=NOW + timedelta(days=days),
        reason="Merger", ended_at=NOW if ended else None,
    )  # fmt: skip


def brake(letter: Draft, *, is_cleared: bool = False) -> None:
    Brake.objects.create(
        customer=letter.customer, set_at=NOW, reason="Mary replied", cleared_at=NOW if is_cleared else None
    )


def other(letter: Draft, *, days_ago: int = 1, **fields: Any) -> None:
    at = NOW - timedelta(days=days_ago)
    sent = {"state": DraftState.SENT, "sent_at": at, "message_id": "<m@x.example>", "lane": Lane.JOURNEY}
    common = {"customer": letter.customer, "stakeholder": letter.stakeholder, "to_email": letter.to_email}
    Draft.objects.create(**{**common, **sent, **fields})


def in_line(letter: Draft) -> None:
    ends = NOW + timedelta(days=7)
    other(
        letter, state=DraftState.QUEUED, sent_at=None, lane=Lane.NOTICE, approved_at=NOW, approval_expires_at=ends,
        approval_hash="x",
    )  # fmt: skip


def twin(letter: Draft, **fields: Any) -> None:
    of_plan = {"origin_kind": OriginKind.ENGAGE, "origin_id": uuid4(), "purpose": Purpose.FIRST_TOUCH}
    # Two of them cannot stand there; one that came first, and was cancelled meanwhile, can.
    other(letter, **of_plan, state=DraftState.CANCELLED, sent_at=None)
    Draft.objects.filter(pk=letter.pk).update(**of_plan, **fields)
    letter.refresh_from_db()


def mail_elsewhere(letter: Draft) -> None:
    OutreachMail.objects.create(
        customer=letter.customer, stakeholder=letter.stakeholder, mailing_id=1, subject="There",
        to_email=letter.to_email, sent_at=NOW - timedelta(days=1), seen_at=NOW,
    )  # fmt: skip


NOTHING, STOPS, OTHERS = (False, False), (True, False), (False, True)


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda letter: None, NOTHING),
        (hold, STOPS),
        (partial(hold, scope=HoldScope.JOURNEY), STOPS),
        (partial(hold, days=-1), STOPS),
        (partial(hold, ended=True), NOTHING),
        (brake, STOPS),
        (partial(brake, is_cleared=True), NOTHING),
        (twin, NOTHING),
        (other, OTHERS),
        (partial(other, state=DraftState.UNKNOWN, sent_at=None, attempted_at=NOW), OTHERS),
        (partial(other, days_ago=59), OTHERS),
        (partial(other, days_ago=61), NOTHING),
        (in_line, OTHERS),
        (mail_elsewhere, OTHERS),
    ],
)
def test_gate_weighs_the_same_whether_or_not_it_knows_what_is_around(
    csm: User, now: datetime, make: Callable[[Draft], None], found: tuple[bool, bool]
) -> None:
    letter = other_letter(csm, now)
    make(letter)

    leaving = read_leaving(letter.pk, letter.customer_id, now=now)

    assert leaving is not None
    around = leaving.around
    assert (around.has_stops, around.alone_since is None) == found
    assert read_gate_facts(leaving.draft, now=now, around=around) == read_gate_facts(leaving.draft, now=now)


def test_other_first_letter_from_the_same_place_is_seen(csm: User, now: datetime) -> None:
    """To nobody, since the database itself knows no two to the same person."""
    letter, plan = other_letter(csm, now), uuid4()
    of_plan = {"origin_kind": OriginKind.ENGAGE, "origin_id": plan, "purpose": Purpose.FIRST_TOUCH}
    Draft.objects.filter(pk=letter.pk).update(**of_plan, stakeholder=None)
    other(letter, **of_plan, stakeholder=None)

    leaving = read_leaving(letter.pk, letter.customer_id, now=now)

    assert leaving is not None
    assert leaving.around.has_stops
    assert read_gate_facts(leaving.draft, now=now, around=leaving.around).twin_state == DraftState.SENT


def test_pause_between_parts_that_reaches_further_than_the_look_back_holds(csm: User, now: datetime) -> None:
    letter = other_letter(csm, now)
    other(letter, days_ago=70)
    WorkspaceSettings.objects.update(collision_days=90)

    leaving = read_leaving(letter.pk, letter.customer_id, now=now)

    assert leaving is not None
    assert leaving.around.alone_since is not None
    assert read_gate_facts(leaving.draft, now=now, around=leaving.around) == read_gate_facts(leaving.draft, now=now)
    assert outbox.deliver(letter.pk, now=now) is None
    assert reload(letter).blocked_by == "collision"


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
