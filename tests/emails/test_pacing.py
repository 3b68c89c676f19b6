"""Letters that wait for a while: kept in line with the reason, sent when their moment has come, never lost."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.enums import HoldScope
from customers.models import Activity, Contract, Customer, Stakeholder, Todo, User, WorkspaceSettings
from customers.services.holds import end_hold, hold_customer
from customers.services.sending_rules import change_sending_rules
from customers.services.workspace import change_settings
from emails.enums import DraftState, Lane, Purpose
from emails.models import CapturedMail, Draft
from emails.queries.answers import answer_for
from emails.queries.checks import read_gate_facts
from emails.services import expiring, outbox
from emails.services.drafts import compose_draft, delete_draft
from emails.services.editing import reload, save_draft
from emails.services.sending import Refused, approve, schedule, send, send_approved, undo
from tests import factories

pytestmark = pytest.mark.django_db

NEW_YORK = ZoneInfo("America/New_York")
TEXT = "Hello,\n\nshall we talk next week?\n\nKind regards"


def ny(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)


NIGHT = ny("2026-03-04T22:00")
MORNING = ny("2026-03-05T09:00")


def write(
    person: Stakeholder, by: User, now: datetime, *, lane: Lane = Lane.RENEWAL, purpose: str = Purpose.FREE, **more: Any
) -> Draft:
    draft = compose_draft(
        customer=person.customer, stakeholder=person, sender=by, subject=f"{lane} letter", body=TEXT, now=now, by=by
    )
    Draft.objects.filter(pk=draft.pk).update(lane=lane, purpose=purpose, **more)
    return reload(draft)


def send_now(draft: Draft, *, now: datetime, by: User) -> Draft:
    send(draft, version=draft.version, now=now, by=by)
    outbox.deliver(draft.pk, now=now)
    return reload(draft)


def standing(draft: Draft) -> tuple[str, str, datetime | None]:
    current = reload(draft)
    return current.state, current.blocked_by, current.not_before


# -- the window


def test_send_at_night_is_approved_and_waits_for_the_morning(draft: Draft, csm: User) -> None:
    sent = send_now(draft, now=NIGHT, by=csm)

    assert standing(sent) == (DraftState.QUEUED, "window", MORNING)
    assert sent.is_kept_back and sent.is_editable and not sent.is_on_its_way
    assert sent.outcome == ("At Acme Corporation it is 22:00 there, and mails leave from 09:00 to 17:00.")
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
    assert "25 December is a holiday there: Christmas Day" in sent.outcome


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


# -- cap, collision, lanes


def test_third_letter_of_the_week_waits_and_leaves_in_its_turn(sarah: Stakeholder, csm: User, now: datetime) -> None:
    first, second, third = (write(sarah, csm, now) for _ in range(3))
    send_now(first, now=now, by=csm)
    send_now(second, now=now + timedelta(hours=1), by=csm)

    send_now(third, now=now + timedelta(hours=2), by=csm)
    assert standing(third) == (DraftState.QUEUED, "cap", now + timedelta(days=7))
    outbox.sweep(now=now + timedelta(days=7))

    assert reload(third).state == DraftState.SENT
    assert CapturedMail.objects.count() == 3


def test_approval_of_a_letter_that_waits_long_lives_until_it_leaves(
    sarah: Stakeholder, csm: User, now: datetime
) -> None:
    for _ in range(2):
        send_now(write(sarah, csm, now), now=now, by=csm)
    third = send_now(write(sarah, csm, now), now=now, by=csm)

    assert third.not_before is not None
    assert third.approval_expires_at == third.not_before + timedelta(days=1)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": DraftState.BOUNCED, "bounce_kind": "hard"},
        {"state": DraftState.UNKNOWN, "sent_at": None},
        {"state": DraftState.NEEDS_REVIEW, "sent_at": None},
        {"state": DraftState.DELIVERED},
    ],
)
def test_whatever_left_or_may_have_counts(sarah: Stakeholder, csm: User, now: datetime, fields: dict[str, Any]) -> None:
    WorkspaceSettings.objects.update(contact_cap=1)
    first = send_now(write(sarah, csm, now), now=now, by=csm)
    Draft.objects.filter(pk=first.pk).update(delivered_at=now, bounced_at=now, **fields)

    second = send_now(write(sarah, csm, now), now=now, by=csm)

    assert second.blocked_by == "cap"


def test_letter_surely_not_taken_counts_not(sarah: Stakeholder, csm: User, now: datetime) -> None:
    WorkspaceSettings.objects.update(contact_cap=1)
    first = send_now(write(sarah, csm, now), now=now, by=csm)
    Draft.objects.filter(pk=first.pk).update(state=DraftState.FAILED, sent_at=None)

    assert send_now(write(sarah, csm, now), now=now, by=csm).state == DraftState.SENT


def test_copy_counts_for_who_gets_it(sarah: Stakeholder, account: Customer, csm: User, now: datetime) -> None:
    WorkspaceSettings.objects.update(contact_cap=1)
    other = factories.StakeholderFactory.create(customer=account, name="Ada Byrne", email="ada@acme.example")
    send_now(write(other, csm, now, cc=["Sarah@acme.example"]), now=now, by=csm)

    assert send_now(write(sarah, csm, now), now=now, by=csm).blocked_by == "cap"


def test_account_cap_counts_everybody_there(account: Customer, csm: User, now: datetime) -> None:
    people = [factories.StakeholderFactory.create(customer=account) for _ in range(5)]

    states = [send_now(write(person, csm, now), now=now, by=csm).state for person in people]

    assert states == [DraftState.SENT] * 4 + [DraftState.QUEUED]


def test_other_accounts_count_not(sarah: Stakeholder, csm: User, now: datetime) -> None:
    for _ in range(4):
        send_now(write(factories.StakeholderFactory.create(customer__owner=csm), csm, now), now=now, by=csm)

    assert send_now(write(sarah, csm, now), now=now, by=csm).state == DraftState.SENT


def test_caps_of_the_account_go_before_the_workspaces(
    sarah: Stakeholder, account: Customer, csm: User, lead: User, now: datetime
) -> None:
    change_sending_rules(account, {"contact_cap": 1}, now=now, by=lead)
    send_now(write(sarah, csm, now), now=now, by=csm)

    assert send_now(write(sarah, csm, now), now=now, by=csm).blocked_by == "cap"


def test_other_part_waits_its_working_days(sarah: Stakeholder, csm: User, now: datetime) -> None:
    send_now(write(sarah, csm, now), now=now, by=csm)

    journey = send_now(write(sarah, csm, now, lane=Lane.JOURNEY), now=now, by=csm)

    assert standing(journey) == (DraftState.QUEUED, "collision", ny("2026-03-06T09:00"))
    assert "“renewal letter” (Renewal)" in journey.outcome


@pytest.mark.parametrize("purpose", [Purpose.ANSWER, Purpose.CONFIRMATION, Purpose.RECAP])
def test_what_somebody_waits_for_passes_cap_and_collision(
    sarah: Stakeholder, csm: User, now: datetime, purpose: str
) -> None:
    for _ in range(2):
        send_now(write(sarah, csm, now, lane=Lane.UPSELL), now=now, by=csm)

    assert send_now(write(sarah, csm, now, purpose=purpose), now=now, by=csm).state == DraftState.SENT


def test_notice_is_never_capped(sarah: Stakeholder, csm: User, now: datetime) -> None:
    for _ in range(2):
        send_now(write(sarah, csm, now), now=now, by=csm)

    assert send_now(write(sarah, csm, now, lane=Lane.NOTICE), now=now, by=csm).state == DraftState.SENT


@pytest.mark.parametrize("state", [DraftState.APPROVED, DraftState.SCHEDULED, DraftState.QUEUED])
def test_last_slot_is_kept_for_the_higher_lane_which_is_named(
    sarah: Stakeholder, csm: User, now: datetime, state: str
) -> None:
    WorkspaceSettings.objects.update(contact_cap=1, collision_days=0)
    renewal = write(sarah, csm, now)
    if state == DraftState.APPROVED:
        approve(renewal, version=renewal.version, now=now, by=csm)
    elif state == DraftState.SCHEDULED:
        schedule(renewal, at=now + timedelta(days=1), version=renewal.version, now=now, by=csm)
    else:
        send(renewal, version=renewal.version, now=now, by=csm, undo_seconds=60)

    journey = send_now(write(sarah, csm, now, lane=Lane.JOURNEY), now=now, by=csm)

    assert (journey.state, journey.blocked_by) == (DraftState.QUEUED, "cap")
    assert "It waits for “renewal letter” (Renewal), which goes first" in journey.outcome


def test_lower_lane_does_not_keep_the_higher_one(sarah: Stakeholder, csm: User, now: datetime) -> None:
    WorkspaceSettings.objects.update(contact_cap=1, collision_days=0)
    journey = write(sarah, csm, now, lane=Lane.JOURNEY)
    send(journey, version=journey.version, now=now, by=csm, undo_seconds=60)

    assert send_now(write(sarah, csm, now), now=now, by=csm).state == DraftState.SENT


def test_blocked_letter_of_a_higher_lane_keeps_nobody(sarah: Stakeholder, csm: User, now: datetime) -> None:
    WorkspaceSettings.objects.update(contact_cap=1, collision_days=0)
    renewal = write(sarah, csm, now)
    send(renewal, version=renewal.version, now=now, by=csm)
    Draft.objects.filter(pk=renewal.pk).update(body="Changed past every service.")
    outbox.deliver(renewal.pk, now=now)
    assert reload(renewal).state == DraftState.BLOCKED

    assert send_now(write(sarah, csm, now, lane=Lane.JOURNEY), now=now, by=csm).state == DraftState.SENT


def test_sweep_claims_the_higher_lane_first(sarah: Stakeholder, csm: User) -> None:
    WorkspaceSettings.objects.update(contact_cap=1, collision_days=0)
    for lane in (Lane.JOURNEY, Lane.UPSELL, Lane.RENEWAL):
        letter = write(sarah, csm, NIGHT, lane=lane)
        send(letter, version=letter.version, now=NIGHT, by=csm)

    outbox.sweep(now=MORNING)

    assert [draft.lane for draft in Draft.objects.filter(state=DraftState.SENT)] == [Lane.RENEWAL]


@pytest.mark.parametrize("end", ["undo", "delete", "edit"])
def test_letter_that_waited_for_another_goes_when_that_one_does_not(
    sarah: Stakeholder, csm: User, now: datetime, end: str
) -> None:
    WorkspaceSettings.objects.update(contact_cap=1, collision_days=0, undo_seconds=0)
    renewal = write(sarah, csm, now)
    approved = approve(renewal, version=renewal.version, now=now, by=csm)
    journey = send_now(write(sarah, csm, now, lane=Lane.JOURNEY), now=now, by=csm)
    assert journey.is_kept_back

    if end == "undo":
        undo(approved, now=now, by=csm)
    elif end == "delete":
        delete_draft(approved, now=now, by=csm)
    else:
        save_draft(approved, version=approved.version, now=now, by=csm, body=f"{TEXT}!")
    outbox.sweep(now=now)

    assert reload(journey).state == DraftState.SENT


# -- settings and holds


def test_wider_window_lets_waiting_letters_go(
    draft: Draft, csm: User, ops: User, django_capture_on_commit_callbacks: Any, time_machine: Any
) -> None:
    time_machine.move_to(NIGHT, tick=False)
    send(draft, version=draft.version, now=NIGHT, by=csm, undo_seconds=10)

    with django_capture_on_commit_callbacks(execute=True):
        change_settings({"window_end": time(23, 59)}, version=1, now=NIGHT, by=ops)
    outbox.sweep(now=NIGHT + timedelta(seconds=9))
    assert reload(draft).state == DraftState.QUEUED
    outbox.sweep(now=NIGHT + timedelta(seconds=10))

    assert reload(draft).state == DraftState.SENT


def test_hold_that_comes_while_it_waits_is_the_reason_then(
    draft: Draft, account: Customer, csm: User, django_capture_on_commit_callbacks: Any, time_machine: Any
) -> None:
    time_machine.move_to(NIGHT, tick=False)
    send(draft, version=draft.version, now=NIGHT, by=csm)

    with django_capture_on_commit_callbacks(execute=True):
        hold = hold_customer(account, scope=HoldScope.ACCOUNT, until=None, reason="Merger", now=NIGHT, by=csm)
    outbox.sweep(now=NIGHT + timedelta(minutes=1))
    assert standing(draft) == (DraftState.BLOCKED, "hold", None)

    end_hold(hold, now=NIGHT + timedelta(minutes=2), by=csm)
    outbox.sweep(now=NIGHT + timedelta(minutes=2))
    assert standing(draft) == (DraftState.QUEUED, "window", MORNING)


def test_hold_of_the_journey_is_not_asked_about_at_each_tick(
    sarah: Stakeholder, account: Customer, csm: User, now: datetime
) -> None:
    journey = write(sarah, csm, now, lane=Lane.JOURNEY)
    send(journey, version=journey.version, now=now, by=csm)
    hold = hold_customer(account, scope=HoldScope.JOURNEY, until=None, reason="", now=now, by=csm)

    for minute in range(5):
        outbox.sweep(now=now + timedelta(minutes=minute))
    assert Activity.objects.filter(verb="draft.blocked").count() == 1

    end_hold(hold, now=now, by=csm)
    outbox.sweep(now=now + timedelta(minutes=6))
    assert reload(journey).state == DraftState.SENT


def test_same_reason_again_fills_no_record(sarah: Stakeholder, csm: User, now: datetime) -> None:
    WorkspaceSettings.objects.update(contact_cap=1)
    send_now(write(sarah, csm, now), now=now, by=csm)
    waiting = write(sarah, csm, now)
    send(waiting, version=waiting.version, now=now, by=csm, undo_seconds=1)

    for _ in range(3):
        Draft.objects.filter(pk=waiting.pk).update(not_before=now)
        outbox.sweep(now=now)

    assert Activity.objects.filter(verb="draft.waits").count() <= 1
    assert reload(waiting).waits_since == now


# -- approvals that are over


def test_expired_approval_becomes_a_draft_with_a_task_for_the_approver(draft: Draft, csm: User, now: datetime) -> None:
    approve(draft, version=draft.version, now=now, by=csm)

    assert expiring.sweep(now=now + timedelta(days=7, seconds=-1)) == 0
    assert expiring.sweep(now=now + timedelta(days=7)) == 1

    current = reload(draft)
    assert (current.state, current.approval_hash, current.approved_by) == (DraftState.DRAFT, "", None)
    todo = Todo.objects.get(kind="approval_expired")
    assert (todo.owner, todo.source_id, draft.subject in todo.title) == (csm, draft.pk, True)
    assert Activity.objects.get(verb="draft.approval_expired").data["approved_by"] == csm.username
    assert expiring.sweep(now=now + timedelta(days=8)) == 0


def test_expired_approval_is_named_until_the_text_is_edited(draft: Draft, csm: User, now: datetime) -> None:
    approve(draft, version=draft.version, now=now, by=csm)
    later = now + timedelta(days=7)
    expiring.sweep(now=later)

    with pytest.raises(Refused) as refused:
        send_approved(reload(draft), version=draft.version, now=later, by=csm)
    assert refused.value.code == "approval_expired"

    edited = save_draft(reload(draft), version=draft.version, now=later, by=csm, body=f"{draft.body} ")
    edited = save_draft(edited, version=edited.version, now=later, by=csm, body=TEXT)
    with pytest.raises(Refused) as refused:
        send_approved(edited, version=edited.version, now=later, by=csm)
    assert refused.value.code == "not_approved"


def test_new_approval_closes_the_task(draft: Draft, csm: User, now: datetime) -> None:
    approve(draft, version=draft.version, now=now, by=csm)
    later = now + timedelta(days=7)
    expiring.sweep(now=later)

    approve(reload(draft), version=draft.version, now=later, by=csm)

    assert Todo.objects.get(kind="approval_expired").state == "done"
    assert reload(draft).state == DraftState.APPROVED


def test_queued_letter_whose_approval_is_over_does_not_leave(draft: Draft, csm: User, now: datetime) -> None:
    send(draft, version=draft.version, now=now, by=csm)
    Draft.objects.filter(pk=draft.pk).update(approval_expires_at=now)

    expiring.sweep(now=now)
    outbox.sweep(now=now)

    assert reload(draft).state == DraftState.DRAFT
    assert not CapturedMail.objects.exists()


def test_task_of_somebody_who_left_is_the_owners(draft: Draft, csm: User, lead: User, now: datetime) -> None:
    approve(draft, version=draft.version, now=now, by=lead)
    User.objects.filter(pk=lead.pk).update(is_active=False)

    expiring.sweep(now=now + timedelta(days=7))

    assert Todo.objects.get(kind="approval_expired").owner == csm


# -- speed


def test_gate_asks_little_however_many_letters_there_are(
    sarah: Stakeholder, draft: Draft, csm: User, now: datetime
) -> None:
    def count() -> int:
        fresh = reload(draft)
        with CaptureQueriesContext(connection) as queries:
            read_gate_facts(fresh, now=now)
        return len(queries)

    few = count()
    for _ in range(12):
        write(sarah, csm, now, state=DraftState.DELIVERED, sent_at=now, delivered_at=now, message_id="<1@x.example>")

    assert count() == few
