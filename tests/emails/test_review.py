"""Letters in doubt: waited for, put before a person, settled by their word or by the event, never sent twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from customers.enums import TodoState
from customers.models import Activity, Todo, User
from emails.enums import DraftState
from emails.models import CapturedMail, Draft, MailEvent
from emails.providers.base import MaybeAccepted, OutgoingMail
from emails.services import events, outbox, review
from emails.services.editing import reload
from emails.services.review import Settled, TooEarly
from emails.services.sending import send
from journeys.services.clock import tick
from tests.emails.event_calls import item, write

pytestmark = pytest.mark.django_db


class Hanging:
    name = "hanging"

    def send(self, mail: OutgoingMail, *, now: datetime) -> Any:
        raise MaybeAccepted("No answer in time.")


@pytest.fixture
def doubtful(draft: Draft, csm: User, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Draft:
    with monkeypatch.context() as context:
        context.setattr("emails.services.outbox.get_provider", Hanging)
        send(draft, version=draft.version, now=now, by=csm)
        outbox.deliver(draft.pk, now=now)
    return reload(draft)


@pytest.fixture
def in_review(doubtful: Draft, now: datetime) -> Draft:
    tick(now=now + review.REVIEW_AFTER)
    return reload(doubtful)


@pytest.mark.parametrize(
    ("waited", "state"),
    [(timedelta(minutes=29), DraftState.UNKNOWN), (timedelta(minutes=30), DraftState.NEEDS_REVIEW)],
)
def test_doubt_goes_before_a_person_after_a_while(
    doubtful: Draft, now: datetime, waited: timedelta, state: DraftState
) -> None:
    tick(now=now + waited)

    assert reload(doubtful).state == state
    assert not CapturedMail.objects.exists()


def test_person_is_asked_once(in_review: Draft, csm: User, now: datetime) -> None:
    for minutes in range(3):
        tick(now=now + review.REVIEW_AFTER + timedelta(minutes=minutes))

    todo = Todo.objects.get(kind="needs_review")
    assert (todo.owner, todo.state, todo.source_id) == (csm, TodoState.OPEN, in_review.pk)
    assert Activity.objects.filter(verb="draft.needs_review").count() == 1


def test_word_that_it_was_sent_is_kept(in_review: Draft, csm: User, now: datetime) -> None:
    later = now + timedelta(hours=2)

    current = review.settle_as_sent(in_review, reason=" The provider's log\nshows it. ", now=later, by=csm)

    assert (current.state, current.sent_at, current.sent_by) == (DraftState.SENT, now, csm)
    line = Activity.objects.get(verb="draft.sent")
    assert (line.actor, "The provider's log shows it." in line.summary) == (csm, True)
    assert Todo.objects.get(kind="needs_review").state == TodoState.DONE
    assert not CapturedMail.objects.exists()


def test_word_that_it_was_not_sends_it_once_more(in_review: Draft, csm: User, now: datetime) -> None:
    later = now + timedelta(hours=2)

    review.send_again(in_review, reason="Not in the log.", now=later, by=csm)
    outbox.sweep(now=later)
    outbox.sweep(now=later)

    current = reload(in_review)
    assert current.state == DraftState.SENT
    assert CapturedMail.objects.count() == 1
    assert Activity.objects.get(verb="draft.sent_again").data["reason"] == "Not in the log."


def test_gate_is_asked_before_it_is_sent_again(in_review: Draft, csm: User, now: datetime) -> None:
    much_later = now + timedelta(days=30)

    review.send_again(in_review, reason="Not in the log.", now=much_later, by=csm)
    outbox.sweep(now=much_later)

    current = reload(in_review)
    assert (current.state, current.blocked_by) == (DraftState.BLOCKED, "approval")
    assert not CapturedMail.objects.exists()


def test_event_that_comes_later_settles_it_too(in_review: Draft, csm: User, now: datetime) -> None:
    events.keep_batch(write([item(in_review, "delivered", now)]), now=now)
    events.apply_due(now=now)

    assert reload(in_review).state == DraftState.DELIVERED
    with pytest.raises(Settled):
        review.send_again(in_review, reason="Not in the log.", now=now, by=csm)
    assert Todo.objects.get(kind="needs_review").state == TodoState.DONE


def test_what_the_provider_may_still_settle_is_not_sent_again(doubtful: Draft, csm: User, now: datetime) -> None:
    with pytest.raises(TooEarly):
        review.send_again(doubtful, reason="I think so.", now=now + timedelta(minutes=5), by=csm)

    outbox.sweep(now=now + timedelta(minutes=5))
    assert reload(doubtful).state == DraftState.UNKNOWN
    assert not CapturedMail.objects.exists()


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 301])
def test_word_without_a_reason_is_refused(in_review: Draft, csm: User, now: datetime, reason: str) -> None:
    with pytest.raises(ValidationError):
        review.settle_as_sent(in_review, reason=reason, now=now, by=csm)

    assert reload(in_review).state == DraftState.NEEDS_REVIEW


def test_page_settles_with_a_reason(in_review: Draft, csm: User, client: Client) -> None:
    client.force_login(csm)
    page = client.get(reverse("emails:review"))
    assert in_review.subject.encode() in page.content

    answer = client.post(
        reverse("emails:review_settle", args=[in_review.pk]), {"verdict": "sent", "reason": "In the log."}, follow=True
    )

    assert b"Settled: it was sent to Sarah Lee." in answer.content
    assert reload(in_review).state == DraftState.SENT


@pytest.mark.parametrize("form", [{"verdict": "sent", "reason": ""}, {"verdict": "perhaps", "reason": "x"}, {}])
def test_page_keeps_what_was_typed_and_says_what_is_missing(
    in_review: Draft, csm: User, client: Client, form: dict[str, str]
) -> None:
    client.force_login(csm)

    answer = client.post(reverse("emails:review_settle", args=[in_review.pk]), form)

    assert answer.status_code == 400
    assert b"field-error" in answer.content
    assert reload(in_review).state == DraftState.NEEDS_REVIEW


def test_letter_of_others_is_not_there(in_review: Draft, stranger: User, client: Client) -> None:
    client.force_login(stranger)

    assert in_review.subject.encode() not in client.get(reverse("emails:review")).content
    answer = client.post(
        reverse("emails:review_settle", args=[in_review.pk]), {"verdict": "sent", "reason": "In the log."}
    )
    assert answer.status_code == 404


def test_reader_may_look_and_not_settle(in_review: Draft, reader: User, client: Client) -> None:
    client.force_login(reader)

    page = client.get(reverse("emails:review"))
    answer = client.post(reverse("emails:review_settle", args=[in_review.pk]), {"verdict": "sent", "reason": "x"})

    assert (page.status_code, b"It was sent</button>" in page.content, answer.status_code) == (200, False, 403)


def test_what_was_set_aside_is_shown_to_ops_alone(ops: User, csm: User, client: Client, now: datetime) -> None:
    events.apply_body(write([{"event": "<script>alert(1)</script>"}]), now=now)
    assert MailEvent.objects.get().problem == "Its moment is none."

    client.force_login(ops)
    page = client.get(reverse("emails:review")).content
    client.force_login(csm)

    assert b"Its moment is none." in page and b"<script>alert" not in page
    assert b"Its moment is none." not in client.get(reverse("emails:review")).content


def test_page_makes_as_many_queries_for_three_as_for_one(
    in_review: Draft, csm: User, client: Client, now: datetime, django_assert_max_num_queries: Any
) -> None:
    client.force_login(csm)
    client.get(reverse("emails:review"))

    with django_assert_max_num_queries(12):
        client.get(reverse("emails:review"))
