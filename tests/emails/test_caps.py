"""Letters that wait for the cap, for another part, or for a higher lane."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from customers.models import Customer, Stakeholder, User, WorkspaceSettings
from customers.services.sending_rules import change_sending_rules
from emails.enums import DraftState, Lane, Purpose
from emails.models import CapturedMail, Draft
from emails.services import outbox
from emails.services.drafts import delete_draft
from emails.services.editing import reload, save_draft
from emails.services.sending import approve, schedule, send, undo
from tests import factories
from tests.emails.pacing_ground import MORNING, NIGHT, TEXT, ny, send_now, standing, write

pytestmark = pytest.mark.django_db


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
