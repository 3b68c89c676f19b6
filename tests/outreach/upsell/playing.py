"""Playing runs without fixtures: an account, a run, and everything up to the reply."""

from __future__ import annotations

from datetime import datetime

from customers.models import Customer, StandInCall, User
from emails.models import CapturedMail
from emails.services import outbox
from emails.services.sending import send
from outreach.enums import AutomationLevel, RunState, StepState, UpsellStepName
from outreach.models import Opportunity, UpsellRun, UpsellStep
from outreach.services.upsell import deciding, stepping
from outreach.services.upsell.mails import note_mail_left
from outreach.services.upsell.starting import start_run
from tests.outreach.upsell.conftest import fresh, mail_of


def start(customer: Customer, by: User, *, now: datetime, event: str = "e1", level: str = "HYBRID") -> UpsellRun:
    return start_run(customer, event_id=event, metric="trade_volume", asked=AutomationLevel(level), now=now, by=by).run


def play_to_the_wait(customer: Customer, by: User, *, now: datetime, event: str = "e1") -> UpsellRun:
    """A hybrid run whose mail a person has sent, and which waits for the reply."""
    run = start(customer, by, now=now, event=event)
    stepping.sweep(now)
    leave(run, by, now=now)
    stepping.sweep(now)
    run = fresh(run)
    assert run.state == RunState.WAITING_REPLY
    return run


def leave(run: UpsellRun, by: User, *, now: datetime) -> None:
    """Approve the mail and hand it over; the run hears of it."""
    draft = mail_of(run)
    send(draft, version=draft.version, now=now, by=by)
    outbox.deliver(draft.pk, now=now)
    note_mail_left(run.pk, now=now)


def approve(run: UpsellRun, name: UpsellStepName, by: User, *, now: datetime) -> None:
    if step_of(run, name).waits_for_yes:
        deciding.approve_step(run, name, now=now, by=by)


def step_of(run: UpsellRun, name: UpsellStepName) -> UpsellStep:
    found: UpsellStep = UpsellStep.objects.get(run=run, name=name)
    return found


def state_of(run: UpsellRun, name: UpsellStepName) -> StepState:
    return StepState(step_of(run, name).state)


def count_all() -> dict[str, int]:
    """What left the house or was logged, each to be there once."""
    posts = StandInCall.objects.filter(vendor="slack", action="post", request__text__icontains="an expansion")
    return {
        "runs": UpsellRun.objects.count(),
        "mails": CapturedMail.objects.count(),
        "slack": posts.count(),
        "zoom": StandInCall.objects.filter(vendor="zoom").count(),
        "opportunities": Opportunity.objects.count(),
    }


ONCE = {"runs": 1, "mails": 1, "slack": 1, "zoom": 1, "opportunities": 1}
