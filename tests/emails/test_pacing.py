"""Letters that wait for the window: sent when their moment has come, never lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from customers.models import Contract, User
from emails.enums import DraftState, Lane
from emails.models import Draft
from emails.queries.answers import answer_for
from emails.services import outbox
from emails.services.editing import reload, save_draft
from emails.services.sending import approve, schedule, send, send_approved, undo
from tests.emails.pacing_ground import MORNING, NIGHT, TEXT, ny, send_now, standing

pytestmark = pytest.mark.django_db


def test_send_at_night_is_approved_and_waits_for_the_morning(draft: Draft, csm: User) -> None:
    sent = send_now(draft, now=NIGHT, by=csm)

    assert standing(sent) == (DraftState.QUEUED, "window", MORNING)
    assert sent.is_kept_back and sent.is_editable and not sent.is_on_its_way
    assert sent.outcome == ("At Acme Corporation mails leave from 09:00 to 17:00.")
    assert sent.waits_since == NIGHT
    assert [line["check"] for line in sent.receipt if line["waits"]] == ["window"]
    answer = answer_for(sent)
    assert (answer.status, answer.next_try_at, answer.reason) == ("waiting", MORNING, sent.outcome)


def test_letter_that_waits_is_not_asked_again_before_its_moment(draft: Draft, csm: User) -> None:
    send(draft, version=draft.version, now=NIGHT, by=csm)

    for hour in range(1, 11):
        assert outbox.sweep(now=NIGHT + timedelta(hours=hour)) == 0

    assert not any(rows.exists() for rows in outbox.waiting(MORNING - timedelta(seconds=1)))
    outbox.sweep(now=MORNING)
    assert reload(draft).state == DraftState.SENT
    assert (reload(draft).blocked_by, reload(draft).waits_since) == ("", None)


def test_undo_of_a_letter_that_waits_makes_it_a_draft(draft: Draft, csm: User) -> None:
    send(draft, version=draft.version, now=NIGHT, by=csm)

    assert undo(draft, now=NIGHT + timedelta(hours=9), by=csm)

    outbox.sweep(now=MORNING)
    assert standing(draft) == (DraftState.DRAFT, "", None)


def test_delay_that_ends_after_the_window_waits_for_the_next_day(draft: Draft, csm: User) -> None:
    closing = ny("2026-03-04T16:59:55")
    send(draft, version=draft.version, now=closing, by=csm, undo_seconds=10)

    outbox.sweep(now=closing + timedelta(seconds=10))

    assert standing(draft) == (DraftState.QUEUED, "window", MORNING)


def test_letter_scheduled_for_a_closed_day_leaves_on_the_next_open_one(draft: Draft, csm: User, now: datetime) -> None:
    saturday = ny("2026-03-07T10:00")
    schedule(draft, at=saturday, version=draft.version, now=now, by=csm)

    outbox.sweep(now=saturday)
    assert standing(draft) == (DraftState.QUEUED, "window", ny("2026-03-09T09:00"))
    outbox.sweep(now=ny("2026-03-09T09:00"))

    assert reload(draft).state == DraftState.SENT


def test_holiday_of_the_customers_country_keeps_it(draft: Draft, csm: User) -> None:
    christmas = datetime(2026, 12, 25, 15, 0, tzinfo=UTC)  # a Friday
    save_draft(draft, version=draft.version, now=christmas, by=csm, subject="Season", body=TEXT)

    sent = send_now(reload(draft), now=christmas, by=csm)

    assert sent.not_before == datetime(2026, 12, 28, 14, 0, tzinfo=UTC)
    assert "25 December is a holiday: Christmas Day" in sent.outcome


def test_approved_letter_sent_off_at_night_waits_too(draft: Draft, csm: User) -> None:
    approve(draft, version=draft.version, now=NIGHT, by=csm)

    send_approved(reload(draft), version=draft.version, now=NIGHT, by=csm)

    assert standing(draft) == (DraftState.QUEUED, "window", MORNING)


@pytest.mark.parametrize(
    ("notice_days", "state"),
    [
        (115, DraftState.QUEUED),  # its last day is Monday, on which the window opens
        (116, DraftState.SENT),  # its last day is Sunday
    ],
)
def test_notice_waits_for_the_window_only_if_its_deadline_allows(
    draft: Draft, contract: Contract, csm: User, notice_days: int, state: str
) -> None:
    Draft.objects.filter(pk=draft.pk).update(lane=Lane.NOTICE)
    Contract.objects.filter(pk=contract.pk).update(notice_days=notice_days)

    sent = send_now(reload(draft), now=ny("2026-03-06T20:00"), by=csm)

    assert sent.state == state
