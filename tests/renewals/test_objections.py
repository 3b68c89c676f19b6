"""Objections: recorded with their evidence, answered from the rehearsal, and put back when they were none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from customers.enums import TodoState
from customers.models import Activity, Todo, User
from emails.enums import DraftState, Purpose, ReplyClass
from emails.models import Draft
from emails.queries.checks import judge
from emails.services import outbox
from emails.services.editing import save_draft
from emails.services.replies import correct_reply
from emails.services.sending import send
from renewals.enums import ObjectionKind
from renewals.models import Objection, Renewal
from renewals.services.objections import ObjectionClosed, follow_reply, note_objection, settle_objection
from tests import factories
from tests.outreach.conftest import (
    START,
    Commit,
    Receive,
    Send,
    commit,
    letters,
    receive,
    run,
    send_letter,
)

__all__ = ["commit", "letters", "receive", "run", "send_letter"]
pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def objected(letters: list[Draft], send_letter: Send, receive: Receive) -> Any:
    first = send_letter(letters[0])
    return lambda classification="objection_price", **fields: receive(
        first,
        classification,
        at=START + DAY,
        subject=f"Re: {first.subject}",
        text="That is more than we budgeted for.",
        proof=["more than we budgeted for"],
        message_id="<no@acme.example>",
        **fields,
    )


@pytest.mark.parametrize(
    ("classification", "kind", "words"),
    [
        ("objection_price", ObjectionKind.PRICE, "walked through the return together"),
        ("objection_budget", ObjectionKind.BUDGET, "one page that your finance team needs"),
        ("objection_competitor", ObjectionKind.COMPETITOR, "went through your criteria together"),
        ("objection_timing", ObjectionKind.TIMING, "named the one question that is still open"),
    ],
)
def test_objection_is_recorded_with_its_evidence_and_its_answer_prepared(
    objected: Any, renewal: Renewal, csm: User, classification: str, kind: ObjectionKind, words: str
) -> None:
    reply = objected(classification)

    objection = Objection.objects.get()
    assert (objection.kind, objection.reply, objection.stakeholder, objection.renewal) == (
        kind,
        reply,
        reply.stakeholder,
        renewal,
    )
    assert (objection.quote, objection.words) == ("That is more than we budgeted for.", ["more than we budgeted for"])
    answer = objection.answer
    assert answer is not None
    assert (answer.purpose, answer.state, answer.answers, answer.sender) == (
        Purpose.ANSWER,
        DraftState.DRAFT,
        reply,
        csm,
    )
    assert words in answer.body
    assert answer.subject == reply.subject
    assert judge(answer).open_spans == []


def test_answer_follows_the_four_steps_of_the_rehearsal(objected: Any) -> None:
    objected()

    answer = Objection.objects.get().answer
    assert answer is not None
    paragraphs = answer.body.split("\n\n")[1:-1]
    assert [text[:30] for text in paragraphs] == [
        "Thanks for being open about th",
        "Let me share the context behin",
        "You have realised $52,000 in m",
        "Would it help if we walked thr",
    ]


def test_answer_leaves_in_the_thread_of_the_reply_while_the_account_is_stopped(
    objected: Any, csm: User, commit: Commit
) -> None:
    objected()
    answer = Objection.objects.get().answer
    assert answer is not None

    with commit(START + DAY):
        send(answer, version=answer.version, now=START + DAY, by=csm)
        outbox.deliver(answer.pk, now=START + DAY)

    answer.refresh_from_db()
    assert (answer.state, answer.references[-1]) == (DraftState.SENT, "<no@acme.example>")


def test_objection_asks_for_an_answer_and_for_a_decision(objected: Any, csm: User) -> None:
    objected()

    todo = Todo.objects.get(kind="objection")
    assert (todo.owner, todo.title) == (csm, "Ada Byrne objects (price)")
    assert todo.detail == "The answer is prepared. Read and send it. Decide whether to start Negotiate now."


def test_news_that_comes_twice_records_one_objection(objected: Any) -> None:
    reply = objected()

    follow_reply(reply.pk, now=START + 2 * DAY)

    assert Objection.objects.count() == 1
    assert Draft.objects.filter(purpose=Purpose.ANSWER).count() == 1


@pytest.mark.parametrize("fields", [{"is_verified": False}, {"is_authentic": False, "is_verified": False}])
def test_objection_of_an_unverified_sender_is_none(objected: Any, fields: dict[str, Any]) -> None:
    objected(**fields)

    assert not Objection.objects.exists()


def test_corrected_objection_is_withdrawn_with_what_the_machine_had_made_of_it(
    objected: Any, csm: User, commit: Commit
) -> None:
    reply = objected()

    with commit(START + DAY):
        correct_reply(reply, classification=ReplyClass.NEUTRAL, now=START + DAY, by=csm)

    objection = Objection.objects.get()
    assert objection.withdrawn_at is not None
    assert Draft.objects.get(purpose=Purpose.ANSWER).state == DraftState.CANCELLED
    assert Todo.objects.get(kind="objection").state == TodoState.DISMISSED


def test_answer_that_a_person_has_written_survives_the_correction(objected: Any, csm: User, commit: Commit) -> None:
    reply = objected()
    answer = Draft.objects.get(purpose=Purpose.ANSWER)
    save_draft(answer, version=answer.version, now=START + DAY, by=csm, body="Hi Ada,\n\nlet us talk.\n\nDana")

    with commit(START + DAY):
        correct_reply(reply, classification=ReplyClass.NEUTRAL, now=START + DAY, by=csm)

    answer.refresh_from_db()
    assert answer.state == DraftState.DRAFT


def test_objection_of_another_kind_replaces_the_first(objected: Any, csm: User, commit: Commit) -> None:
    reply = objected()

    with commit(START + DAY):
        correct_reply(reply, classification=ReplyClass.OBJECTION_COMPETITOR, now=START + DAY, by=csm)

    kinds = {row.kind: row.is_open for row in Objection.objects.all()}
    assert kinds == {"price": False, "competitor": True}


def test_objection_corrected_and_back_is_raised_again(objected: Any, csm: User, commit: Commit) -> None:
    reply = objected()
    for classification in (ReplyClass.NEUTRAL, ReplyClass.OBJECTION_PRICE):
        with commit(START + DAY):
            correct_reply(reply, classification=classification, now=START + DAY, by=csm)

    objection = Objection.objects.get()
    assert objection.is_open
    assert objection.answer is not None and objection.answer.state == DraftState.DRAFT
    assert Todo.objects.get(kind="objection").state == TodoState.OPEN


def test_account_without_a_contract_has_nothing_to_object_to(csm: User) -> None:
    person = factories.StakeholderFactory.create(customer__owner=csm)
    reply = factories.ReplyFactory.create(stakeholder=person, classification="objection_price")

    assert follow_reply(reply.pk, now=START) is None


def test_person_notes_what_was_said_in_a_call(renewal: Renewal, people: Any, csm: User) -> None:
    objection = note_objection(
        renewal,
        kind=ObjectionKind.BUDGET,
        quote="Budget is frozen",
        stakeholder=people["economic_buyer"],
        now=START,
        by=csm,
    )

    assert (objection.noted_by, objection.is_open) == (csm, True)
    with pytest.raises(ValidationError):
        note_objection(renewal, kind=ObjectionKind.BUDGET, quote=" ", stakeholder=None, now=START, by=csm)


def test_settled_objection_says_how_and_is_settled_once(objected: Any, csm: User) -> None:
    objected()
    objection = Objection.objects.get()

    settle_objection(objection, how="Longer term agreed", now=START + 2 * DAY, by=csm)

    objection.refresh_from_db()
    assert (objection.is_open, objection.settled_how) == (False, "Longer term agreed")
    assert Activity.objects.filter(verb="objection.settled").count() == 1
    with pytest.raises(ObjectionClosed):
        settle_objection(objection, how="Again", now=START + 2 * DAY, by=csm)
