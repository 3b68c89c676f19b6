"""What follows an introduction that nobody answered: a reminder of its own, then a call, no word of the renewal."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from time_machine import TimeMachineFixture

from customers.models import Customer, Stakeholder, Todo, User
from emails.enums import DraftState, Lane, Purpose, SuppressionCause
from emails.models import Draft
from emails.queries.checks import judge
from emails.services.outbox import deliver
from emails.services.replies import apply_reply
from emails.services.sending import send
from emails.services.suppression import suppress
from journeys.services.clock import tick
from outreach.enums import Choice
from outreach.services.cadence import start_cadence
from outreach.services.channels import CHANNEL_TODO
from outreach.services.introductions import write_introduction
from renewals.models import Objection
from renewals.queries.brake import read_question
from renewals.services.objections import follow_reply
from tests import factories
from tests.outreach.expanding import grow

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(
    customer: Customer, people: dict[str, Stakeholder], csm: User, now: datetime, time_machine: TimeMachineFixture
) -> Draft:
    time_machine.move_to(now)
    draft = write_introduction(grow(customer, now=now).pk, by=csm, now=now).draft
    assert draft is not None
    send(draft, version=draft.version, now=now, by=csm, undo_seconds=0)
    deliver(draft.pk, now=now)
    start_cadence(draft.pk, now=now)
    return Draft.objects.get(pk=draft.pk)


def play(now: datetime, *, days: int) -> None:
    for day in range(1, days + 1):
        tick(now=now + timedelta(days=day))


def test_reminder_begins_with_what_they_have_and_waits_for_a_person(sent: Draft, now: datetime) -> None:
    play(now, days=6)

    reminder = Draft.objects.get(parent=sent, purpose=Purpose.FOLLOW_UP)
    assert (reminder.lane, reminder.state, reminder.origin_id) == (Lane.UPSELL, DraftState.DRAFT, sent.origin_id)
    assert "what Acme already has" in reminder.body and "renewal" not in f"{reminder.subject}{reminder.body}".lower()
    assert judge(reminder).open_spans == []


def test_after_a_week_a_call_is_proposed_and_nobody_above_is_sent(sent: Draft, now: datetime) -> None:
    play(now, days=12)

    todo = Todo.objects.get(kind=CHANNEL_TODO)
    options = {option["channel"]: option for option in todo.metadata["options"]}
    assert [code for code, option in options.items() if option["is_possible"]] == ["call"]
    assert "renewal" not in options["call"]["wording"] and "what you already have" in options["call"]["wording"]


def test_who_wants_no_such_mail_is_not_written_to(
    customer: Customer, people: dict[str, Stakeholder], csm: User, now: datetime
) -> None:
    suppress(people["champion"].email, topic=Lane.UPSELL, cause=SuppressionCause.UNSUBSCRIBED, now=now, by=None)

    draft = write_introduction(grow(customer, now=now).pk, by=csm, now=now).draft

    assert draft is not None and draft.to_name == "Eve Stone"


@pytest.mark.parametrize("code", ["positive", "objection_price"])
def test_answer_to_an_introduction_moves_nothing_of_the_renewal(sent: Draft, code: str, now: datetime) -> None:
    reply = factories.ReplyFactory.create(
        stakeholder=sent.stakeholder, draft=sent, text="As said.", classification=code, received_at=now
    )
    apply_reply(reply, now=now)

    question = read_question(sent.customer, now=now)

    assert question is not None and question.proposed == Choice.RESUME
    assert "Of the renewal it says nothing." in question.why_proposed


def test_objection_to_an_introduction_is_none_to_the_renewal(sent: Draft, now: datetime) -> None:
    reply = factories.ReplyFactory.create(
        stakeholder=sent.stakeholder, draft=sent, text="Too expensive.", classification="objection_price"
    )

    assert follow_reply(reply.pk, now=now) is None
    assert not Objection.objects.exists()
