"""The mails of notices: an escalation at once, the others at eight where the reader is, each told once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from customers.enums import NoticeKind
from customers.models import Customer, Notice, User
from customers.services.notice_reading import choose_notices
from customers.services.notices import NewNotice, notify
from customers.services.todos import add_todo
from emails.models import StaffMail
from journeys.rules.notice_digest import due_at, next_due_at
from journeys.services import digest, notice_mails
from tests import factories
from tests.racing import at_once

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
A_DAY, A_SECOND = timedelta(days=1), timedelta(seconds=1)
NEW_YORK, APIA = ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia")


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    for part in (digest, notice_mails):
        part.forget()
    yield
    for part in (digest, notice_mails):
        part.forget()


@pytest.fixture
def account(csm: User) -> Customer:
    return factories.CustomerFactory.create(name="Acme\n[Click](https://evil.example)", owner=csm)


def tell(account: Customer, *, at: datetime, key: str = "k", kind: NoticeKind = NoticeKind.REPLY) -> None:
    owner = account.owner
    assert owner is not None
    notify([NewNotice(owner.pk, kind, "reply.received", key, account.pk)], now=at)


def sweep(now: datetime) -> None:
    """As the clock does: the weekly digest first."""
    for part in (digest, notice_mails):
        part.forget()
    digest.sweep(now=now)
    notice_mails.sweep_digests(now)


def daily(person: User, *, zone: str = "UTC") -> None:
    User.objects.filter(pk=person.pk).update(timezone=zone)
    choose_notices({}, digest_every="day", by=person, now=MONDAY)


# When


@pytest.mark.parametrize(
    ("now", "every", "role", "expected"),
    [
        (MONDAY + A_DAY - A_SECOND, "day", "csm", None),
        (MONDAY + A_DAY, "day", "csm", date(2026, 3, 10)),
        (MONDAY + 5 * A_DAY, "day", "csm", None),
        (MONDAY, "day", "csm", None),
        (MONDAY, "day", "read_only", date(2026, 3, 9)),
        (MONDAY, "week", "read_only", date(2026, 3, 9)),
        (MONDAY, "week", "csm", None),
        (MONDAY + A_DAY, "week", "csm", None),
        (MONDAY + A_DAY, "week", "read_only", None),
    ],
)
def test_the_mail_is_due_on_its_days(now: datetime, every: str, role: str, expected: date | None) -> None:
    at = due_at(now, UTC, every=every, role=role)

    assert (at.date() if at else None) == expected


@pytest.mark.parametrize(
    ("zone", "utc"),
    [
        (NEW_YORK, datetime(2026, 3, 6, 13, 0, tzinfo=UTC)),  # before the clocks change on the 8th
        (NEW_YORK, datetime(2026, 3, 10, 12, 0, tzinfo=UTC)),
        (NEW_YORK, datetime(2026, 10, 30, 12, 0, tzinfo=UTC)),
        (NEW_YORK, datetime(2026, 11, 3, 13, 0, tzinfo=UTC)),
        (APIA, datetime(2026, 3, 9, 19, 0, tzinfo=UTC)),
    ],
)
def test_eight_is_eight_where_the_reader_is(zone: ZoneInfo, utc: datetime) -> None:
    assert due_at(utc - A_SECOND, zone, every="day", role="csm") is None
    assert due_at(utc, zone, every="day", role="csm") == utc
    assert next_due_at(utc - A_SECOND, zone, every="day") == utc


def test_across_the_change_of_the_clocks_each_day_has_one_mail(account: Customer, csm: User) -> None:
    daily(csm, zone="America/New_York")
    begin = datetime(2026, 10, 27, tzinfo=UTC)
    for number in range(12 * 4):
        now = begin + timedelta(days=number // 4, hours=11 + number % 4)
        tell(account, at=now - timedelta(minutes=1), key=str(number))
        sweep(now)

    mails = StaffMail.objects.filter(user=csm)
    days = sorted(mails.filter(key__startswith="notices:").values_list("key", flat=True))
    assert [key.split(":")[1][5:] for key in days] == [
        "10-27", "10-28", "10-29", "10-30", "11-03", "11-04", "11-05", "11-06",
    ]  # fmt: skip
    assert mails.filter(key__startswith="digest:").count() == 1
    told = sum(int(mail.subject.split()[0]) for mail in mails.filter(key__startswith="notices:"))
    in_weekly = Notice.objects.filter(user=csm, mailed_at__date=date(2026, 11, 2)).count()
    assert told + in_weekly == Notice.objects.exclude(mailed_at=None).count()


# What


def test_a_daily_mail_tells_what_came_before_eight_and_was_not_read(account: Customer, csm: User) -> None:
    tuesday = MONDAY + A_DAY
    daily(csm)
    for n in range(3):
        tell(account, at=tuesday - timedelta(hours=n + 1), key=f"a{n}")
    tell(account, at=tuesday, key="later")
    tell(account, at=tuesday - timedelta(hours=9), key="read")
    Notice.objects.filter(key="read").update(read_at=tuesday)

    sweep(tuesday + timedelta(minutes=5))
    sweep(tuesday + timedelta(hours=6))

    mail = StaffMail.objects.get(user=csm)
    assert (mail.key, mail.subject) == (f"notices:2026-03-10:{csm.pk}", "3 notices for you")
    assert "- A reply from Acme" in mail.body
    assert "needs an answer (3 times)" in mail.body
    assert [label for label, _ in mail.buttons] == ["Your Notices"]
    assert set(Notice.objects.filter(mailed_at=None).values_list("key", flat=True)) == {"later", "read"}

    sweep(tuesday + A_DAY)
    assert StaffMail.objects.filter(user=csm).count() == 2


def test_on_mondays_the_weekly_digest_tells_it_in_the_same_mail(account: Customer, csm: User, lead: User) -> None:
    tell(account, at=MONDAY - A_DAY)
    choose_notices({}, digest_every="day", by=lead, now=MONDAY)
    notify([NewNotice(lead.pk, NoticeKind.REPLY, "reply.received", "k", account.pk)], now=MONDAY - A_DAY)

    sweep(MONDAY)

    for person in (csm, lead):
        mail = StaffMail.objects.get(user=person)
        assert mail.key.startswith("digest:2026-W11:")
        assert "What you were told and have not read:\n- A reply from Acme" in mail.body
        assert [label for label, _ in mail.buttons] == ["View Full Automation Log", "Your Notices"]
    assert not Notice.objects.filter(mailed_at=None).exists()


def test_a_week_without_anything_has_no_mail(account: Customer, csm: User) -> None:
    tell(account, at=MONDAY)  # for the next week

    sweep(MONDAY + timedelta(hours=2))

    assert StaffMail.objects.count() == 0


def test_who_may_not_see_the_account_any_more_is_not_told_of_it(account: Customer, csm: User) -> None:
    tell(account, at=MONDAY - A_DAY)
    Customer.objects.filter(pk=account.pk).update(owner=factories.UserFactory.create())

    sweep(MONDAY)

    assert not StaffMail.objects.filter(user=csm).exists()


# At once


def test_an_escalation_is_mailed_at_once_whatever_was_chosen(account: Customer, csm: User) -> None:
    choose_notices({kind: [] for kind in NoticeKind.values}, digest_every="week", by=csm, now=MONDAY)
    add_todo("Take it up", customer=account, now=MONDAY, by=None, owner=csm, kind="executive_escalation")

    for _ in range(2):
        notice_mails.sweep_now(MONDAY + A_SECOND)

    mail = StaffMail.objects.get()
    assert (mail.user, mail.key) == (csm, f"notice:{Notice.objects.get().pk}")
    assert mail.subject == "🚨 Nobody at Acme [Click](https://evil.example) has answered in two weeks"
    assert all("evil.example" not in url for _, url in mail.buttons)
    assert [label for label, _ in mail.buttons] == ["Open the Account", "Your Notices"]
    assert Notice.objects.get().mailed_at == MONDAY + A_SECOND

    sweep(MONDAY + 7 * A_DAY)
    assert StaffMail.objects.count() == 1


def test_a_notice_that_another_mail_tells_gets_none(account: Customer, csm: User) -> None:
    news = NewNotice(csm.pk, NoticeKind.ESCALATION, "not_opened", "k", account.pk, is_mailed=True)
    notify([news], now=MONDAY)

    assert notice_mails.sweep_now(MONDAY) == 0
    assert StaffMail.objects.count() == 0


# Once


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_writes_the_mail(now: datetime) -> None:
    csm = factories.UserFactory.create()
    account = factories.CustomerFactory.create(owner=csm)
    daily(csm)
    tuesday = MONDAY + A_DAY
    for n in range(5):
        tell(account, at=tuesday - timedelta(hours=1), key=str(n))
    tell(account, at=tuesday - timedelta(hours=1), key="escalation", kind=NoticeKind.ESCALATION)
    # What is looked up once stands before they race.
    notice_mails.sweep_now(tuesday - A_DAY)
    StaffMail.objects.all().delete()
    Notice.objects.update(mailed_at=None)

    answers = at_once(
        *[lambda: notice_mails.write_digests(now=tuesday)] * 4, *[lambda: notice_mails.sweep_now(tuesday)] * 2
    )

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert sorted(key.split(":")[0] for key in StaffMail.objects.values_list("key", flat=True)) == ["notice", "notices"]
    assert not Notice.objects.filter(mailed_at=None).exists()


def test_a_tick_that_has_looked_asks_no_more(django_assert_num_queries: Any) -> None:
    notice_mails.sweep_digests(MONDAY)

    with django_assert_num_queries(0):
        notice_mails.sweep_digests(MONDAY + timedelta(seconds=30))


def test_played_forward_time_stops_at_the_next_mail(account: Customer, csm: User) -> None:
    daily(csm)
    assert notice_mails.next_digest_at(MONDAY) == datetime.max.replace(tzinfo=UTC)

    tell(account, at=MONDAY + timedelta(hours=2))

    assert notice_mails.next_digest_at(MONDAY + timedelta(hours=3)) == MONDAY + A_DAY
    assert notice_mails.next_digest_at(MONDAY + A_DAY) == MONDAY + A_DAY
    sweep(MONDAY + A_DAY)
    assert notice_mails.next_digest_at(MONDAY + A_DAY) == datetime.max.replace(tzinfo=UTC)
