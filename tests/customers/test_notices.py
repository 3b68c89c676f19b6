"""Notices: written with what they tell of, once, to whom it concerns, as they chose, and seen by nobody else."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.enums import ClaimState, NoticeKind, NoticeMail, TodoState
from customers.models import Customer, Notice, NoticeSettings, Stakeholder, Todo, User
from customers.queries.bell import forget_bell
from customers.queries.notices import count_unread
from customers.rules.notices import KEPT_READ, MOST_COUNTED
from customers.services.activity import line, record, record_many
from customers.services.notice_reading import choose_notices, read_all, read_notice, sweep_old
from customers.services.notices import NewNotice, notify
from customers.services.todos import add_todo, finish_todo
from tests import factories
from tests.api.conftest import Caller, key_of
from tests.racing import at_once

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _at(now: datetime) -> Iterator[None]:
    forget_bell()
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def account(csm: User) -> Customer:
    return factories.CustomerFactory.create(owner=csm, name="Acme <b>Rail</b>")


def news(
    account: Customer, user: User, key: str = "k", kind: NoticeKind = NoticeKind.REPLY, **fields: Any
) -> NewNotice:
    values = {"event": "reply.received", "customer_id": account.pk, **fields}
    return NewNotice(user_id=user.pk, kind=kind, key=key, **values)


def made(account: Customer, user: User, *, now: datetime, **fields: Any) -> Notice:
    notify([news(account, user, **fields)], now=now)
    return Notice.objects.get(user=user, key=fields.get("key", "k"))  # type: ignore[no-any-return]


def bounce(account: Customer, *, now: datetime, subject: Any = None, by: User | None = None) -> None:
    record("draft.failed", "x", customer=account, by=by, now=now, subject=subject or account)


# Written with what they tell of


def test_a_line_of_the_record_tells_the_owner(account: Customer, csm: User, now: datetime) -> None:
    bounce(account, now=now)

    [notice] = Notice.objects.all()
    assert (notice.user, notice.customer, notice.kind, notice.event) == (csm, account, "sending", "draft.failed")
    assert (notice.happened_at, notice.read_at, notice.in_app, notice.mail) == (now, None, True, NoticeMail.DIGEST)
    assert notice.title == "A mail to Acme <b>Rail</b> could not be sent"


def test_what_is_rolled_back_tells_nobody(account: Customer, now: datetime) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        bounce(account, now=now)
        raise ZeroDivisionError

    assert Notice.objects.count() == 0


def test_nobody_is_told_of_what_they_did_themselves(account: Customer, csm: User, lead: User, now: datetime) -> None:
    record("draft.written", "x", customer=account, by=csm, now=now, subject=account)

    assert Notice.objects.count() == 0

    record("draft.written", "x", customer=account, by=lead, now=now, subject=account)

    assert Notice.objects.get().user == csm


def test_an_account_without_an_owner_tells_nobody(now: datetime) -> None:
    bounce(factories.CustomerFactory.create(owner=None), now=now)

    assert Notice.objects.count() == 0


def test_an_owner_without_access_is_told_nothing(account: Customer, csm: User, now: datetime) -> None:
    User.objects.filter(pk=csm.pk).update(is_active=False)

    bounce(account, now=now)

    assert Notice.objects.count() == 0


def test_an_event_is_told_once_and_another_of_the_same_thing_again(account: Customer, now: datetime) -> None:
    for moment in (now, now, now + A_DAY):
        bounce(account, now=moment)
        record("draft.written", "x", customer=account, by=None, now=moment, subject=account)

    assert Notice.objects.filter(event="draft.failed").count() == 2
    assert Notice.objects.filter(event="draft.written").count() == 1


def test_many_lines_cost_two_statements_and_others_none(csm: User, now: datetime) -> None:
    accounts = [factories.CustomerFactory.create(owner=csm) for _ in range(5)]

    def count(verb: str) -> int:
        lines = [line(verb, "x", customer=one, by=None, now=now, subject=one) for one in accounts]
        with (
            CaptureQueriesContext(
                connection,
            ) as asked,
            transaction.atomic(),
        ):
            record_many(lines)
        return len(asked)

    assert count("draft.failed") - count("price.locked") == 2
    assert Notice.objects.count() == 5


def test_a_task_of_a_kind_tells_its_owner_once(account: Customer, csm: User, lead: User, now: datetime) -> None:
    for _ in range(2):
        add_todo("Do", customer=account, now=now, by=None, owner=lead, kind="terms_proposed", key="terms")
    add_todo("Other", customer=account, now=now, by=None, owner=csm, kind="csm.call")

    [notice] = Notice.objects.all()
    assert (notice.user, notice.kind) == (lead, "approval")


def test_an_escalation_that_nobody_owns_reaches_ops(account: Customer, ops: User, csm: User, now: datetime) -> None:
    add_todo("Do", customer=account, now=now, by=None, owner=None, kind="executive_escalation")

    [notice] = Notice.objects.all()
    assert (notice.user, notice.kind, notice.mail) == (ops, "escalation", NoticeMail.NOW)


def test_a_decision_settles_what_it_decides_for_everybody(
    account: Customer, csm: User, lead: User, now: datetime
) -> None:
    other = factories.CustomerFactory.create(owner=csm)
    for one in (account, other):
        record("draft.written", "x", customer=one, by=None, now=now, subject=one)

    record("draft.approved", "x", customer=account, by=lead, now=now + A_DAY, subject=account)

    assert Notice.objects.get(customer=account).read_at == now + A_DAY
    assert Notice.objects.get(customer=other).read_at is None


def test_a_closed_task_settles_its_notice(account: Customer, csm: User, now: datetime) -> None:
    todo = add_todo("Do", customer=account, now=now, by=None, owner=csm, kind="upsell_run", source_id=uuid.uuid4())

    finish_todo(todo, now=now, by=csm, state=TodoState.DONE)

    assert Notice.objects.get().is_read


# As they chose


def test_who_wants_to_hear_by_no_channel_gets_no_row(account: Customer, csm: User, now: datetime) -> None:
    choose_notices({"sending": []}, digest_every="week", by=csm, now=now)

    bounce(account, now=now)

    assert Notice.objects.count() == 0


def test_slack_alone_stands_on_no_page(account: Customer, csm: User, now: datetime) -> None:
    User.objects.filter(pk=csm.pk).update(slack_id="U0123ABCD")
    choose_notices({"reply": ["slack"]}, digest_every="day", by=csm, now=now)

    notice = made(account, csm, now=now)

    assert (notice.in_app, notice.mail, notice.state) == (False, NoticeMail.NONE, ClaimState.QUEUED)
    assert count_unread(csm) == 0


def test_slack_waits_for_nobody_without_a_member_id(account: Customer, csm: User, now: datetime) -> None:
    choose_notices({"reply": ["slack"]}, digest_every="day", by=csm, now=now)

    notify([news(account, csm)], now=now)

    assert Notice.objects.count() == 0


def test_an_escalation_arrives_whatever_was_chosen(account: Customer, csm: User, now: datetime) -> None:
    choose_notices({kind: [] for kind in NoticeKind.values}, digest_every="week", by=csm, now=now)
    # As somebody might write into the row itself.
    NoticeSettings.objects.update(choices={"escalation": []})

    notice = made(account, csm, now=now, kind=NoticeKind.ESCALATION)

    assert (notice.in_app, notice.mail) == (True, NoticeMail.NOW)


def test_what_another_mail_tells_is_not_mailed_again(account: Customer, csm: User, now: datetime) -> None:
    notice = made(account, csm, now=now, kind=NoticeKind.ESCALATION, is_mailed=True)

    assert notice.mail == NoticeMail.TOLD


def test_a_choice_that_there_is_not_is_refused(csm: User, now: datetime) -> None:
    for choices, every in (({"weather": []}, "day"), ({"reply": ["pigeon"]}, "day"), ({}, "hour")):
        with pytest.raises(ValidationError):
            choose_notices(choices, digest_every=every, by=csm, now=now)

    assert NoticeSettings.objects.count() == 0


def test_kinds_that_are_not_named_keep_what_was_chosen(csm: User, now: datetime) -> None:
    choose_notices({"reply": ["slack"]}, digest_every="day", by=csm, now=now)
    kept = choose_notices({"upsell": []}, digest_every="week", by=csm, now=now)

    assert (kept.choices, kept.digest_every) == ({"reply": ["slack"], "upsell": []}, "week")


# Constraints, races, what is removed


def test_the_database_keeps_a_notice_once(account: Customer, csm: User, now: datetime) -> None:
    first = made(account, csm, now=now)

    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(user=csm, customer=account, kind="reply", event="x", key=first.key, happened_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=first.pk).update(state=ClaimState.SENT, told_at=None)


def test_what_was_read_90_days_ago_is_removed(account: Customer, csm: User, now: datetime) -> None:
    old, young, unread = (made(account, csm, now=now, key=key) for key in "abc")
    Notice.objects.filter(pk=old.pk).update(read_at=now - KEPT_READ - timedelta(seconds=1))
    Notice.objects.filter(pk=young.pk).update(read_at=now - KEPT_READ + timedelta(seconds=1))
    Notice.objects.filter(pk=unread.pk).update(created_at=now - 2 * KEPT_READ)

    assert sweep_old(now) == 1
    assert set(Notice.objects.values_list("pk", flat=True)) == {young.pk, unread.pk}


def test_an_account_that_goes_takes_its_notices_along(account: Customer, csm: User, now: datetime) -> None:
    made(account, csm, now=now)

    account.delete()

    assert Notice.objects.count() == 0


def test_a_notice_holds_nothing_that_an_erasure_would_have_to_find(account: Customer, csm: User, now: datetime) -> None:
    person: Stakeholder = factories.StakeholderFactory.create(
        customer=account, name="Sarah Lee", email="s@acme.example"
    )
    summary = f"{person.name} <{person.email}>: “Stop”"
    record("reply.received", summary, customer=account, by=None, now=now, subject=person, classification="question")
    add_todo(
        f"Ask {person.name}", customer=account, now=now, by=None, owner=csm, kind="upsell_run", detail=person.email
    )

    rows = list(Notice.objects.values())
    assert len(rows) == 2
    assert "Sarah" not in str(rows)
    assert "acme.example" not in str(rows)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_tell_once(now: datetime) -> None:
    csm = factories.UserFactory.create()
    account = factories.CustomerFactory.create(owner=csm)

    at_once(*[lambda: notify([news(account, csm)], now=now)] * 4)

    assert Notice.objects.count() == 1


# Who sees them


def test_a_notice_is_seen_by_its_person_alone(
    account: Customer, csm: User, ops: User, lead: User, now: datetime
) -> None:
    notice = made(account, csm, now=now)

    for other in (ops, lead, factories.UserFactory.create()):
        client = Client()
        client.force_login(other)
        assert list(Notice.objects.visible_to(other)) == []
        assert "needs an answer" not in client.get("/notices").text
        assert client.post(f"/notices/{notice.pk}/read").status_code == 404
        assert read_notice(notice.pk, by=other, now=now) is False
        assert read_all(by=other, now=now) == 0

    notice.refresh_from_db()
    assert notice.read_at is None


def test_who_may_not_see_the_account_any_more_does_not_see_its_notices(
    account: Customer, csm: User, now: datetime
) -> None:
    made(account, csm, now=now)
    Customer.objects.filter(pk=account.pk).update(owner=factories.UserFactory.create())

    assert count_unread(csm) == 0
    assert list(Notice.objects.visible_to(csm)) == []


def test_strangers_are_sent_to_the_door(client: Client) -> None:
    for path in ("/notices", "/settings/notices"):
        assert client.get(path).status_code == 302
    assert client.post("/notices/read-all").status_code == 302


# Pages


def test_the_page_shows_what_came_escaped_and_where_it_leads(
    client: Client, account: Customer, csm: User, now: datetime
) -> None:
    made(account, csm, now=now)
    client.force_login(csm)

    page = client.get("/notices")

    assert "A reply from Acme &lt;b&gt;Rail&lt;/b&gt; needs an answer" in page.text
    assert "<b>Rail</b>" not in page.text
    assert f'href="/customers/{account.pk}"' in page.text
    assert 'aria-label="Notices: 1 not read"' in page.text
    assert Notice.objects.get().read_at is None


def test_one_is_marked_as_read_and_then_all(client: Client, account: Customer, csm: User, now: datetime) -> None:
    first, *_ = [made(account, csm, now=now, key=key) for key in "abc"]
    client.force_login(csm)

    page = client.post(f"/notices/{first.pk}/read", {"next": "/notices?show=unread"})
    assert (page.status_code, page.url) == (302, "/notices?show=unread")  # type: ignore[attr-defined]
    assert count_unread(csm) == 2
    assert client.post(f"/notices/{first.pk}/read", {"next": "https://evil.example"}).headers["Location"] == "/notices"

    assert "2 marked as read." in client.post("/notices/read-all", follow=True).text
    assert count_unread(csm) == 0
    assert "Everything is read" in client.get("/notices?show=unread").text
    assert client.get("/notices/read-all").status_code == 405


def test_the_bell_counts_to_99(client: Client, account: Customer, csm: User, now: datetime) -> None:
    notify([news(account, csm, key=str(n)) for n in range(MOST_COUNTED + 5)], now=now)
    client.force_login(csm)

    page = client.get("/settings/profile")

    assert ">99+</span>" in page.text


def test_the_page_costs_the_same_for_one_and_for_many(
    client: Client, account: Customer, csm: User, now: datetime
) -> None:
    client.force_login(csm)

    def count() -> int:
        forget_bell()
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/notices").status_code == 200
        return len(asked)

    made(account, csm, now=now)
    one = count()
    notify([news(factories.CustomerFactory.create(owner=csm), csm, key=str(n)) for n in range(3)], now=now)
    assert count() == one


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "²"])
def test_a_page_that_is_none_shows_one(client: Client, csm: User, page: str) -> None:
    client.force_login(csm)

    assert client.get("/notices", {"page": page}).status_code == 200


def test_the_settings_say_that_escalations_always_arrive(client: Client, csm: User) -> None:
    client.force_login(csm)

    page = client.get("/settings/notices")

    assert "Escalations always arrive" in page.text
    assert 'name="escalation-in_app" checked disabled' in page.text
    assert 'name="escalation-digest" checked disabled' in page.text


def test_the_settings_keep_what_is_ticked(client: Client, csm: User) -> None:
    client.force_login(csm)

    page = client.post("/settings/notices", {"reply-slack": "on", "digest_every": "day"}, follow=True)

    kept = NoticeSettings.objects.get(user=csm)
    assert kept.digest_every == "day"
    assert kept.choices["reply"] == ["slack"]
    assert kept.choices["upsell"] == []
    assert kept.choices["escalation"] == ["in_app", "digest"]
    assert 'name="reply-slack" checked' in page.text
    assert client.post("/settings/notices", {"digest_every": "hour"}).status_code == 200


# API


def test_the_api_lists_ones_own_and_marks_them(account: Customer, csm: User, ops: User, now: datetime) -> None:
    first, second = (made(account, csm, now=now + n * A_DAY, key=str(n)) for n in range(2))
    mine, other = Caller(key_of(csm)), Caller(key_of(ops))

    assert other.get("/api/notices").json()["count"] == 0
    assert other.post(f"/api/notices/{first.pk}/read").status_code == 404
    listed = mine.get("/api/notices").json()["results"]
    assert [row["id"] for row in listed] == [str(second.pk), str(first.pk)]
    assert listed[0]["readAt"] is None
    assert listed[0]["url"].endswith(f"/customers/{account.pk}")

    for _ in range(2):
        answer = mine.post(f"/api/notices/{second.pk}/read")
        assert (answer.status_code, answer.json()["readAt"]) == (200, "2026-03-04T15:00:00Z")
    assert [row["id"] for row in mine.get("/api/notices?unread=true").json()["results"]] == [str(first.pk)]
    assert mine.get("/api/notices?kind=upsell").json()["count"] == 0
    assert mine.get("/api/notices?kind=weather").status_code == 400

    assert mine.post("/api/notices/read-all").json() == {"read": 1}
    assert mine.post("/api/notices/read-all").json() == {"read": 0}
    assert count_unread(csm) == 0


def test_a_task_without_a_source_leads_to_the_account(account: Customer, csm: User, now: datetime) -> None:
    todo: Todo = add_todo("Do", customer=account, now=now, by=None, owner=csm, kind="automation.failed")

    assert Notice.objects.get().key == f"todo:{todo.pk}"
