"""What a reply does to its account, and what a person's correction puts back (promise 6)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from customers.models import Activity, Brake, Customer, Stakeholder, User
from customers.services.holds import clear_brake
from emails.enums import AUTOMATIC_CLASSES, HUMAN_CLASSES, OBJECTION_CLASSES, ReplyClass
from emails.models import Draft, Reply
from emails.services import outbox
from emails.services.conversations import answer_reply
from emails.services.editing import save_draft
from emails.services.replies import BelongsToNobody, apply_reply, correct_reply, handle_reply
from emails.services.sending import send
from emails.signals import reply_corrected, reply_received
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def news() -> Any:
    """What the two signals told, in order."""
    told: list[dict[str, Any]] = []

    def hear(signal: Any = None, sender: Any = None, **values: Any) -> None:
        told.append(values)

    for signal in (reply_received, reply_corrected):
        signal.connect(hear)
    yield told
    for signal in (reply_received, reply_corrected):
        signal.disconnect(hear)


def make_reply(person: Stakeholder, **more: Any) -> Reply:
    reply: Reply = factories.ReplyFactory.create(stakeholder=person, **more)
    return reply


def brakes(account: Customer) -> list[Any]:
    return list(Brake.objects.filter(customer=account, cleared_at=None).values_list("source_id", flat=True))


def test_classes_are_the_codes_of_the_interface() -> None:
    assert {str(code) for code in HUMAN_CLASSES | AUTOMATIC_CLASSES} | {"unverified"} == set(ReplyClass.values)
    assert not HUMAN_CLASSES & AUTOMATIC_CLASSES
    assert OBJECTION_CLASSES < HUMAN_CLASSES


@pytest.mark.parametrize("code", sorted(HUMAN_CLASSES))
def test_verified_human_reply_stops_the_account(code: str, sarah: Stakeholder, draft: Draft, now: datetime) -> None:
    reply = make_reply(sarah, draft=draft, classification=code)

    apply_reply(reply, now=now)

    assert brakes(sarah.customer) == [reply.pk]
    draft.refresh_from_db()
    assert draft.replied_at == reply.received_at


@pytest.mark.parametrize("code", [*sorted(AUTOMATIC_CLASSES), "unverified"])
def test_automatic_reply_stops_nothing(code: str, sarah: Stakeholder, draft: Draft, now: datetime) -> None:
    reply = make_reply(sarah, draft=draft, classification=code)

    apply_reply(reply, now=now)

    assert brakes(sarah.customer) == []
    draft.refresh_from_db()
    assert draft.replied_at is None


def test_unverified_sender_moves_nothing_whatever_the_words(sarah: Stakeholder, draft: Draft, now: datetime) -> None:
    reply = make_reply(sarah, draft=draft, classification="positive", is_verified=False)

    apply_reply(reply, now=now)

    assert brakes(sarah.customer) == []


def test_news_comes_once_after_commit(
    sarah: Stakeholder, draft: Draft, now: datetime, news: Any, django_capture_on_commit_callbacks: Any
) -> None:
    reply = make_reply(sarah, draft=draft, classification="out_of_office", return_date=date(2026, 3, 9))

    with django_capture_on_commit_callbacks(execute=True):
        apply_reply(reply, now=now)
        apply_reply(reply, now=now)

    assert news == [
        {
            "reply_id": reply.pk,
            "customer_id": sarah.customer_id,
            "stakeholder_id": sarah.pk,
            "draft_id": draft.pk,
            "classification": "out_of_office",
            "is_human": False,
            "is_verified": True,
            "return_date": "2026-03-09",
            "received_at": reply.received_at.isoformat(),
        }
    ]
    assert Activity.objects.filter(verb="reply.received").count() == 1


def test_repeat_sets_no_brake_that_a_person_released(sarah: Stakeholder, csm: User, now: datetime) -> None:
    reply = make_reply(sarah)
    apply_reply(reply, now=now, is_settled=False)
    clear_brake(sarah.customer, now=now, by=csm)

    apply_reply(reply, now=now)

    assert brakes(sarah.customer) == []


def test_first_human_answer_dates_the_letter(sarah: Stakeholder, draft: Draft, now: datetime) -> None:
    late = make_reply(sarah, draft=draft, received_at=now)
    early = make_reply(sarah, draft=draft, received_at=now - timedelta(hours=2))

    apply_reply(late, now=now)
    apply_reply(early, now=now)

    draft.refresh_from_db()
    assert draft.replied_at == early.received_at


def test_correction_to_automatic_releases_the_brake_it_set(
    sarah: Stakeholder, draft: Draft, csm: User, now: datetime, news: Any, django_capture_on_commit_callbacks: Any
) -> None:
    reply = make_reply(sarah, draft=draft)
    apply_reply(reply, now=now)

    with django_capture_on_commit_callbacks(execute=True):
        correct_reply(reply, classification=ReplyClass.OUT_OF_OFFICE, return_date=date(2026, 3, 9), now=now, by=csm)

    assert brakes(sarah.customer) == []
    draft.refresh_from_db()
    assert draft.replied_at is None
    assert news[-1] == {
        "reply_id": reply.pk,
        "customer_id": sarah.customer_id,
        "stakeholder_id": sarah.pk,
        "draft_id": draft.pk,
        "old": "positive",
        "new": "out_of_office",
        "return_date": "2026-03-09",
    }


def test_correction_hands_the_brake_to_the_reply_that_came_since(sarah: Stakeholder, csm: User, now: datetime) -> None:
    first, second = make_reply(sarah), make_reply(sarah)
    apply_reply(first, now=now)
    apply_reply(second, now=now)

    correct_reply(first, classification=ReplyClass.AUTO_GENERATED, now=now, by=csm)

    assert brakes(sarah.customer) == [second.pk]


def test_correction_leaves_a_brake_that_somebody_else_set(sarah: Stakeholder, csm: User, now: datetime) -> None:
    first, second = make_reply(sarah), make_reply(sarah)
    apply_reply(first, now=now)
    apply_reply(second, now=now)

    correct_reply(second, classification=ReplyClass.AUTO_GENERATED, now=now, by=csm)

    assert brakes(sarah.customer) == [first.pk]


def test_correction_to_human_vouches_and_stops(sarah: Stakeholder, draft: Draft, csm: User, now: datetime) -> None:
    reply = make_reply(sarah, draft=draft, classification="unverified", is_verified=False)
    apply_reply(reply, now=now)

    correct_reply(reply, classification=ReplyClass.OBJECTION_PRICE, now=now, by=csm)

    assert brakes(sarah.customer) == [reply.pk]
    assert reply.is_verified
    assert (reply.classified_by, reply.is_unsure) == ("person", False)
    draft.refresh_from_db()
    assert draft.replied_at == reply.received_at


def test_correction_among_human_classes_sets_no_second_brake(sarah: Stakeholder, csm: User, now: datetime) -> None:
    reply = make_reply(sarah)
    apply_reply(reply, now=now)
    clear_brake(sarah.customer, now=now, by=csm)

    correct_reply(reply, classification=ReplyClass.QUESTION, now=now, by=csm)

    assert brakes(sarah.customer) == []


def test_correction_before_it_is_settled_settles_it(
    sarah: Stakeholder, csm: User, now: datetime, news: Any, django_capture_on_commit_callbacks: Any
) -> None:
    reply = make_reply(sarah, classification="neutral", is_unsure=True)

    with django_capture_on_commit_callbacks(execute=True):
        apply_reply(reply, now=now, is_settled=False)
        correct_reply(reply, classification=ReplyClass.MEETING, now=now, by=csm)

    assert [row["classification"] for row in news] == ["meeting"]


def test_same_class_from_a_person_confirms_without_news(
    sarah: Stakeholder, csm: User, now: datetime, news: Any, django_capture_on_commit_callbacks: Any
) -> None:
    reply = make_reply(sarah, classification="neutral", is_unsure=True)
    apply_reply(reply, now=now)

    with django_capture_on_commit_callbacks(execute=True):
        correct_reply(reply, classification=ReplyClass.NEUTRAL, now=now, by=csm)

    assert (reply.is_unsure, reply.classified_by) == (False, "person")
    assert [row for row in news if "old" in row] == []


def test_other_return_date_is_news(
    sarah: Stakeholder, csm: User, now: datetime, news: Any, django_capture_on_commit_callbacks: Any
) -> None:
    reply = make_reply(sarah, classification="out_of_office", return_date=date(2026, 3, 9))
    apply_reply(reply, now=now)

    with django_capture_on_commit_callbacks(execute=True):
        correct_reply(reply, classification=ReplyClass.OUT_OF_OFFICE, return_date=date(2026, 3, 20), now=now, by=csm)

    assert [(row["old"], row["new"], row["return_date"]) for row in news if "old" in row] == [
        ("out_of_office", "out_of_office", "2026-03-20")
    ]


def test_mail_of_nobody_cannot_be_corrected(csm: User, now: datetime) -> None:
    reply = Reply.objects.create(from_email="who@else.example", received_at=now, classification="unverified")

    with pytest.raises(BelongsToNobody):
        correct_reply(reply, classification=ReplyClass.POSITIVE, now=now, by=csm)


def test_reply_is_handled_once(sarah: Stakeholder, csm: User, now: datetime) -> None:
    reply = make_reply(sarah)

    assert handle_reply(reply, now=now, by=csm)
    assert not handle_reply(reply, now=now, by=csm)


def test_answer_that_leaves_sees_to_its_reply(
    sarah: Stakeholder, csm: User, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    reply = make_reply(sarah, draft=None)
    answer = answer_reply(reply, now=now, by=csm)
    with django_capture_on_commit_callbacks(execute=True):
        send(save_draft(answer, version=answer.version, now=now, by=csm, body="Thank you, Sarah. More on Tuesday."),
             version=answer.version + 1, now=now, by=csm)  # fmt: skip
        outbox.deliver(answer.pk, now=now)

    reply.refresh_from_db()

    assert reply.handled_by == csm


def test_each_sees_the_replies_of_own_accounts(
    sarah: Stakeholder, csm: User, ops: User, lead: User, stranger: User, now: datetime
) -> None:
    mine = make_reply(sarah)
    nobodys = Reply.objects.create(from_email="who@else.example", received_at=now, classification="unverified")

    seen = {user.username: set(Reply.objects.visible_to(user)) for user in (csm, lead, ops, stranger)}

    assert seen == {"dana": {mine}, "liam": {mine}, "olga": {mine, nobodys}, "stefan": set()}
