"""What the tables of expansion refuse: a second run of one event, a step without its yes, an answer to nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from customers.base import claim, settle
from customers.models import Customer, User
from outreach.enums import (
    AutomationLevel,
    Framing,
    OpportunityStage,
    RunState,
    StepState,
    UpsellReply,
    UpsellStepName,
)
from outreach.models import Opportunity, UpsellIntroduction, UpsellRun, UpsellStep
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(csm: User) -> Customer:
    return factories.CustomerFactory.create(owner=csm)


@pytest.fixture
def run(account: Customer, now: datetime) -> UpsellRun:
    return make_run(account, now)


def make_run(customer: Customer, now: datetime, **fields: Any) -> UpsellRun:
    return UpsellRun.objects.create(
        **{
            "customer": customer,
            "event_id": "e-1",
            "metric": "trade_volume",
            "level": AutomationLevel.HYBRID,
            "wanted_level": AutomationLevel.FULL,
            "started_at": now,
            **fields,
        }
    )


def make_step(run: UpsellRun, **fields: Any) -> UpsellStep:
    return UpsellStep.objects.create(
        **{"customer": run.customer, "run": run, "name": UpsellStepName.FETCH_USAGE, "position": 1, **fields}
    )


def is_refused(write: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            write()
    except IntegrityError:
        return True
    return False


def test_event_of_an_account_has_one_run(run: UpsellRun, account: Customer, now: datetime) -> None:
    other = factories.CustomerFactory.create()

    assert is_refused(lambda: make_run(account, now))
    assert not is_refused(lambda: make_run(other, now))
    assert not is_refused(lambda: make_run(account, now, event_id="e-2"))


def test_run_that_ended_has_a_moment_and_only_that_one(run: UpsellRun, now: datetime) -> None:
    rows = UpsellRun.objects.filter(pk=run.pk)

    for state in (RunState.COMPLETED, RunState.DECLINED, RunState.CANCELLED):
        assert is_refused(lambda state=state: rows.update(state=state, ended_at=None))  # type: ignore[misc]
        assert not is_refused(lambda state=state: rows.update(state=state, ended_at=now))  # type: ignore[misc]
    assert is_refused(lambda: rows.update(state=RunState.RUNNING, ended_at=now))


def test_run_that_waits_for_a_reply_knows_until_when(run: UpsellRun, now: datetime) -> None:
    rows = UpsellRun.objects.filter(pk=run.pk)

    assert is_refused(lambda: rows.update(state=RunState.WAITING_REPLY))
    assert not is_refused(lambda: rows.update(state=RunState.WAITING_REPLY, waits_until=now + timedelta(hours=24)))


def test_reply_has_its_moment(run: UpsellRun, now: datetime) -> None:
    rows = UpsellRun.objects.filter(pk=run.pk)

    assert is_refused(lambda: rows.update(reply=UpsellReply.YES))
    assert is_refused(lambda: rows.update(replied_at=now))
    assert not is_refused(lambda: rows.update(reply=UpsellReply.YES, replied_at=now))


def test_step_stands_once_in_its_run_and_at_one_place(run: UpsellRun) -> None:
    make_step(run)

    assert is_refused(lambda: make_step(run, position=2))
    assert is_refused(lambda: make_step(run, name=UpsellStepName.FETCH_CONTRACT))
    assert not is_refused(lambda: make_step(run, name=UpsellStepName.FETCH_CONTRACT, position=2))


@pytest.mark.parametrize("state", [StepState.QUEUED, StepState.SENDING])
def test_step_is_not_taken_before_its_yes(run: UpsellRun, state: StepState, now: datetime) -> None:
    rows = UpsellStep.objects.filter(pk=make_step(run, needs_person=True).pk)

    assert is_refused(lambda: rows.update(state=state))
    assert not is_refused(lambda: rows.update(state=state, approved_at=now))


@pytest.mark.parametrize("state", [StepState.SENT, StepState.SKIPPED])
def test_step_that_is_done_has_a_moment(run: UpsellRun, state: StepState, now: datetime) -> None:
    rows = UpsellStep.objects.filter(pk=make_step(run).pk)

    assert is_refused(lambda: rows.update(state=state))
    assert not is_refused(lambda: rows.update(state=state, done_at=now))


def test_step_is_claimed_and_settled_once_like_a_mail(run: UpsellRun, now: datetime) -> None:
    step = make_step(run, state=StepState.QUEUED)

    token = claim(step, now=now)

    assert token is not None and claim(step, now=now) is None
    assert settle(step, token=token, state=StepState.SENT, now=now, done_at=now, output={"percent": "150"})
    assert not settle(step, token=token, state=StepState.FAILED, now=now)
    step.refresh_from_db()
    assert (step.state, step.attempts, step.output) == (StepState.SENT, 1, {"percent": "150"})


def test_opportunity_is_worth_nothing_or_more_and_closes_at_a_moment(account: Customer, now: datetime) -> None:
    row = Opportunity.objects.create(customer=account, name="Acme: Enterprise", found_at=now)
    rows = Opportunity.objects.filter(pk=row.pk)

    assert is_refused(lambda: rows.update(estimated_value=-1))
    assert is_refused(lambda: rows.update(stage=OpportunityStage.WON))
    assert is_refused(lambda: rows.update(closed_at=now))
    assert not is_refused(lambda: rows.update(stage=OpportunityStage.WON, closed_at=now, estimated_value=0))


def test_introduction_that_was_not_sent_has_no_answer(account: Customer, now: datetime) -> None:
    row = UpsellIntroduction.objects.create(
        customer=account, framing=Framing.VALUE_ADD, proposed=Framing.EDUCATIONAL, written_at=now
    )
    rows = UpsellIntroduction.objects.filter(pk=row.pk)

    assert is_refused(lambda: rows.update(response=UpsellReply.NO, responded_at=now))
    assert is_refused(lambda: rows.update(response=UpsellReply.NO, sent_at=now))
    assert not is_refused(lambda: rows.update(response=UpsellReply.NO, responded_at=now, sent_at=now))


def test_rows_are_seen_by_those_who_see_the_account(
    run: UpsellRun, account: Customer, csm: User, stranger: User, now: datetime
) -> None:
    make_step(run)
    Opportunity.objects.create(customer=account, name="Acme: Enterprise", found_at=now)

    for model in (UpsellRun, UpsellStep, Opportunity):
        assert model.objects.visible_to(csm).count() == 1
        assert not model.objects.visible_to(stranger).exists()
