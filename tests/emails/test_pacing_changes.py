"""Settings, holds and approvals that change while a letter waits."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.enums import HoldScope
from customers.models import Activity, Customer, Stakeholder, Todo, User, WorkspaceSettings
from customers.services.holds import end_hold, hold_customer
from customers.services.workspace import change_settings
from emails.enums import DraftState, Lane
from emails.models import CapturedMail, Draft
from emails.queries.checks import read_gate_facts
from emails.services import expiring, outbox
from emails.services.editing import reload, save_draft
from emails.services.sending import Refused, approve, send, send_approved
from tests.emails.pacing_ground import MORNING, NIGHT, TEXT, send_now, standing, write

pytestmark = pytest.mark.django_db


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
