"""The mails of notices: of an escalation at once, of the others together when it is eight where the reader is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from customers.enums import NoticeMail
from customers.models import Notice, User
from customers.queries.calendars import zone
from customers.queries.moments import Waiting, When
from emails.models import StaffMail
from emails.rules.templates import one_line, points
from emails.services.staff_mails import NewStaffMail, queue_staff_mails
from journeys.queries.notice_mails import Untold, list_untold, list_with_untold
from journeys.rules.digest import quarter, say_most
from journeys.rules.mail_names import NOTICE_KEY, NOTICES_KEY
from journeys.rules.notice_digest import due_at, next_due_at
from journeys.services.templates import find_versions

BATCH = 200


class _Memory:
    """The quarter of an hour that this process has looked at last, so that a tick need not ask again."""

    quarter: datetime | None = None


def forget() -> None:
    """Look again at the next tick; for tests and drills that set the clock back."""
    _Memory.quarter = None


# At once


def waiting_now(now: When) -> Waiting:
    """This will give the notices whose mail leaves at once."""
    return (Notice.objects.filter(mail=NoticeMail.NOW, mailed_at=None).order_by("happened_at"),)


def sweep_now(now: datetime) -> int:
    """What the clock calls: writes a mail for each escalation that no other mail tells of; once, whoever else does."""
    (rows,) = waiting_now(now)
    notices = list(rows.select_related("user", "customer")[:BATCH])
    if not notices:
        return 0
    version = find_versions([NOTICE_KEY], now=now)[NOTICE_KEY]
    mails = [
        NewStaffMail(
            user=notice.user,
            version=version,
            values=_values_of(notice),
            key=f"notice:{notice.pk}",
            customer_id=notice.customer_id,
        )
        for notice in notices
    ]
    with transaction.atomic():
        queue_staff_mails(mails, now=now)
        mark_mailed(notices, now=now)
    return len(notices)


def _values_of(notice: Notice) -> dict[str, str]:
    return {
        "staffName": one_line(notice.user.first_name or notice.user.display_name),
        "clientName": one_line(notice.customer.name),
        "news": one_line(notice.title),
        "accountLink": f"{settings.PUBLIC_URL}/customers/{notice.customer_id}",
        "noticesLink": f"{settings.PUBLIC_URL}/notices",
    }


# Together


def sweep_digests(now: datetime) -> int:
    """What the clock calls: writes what has come together for each reader whose hour it is; gives how many mails."""
    if _Memory.quarter == quarter(now):
        return 0
    written = write_digests(now=now)
    _Memory.quarter = quarter(now)
    return written


def next_digest_at(after: datetime) -> datetime:
    """This will give from when on there may be a mail to write, for those who have something to be told."""
    moments = [
        after if _find_due(one, now=after) else next_due_at(after, zone(one.reader.timezone), every=one.every)
        for one in list_with_untold()
    ]
    return min(moments, default=datetime.max.replace(tzinfo=UTC))


def write_digests(*, now: datetime) -> int:
    """This will write each reader's mail, once a day however often it is asked.

    On Mondays the weekly digest of those who get one tells it (`journeys.services.digest`).
    """
    return sum(_write_digest(one.reader.pk, now=now) for one in list_with_untold() if _find_due(one, now=now))


def _find_due(one: Untold, *, now: datetime) -> datetime | None:
    """Give the moment of the mail that this reader is to get now: there is something to tell, and it is not written."""
    at = due_at(now, zone(one.reader.timezone), every=one.every, role=one.reader.role)
    if at is None or one.oldest_at >= at or StaffMail.objects.filter(key=_key(one.reader, at)).exists():
        return None
    return at


def _write_digest(reader_id: UUID, *, now: datetime) -> int:
    """Under the reader's lock, so that of two at once the second finds it written. SQLite has one writer anyway."""
    version = find_versions([NOTICES_KEY], now=now)[NOTICES_KEY]
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=reader_id)
        found = next((one for one in list_with_untold() if one.reader.pk == reader_id), None)
        at = _find_due(found, now=now) if found else None
        notices = list_untold([reader_id], before=at).get(reader_id) if at else None
        if found is None or at is None or not notices:
            return 0
        mail = NewStaffMail(
            user=found.reader, version=version, values=digest_values(notices), key=_key(found.reader, at)
        )
        queue_staff_mails([mail], now=now)
        mark_mailed(notices, now=now)
    return 1


def _key(reader: User, at: datetime) -> str:
    return f"notices:{at:%Y-%m-%d}:{reader.pk}"


def digest_values(notices: Iterable[Notice]) -> Mapping[str, str]:
    """This will give what the names in the mail stand for: each thing once, with how often it happened."""
    counted = Counter(one_line(notice.title) for notice in notices)
    lines = [title + (f" ({count} times)" if count > 1 else "") for title, count in counted.items()]
    return {
        "count": str(counted.total()),
        "notices": points(say_most(lines)),
        "noticesLink": f"{settings.PUBLIC_URL}/notices",
    }


def mark_mailed(notices: Iterable[Notice], *, now: datetime) -> None:
    """This will note that a mail tells them. Must be called inside the transaction that writes it."""
    ids = [notice.pk for notice in notices]
    Notice.objects.filter(pk__in=ids, mailed_at=None).update(mailed_at=now, updated_at=now)
