"""Notices at Slack: to the one person who wants them, once, never blindly again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from customers.clients.base import MaybeAccepted, NotAccepted
from customers.enums import ClaimState, NoticeKind
from customers.models import Customer, Notice, StandInCall, User
from customers.rules.notices import SLACK_UNTIL
from customers.services.notice_reading import choose_notices
from customers.services.notices import NewNotice, notify
from outreach.clients.slack_stand_in import SlackStandIn
from outreach.services import slack_notices
from tests import factories
from tests.racing import at_once

pytestmark = pytest.mark.django_db
MEMBER = "U0123ABCD"


@pytest.fixture
def account(csm: User, now: datetime) -> Customer:
    User.objects.filter(pk=csm.pk).update(slack_id=MEMBER)
    choose_notices({"reply": ["in_app", "slack"]}, digest_every="week", by=csm, now=now)
    return factories.CustomerFactory.create(owner=csm, name="Acme <!channel> & Co")


def tell(account: Customer, *, now: datetime, key: str = "k") -> Notice:
    owner = account.owner
    assert owner is not None
    notify([NewNotice(owner.pk, NoticeKind.REPLY, "reply.received", key, account.pk)], now=now)
    return Notice.objects.get(key=key)  # type: ignore[no-any-return]


def fails(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def post(self: SlackStandIn, *args: Any, **kwargs: Any) -> Any:
        raise error

    monkeypatch.setattr(SlackStandIn, "post", post)


def test_a_notice_is_posted_once_to_its_person(account: Customer, now: datetime) -> None:
    notice = tell(account, now=now)

    for _ in range(3):
        slack_notices.sweep(now)

    call = StandInCall.objects.get(vendor="slack")
    assert call.request["channel"] == MEMBER
    assert call.request["text"] == "A reply from Acme &lt;!channel&gt; &amp; Co needs an answer"
    notice.refresh_from_db()
    assert (notice.state, notice.told_at, notice.read_at) == (ClaimState.SENT, now, None)


def test_what_was_read_meanwhile_is_not_posted(account: Customer, now: datetime) -> None:
    notice = tell(account, now=now)
    Notice.objects.filter(pk=notice.pk).update(read_at=now)

    slack_notices.sweep(now)

    notice.refresh_from_db()
    assert (notice.state, StandInCall.objects.count()) == (ClaimState.CANCELLED, 0)


def test_after_an_outage_nothing_old_bursts_out(account: Customer, now: datetime) -> None:
    notice = tell(account, now=now)

    slack_notices.sweep(now + SLACK_UNTIL + timedelta(seconds=1))

    notice.refresh_from_db()
    assert (notice.state, StandInCall.objects.count()) == (ClaimState.CANCELLED, 0)


@pytest.mark.parametrize("change", [{"is_active": False}, {"slack_id": ""}])
def test_who_has_no_access_any_more_is_not_told(account: Customer, csm: User, now: datetime, change: Any) -> None:
    tell(account, now=now)
    User.objects.filter(pk=csm.pk).update(**change)

    slack_notices.sweep(now)

    assert StandInCall.objects.count() == 0


def test_who_may_not_see_the_account_any_more_is_not_told(account: Customer, now: datetime) -> None:
    tell(account, now=now)
    Customer.objects.filter(pk=account.pk).update(owner=factories.UserFactory.create())

    slack_notices.sweep(now)

    assert StandInCall.objects.count() == 0


def test_a_refusal_that_may_pass_is_tried_again_later(
    account: Customer, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = tell(account, now=now)
    with monkeypatch.context() as patched:
        fails(patched, NotAccepted("ratelimited", can_retry=True, retry_after_s=30))
        slack_notices.sweep(now)
    notice.refresh_from_db()
    assert (notice.state, notice.not_before) == (ClaimState.QUEUED, now + timedelta(seconds=30))

    slack_notices.sweep(now + timedelta(seconds=29))
    slack_notices.sweep(now + timedelta(seconds=30))

    notice.refresh_from_db()
    assert notice.state == ClaimState.SENT


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (NotAccepted("channel_not_found", can_retry=False), ClaimState.FAILED),
        (MaybeAccepted("no answer"), ClaimState.UNKNOWN),
    ],
)
def test_what_is_refused_for_good_or_in_doubt_is_not_posted_again(
    account: Customer, now: datetime, monkeypatch: pytest.MonkeyPatch, error: Exception, state: ClaimState
) -> None:
    notice = tell(account, now=now)
    with monkeypatch.context() as patched:
        fails(patched, error)
        slack_notices.sweep(now)

    slack_notices.sweep(now + timedelta(hours=1))

    notice.refresh_from_db()
    assert (notice.state, StandInCall.objects.count()) == (state, 0)


def test_what_a_dead_worker_left_is_not_posted_again(account: Customer, now: datetime) -> None:
    notice = tell(account, now=now)
    Notice.objects.filter(pk=notice.pk).update(state=ClaimState.SENDING, leased_until=now - timedelta(seconds=1))

    slack_notices.sweep(now)

    notice.refresh_from_db()
    assert (notice.state, StandInCall.objects.count()) == (ClaimState.UNKNOWN, 0)


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_posts(now: datetime) -> None:
    csm = factories.UserFactory.create(slack_id=MEMBER)
    account = factories.CustomerFactory.create(owner=csm)
    choose_notices({"reply": ["slack"]}, digest_every="week", by=csm, now=now)
    tell(account, now=now)

    answers = at_once(*[lambda: slack_notices.sweep(now)] * 4)

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert StandInCall.objects.count() == 1
