"""What happens at Outreach.io comes here, and what stops here is paused there."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from customers.clients.base import NotAccepted
from customers.enums import HoldScope
from customers.models import Activity, Brake, Customer, Stakeholder, User
from customers.services.holds import clear_brake, end_hold, hold_customer, set_brake
from emails.enums import SuppressionCause
from emails.models import Suppression
from emails.services.suppression import suppress
from outreach.clients.choice import outreach_webhook_secrets
from outreach.clients.outreach_io import OutreachClient
from outreach.enums import Standing, Wish
from outreach.models import Enrollment, EnrollmentDesk, OutreachNews, ProspectLink, StandInThing
from outreach.rules.outreach_io.resources import SequenceState
from outreach.services.enrollment_control import change_all, change_of, work_wishes
from outreach.services.enrollment_states import apply_state
from outreach.services.enrollment_sync import sync_states
from outreach.services.outreach_news import apply_due
from outreach.services.outreach_stand_in import play
from tests import factories
from tests.outreach.enrollments.conftest import Enrolled

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
Hear = Callable[..., Any]


def state_of(row: Enrollment) -> str:
    said: str = StandInThing.objects.get(pk=row.state_id).attributes["state"]
    return said


def again(row: Enrollment) -> Enrollment:
    return Enrollment.objects.select_related("customer", "stakeholder").get(pk=row.pk)


# Pause, resume, remove


def test_person_is_paused_resumed_and_removed_with_what_happened(
    enrolled: Enrolled, person: Stakeholder, csm: User, now: datetime
) -> None:
    row = enrolled()
    said = []
    for wish, expected in ((Wish.PAUSE, "paused"), (Wish.RESUME, "active"), (Wish.FINISH, "finished")):
        (outcome,) = change_of(person, wish, now=now, by=csm)
        said.append((outcome.is_done, outcome.message))
        assert state_of(row) == expected

    assert said == [(True, "Paused."), (True, "Resumed."), (True, "Removed.")]
    row = again(row)
    assert (row.state, row.standing, row.completed_at) == ("removed", Standing.FINISHED, now)


def test_paused_person_can_be_removed_though_only_active_ones_finish_there(
    enrolled: Enrolled, person: Stakeholder, csm: User, now: datetime
) -> None:
    row = enrolled()
    change_of(person, Wish.PAUSE, now=now, by=csm)

    (outcome,) = change_of(person, Wish.FINISH, now=now, by=csm)

    assert (outcome.is_done, state_of(row)) == (True, "finished")


def test_whole_account_says_what_happened_to_each(
    enrolled: Enrolled, ask: Enrolled, account: Customer, csm: User, now: datetime
) -> None:
    enrolled()
    ask(factories.StakeholderFactory.create(customer=account, name="Bo"))

    outcomes = change_all(account, Wish.FINISH, now=now, by=csm)

    assert {one.enrollment.stakeholder.name: one.message for one in outcomes} == {
        "Ann Lee": "Removed.",
        "Bo": "Removed before it was done.",
    }


def test_pause_that_cannot_be_made_is_tried_again(
    enrolled: Enrolled, person: Stakeholder, csm: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = enrolled()

    def refuse(*_: Any) -> Any:
        raise NotAccepted("Outreach.io could not be reached.", can_retry=True)

    with monkeypatch.context() as patch:
        patch.setattr(OutreachClient, "pause", refuse)
        (outcome,) = change_of(person, Wish.PAUSE, now=now, by=csm)
    assert (outcome.is_done, "tried again" in outcome.message, state_of(row)) == (False, True, "active")

    work_wishes(now=now + 5 * MINUTE)

    assert (state_of(row), again(row).standing, again(row).wish) == ("paused", Standing.PAUSED, "")


# The brake, both ways


def test_brake_here_pauses_there_and_its_end_resumes(
    enrolled: Enrolled, account: Customer, csm: User, now: datetime, hear: Hear
) -> None:
    row = enrolled()
    with hear():
        set_brake(account, reason="They answered", now=now, by=None)
    work_wishes(now=now)
    assert (state_of(row), again(row).paused_by) == ("paused", "brake")

    with hear():
        clear_brake(account, now=now, by=csm)
    work_wishes(now=now)

    assert (state_of(row), again(row).paused_by) == ("active", "")


def test_hold_here_pauses_there_and_whom_a_person_paused_stays_paused(
    enrolled: Enrolled, account: Customer, csm: User, now: datetime, hear: Hear
) -> None:
    mine = enrolled()
    other = enrolled(factories.StakeholderFactory.create(customer=account, name="Bo"))
    change_of(mine.stakeholder, Wish.PAUSE, now=now, by=csm)
    with hear():
        hold = hold_customer(account, scope=HoldScope.ACCOUNT, until=None, reason="", now=now, by=csm)
    work_wishes(now=now)
    assert (state_of(mine), state_of(other)) == ("paused", "paused")

    with hear():
        end_hold(hold, now=now, by=csm)
    work_wishes(now=now)

    assert (state_of(mine), state_of(other)) == ("paused", "active")


def test_nobody_is_resumed_while_the_account_is_braked(
    enrolled: Enrolled, account: Customer, person: Stakeholder, csm: User, now: datetime
) -> None:
    enrolled()
    change_of(person, Wish.PAUSE, now=now, by=csm)
    set_brake(account, reason="They answered", now=now, by=None)

    (outcome,) = change_of(person, Wish.RESUME, now=now, by=csm)

    assert (outcome.is_done, "decision" in outcome.message) == (False, True)


def test_reply_there_sets_the_brake_here_and_pauses_the_others(
    enrolled: Enrolled, account: Customer, now: datetime, hear: Hear
) -> None:
    row = enrolled()
    other = enrolled(factories.StakeholderFactory.create(customer=account, name="Bo"))
    later = now + MINUTE
    with hear(later):
        play(row.state_id or 0, "replied", now=later)
    with hear(later):
        sync_states(now=later)
    work_wishes(now=later)

    assert Brake.objects.get(customer=account, cleared_at=None).source_id == row.pk
    assert (again(row).replied_at is not None, state_of(other)) == (True, "paused")
    assert Activity.objects.filter(verb="enrollment.replied", customer=account).count() == 1


# Status


def test_sync_takes_in_what_changed_and_counts_its_calls(enrolled: Enrolled, now: datetime) -> None:
    row = enrolled()
    play(row.state_id or 0, "opened", now=now + MINUTE)

    synced = sync_states(now=now + 2 * MINUTE)

    assert (synced.calls, synced.states, synced.mails, synced.problem) == (2, 1, 1, "")
    assert again(row).open_count == 1
    assert EnrollmentDesk.objects.get().next_sync_at == now + 17 * MINUTE
    assert sync_states(now=now + 20 * MINUTE).changed == 0


def test_unknown_state_is_kept_as_unknown_with_their_word(enrolled: Enrolled, now: datetime) -> None:
    row = enrolled()

    assert apply_state(again(row), _state(row, "hibernating", at=now + MINUTE), now=now)

    row = again(row)
    assert (row.standing, row.word, row.standing_note) == (
        Standing.UNKNOWN,
        "hibernating",
        "Outreach.io calls it “hibernating”.",
    )


def test_older_news_moves_nothing_back(enrolled: Enrolled, now: datetime) -> None:
    row = enrolled()
    apply_state(again(row), _state(row, "finished", at=now + 2 * MINUTE), now=now)

    assert not apply_state(again(row), _state(row, "active", at=now + MINUTE), now=now)

    assert again(row).standing == Standing.FINISHED


def test_finished_with_a_reply_is_replied(enrolled: Enrolled, now: datetime) -> None:
    row = enrolled()

    apply_state(again(row), _state(row, "finished", at=now + MINUTE, replied_at=now), now=now)

    assert again(row).standing == Standing.REPLIED


# Opt-outs, both ways


def test_opt_out_there_is_on_our_list(enrolled: Enrolled, person: Stakeholder, now: datetime, hear: Hear) -> None:
    row = enrolled()
    later = now + MINUTE
    with hear(later):
        play(row.state_id or 0, "opted_out", now=later)
    with hear(later):
        sync_states(now=later)

    assert Suppression.objects.get().cause == SuppressionCause.OUTREACH
    assert Suppression.objects.get().address == "ann.lee@acme.example"


def test_suppression_here_opts_out_there_and_takes_them_out(
    enrolled: Enrolled, person: Stakeholder, now: datetime, hear: Hear
) -> None:
    row = enrolled()
    with hear():
        suppress(person.email, cause=SuppressionCause.UNSUBSCRIBED, now=now, by=None)
    work_wishes(now=now)

    assert StandInThing.objects.get(kind="prospect").attributes["optedOut"] is True
    assert (ProspectLink.objects.get().opted_out, again(row).state) == (True, "removed")


# Webhooks


def _call(body: bytes, *, now: datetime, signature: str | None = None) -> int:
    secret = outreach_webhook_secrets()[0]
    signed = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest() if signature is None else signature
    with time_machine.travel(now, tick=False):
        return (
            Client()
            .post(
                "/webhooks/outreach",
                body,
                content_type="application/json",
                headers={"Outreach-Webhook-Signature": signed},
            )
            .status_code
        )


def _news(row: Enrollment, *, at: datetime, event: str = "sequenceState.updated", **said: Any) -> bytes:
    data = {"type": event.split(".")[0], "id": row.state_id, "attributes": said, "relationships": {}}
    return json.dumps({"data": data, "meta": {"deliveredAt": at.isoformat(), "eventName": event}}).encode()


def test_news_is_kept_once_and_applied_after(enrolled: Enrolled, now: datetime) -> None:
    row = enrolled()
    body = _news(row, at=now + MINUTE, state="paused", stateChangedAt=(now + MINUTE).isoformat())

    assert [_call(body, now=now + MINUTE), _call(body, now=now + MINUTE)] == [200, 200]

    assert (OutreachNews.objects.count(), again(row).standing) == (1, Standing.ACTIVE)
    assert apply_due(now=now + MINUTE) == 1
    assert again(row).standing == Standing.PAUSED


def test_forged_stale_malformed_and_oversized_calls_are_refused(enrolled: Enrolled, now: datetime) -> None:
    row = enrolled()
    good = _news(row, at=now, state="paused")

    assert _call(good, now=now, signature="0" * 64) == 401
    assert _call(good, now=now, signature="") == 401
    assert _call(good, now=now, signature="ÿ") == 401
    assert _call(_news(row, at=now - timedelta(hours=26), state="paused"), now=now) == 400
    assert _call(b"{", now=now) == 400
    assert _call(b"[" * 50_000, now=now) == 400
    assert _call(b'{"data": {"type": "mailing", "id": true}, "meta": {"eventName": "mailing.replied"}}', now=now) == 400
    assert _call(b"x" * (1024 * 1024 + 1), now=now) == 413
    assert OutreachNews.objects.count() == 0


def test_without_a_key_nobody_is_believed(db: None, now: datetime) -> None:
    answer = Client().post("/webhooks/outreach", b"{}", content_type="application/json")

    assert answer.status_code == 403


def test_reply_by_webhook_sets_the_brake(enrolled: Enrolled, account: Customer, now: datetime) -> None:
    row = enrolled()
    said = {"state": "finished", "repliedAt": now.isoformat(), "stateChangedAt": (now + MINUTE).isoformat()}
    _call(_news(row, at=now + MINUTE, **said), now=now + MINUTE)

    apply_due(now=now + MINUTE)

    assert (again(row).standing, Brake.objects.filter(customer=account).count()) == (Standing.REPLIED, 1)


def _state(row: Enrollment, word: str, *, at: datetime, replied_at: datetime | None = None) -> SequenceState:
    counters = dict.fromkeys(
        ("deliver_count", "open_count", "click_count", "reply_count", "bounce_count", "opt_out_count")
    )
    return SequenceState(
        state_id=row.state_id or 0,
        prospect_id=row.prospect_id,
        sequence_id=row.sequence_id,
        mailbox_id=None,
        step_id=None,
        state=word,
        pause_reason="",
        error_reason="",
        state_changed_at=at,
        active_at=None,
        replied_at=replied_at,
        created_at=None,
        updated_at=at,
        **counters,
    )
