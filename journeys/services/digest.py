"""The weekly digest: what ran by itself, what failed, what comes; once a week and person (the journey spec).

What its reader was told and has not read stands below, so that there are no two mails on a Monday.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from customers.enums import Role
from customers.models import User
from customers.queries.calendars import zone
from emails.models import StaffMail
from emails.rules.facts import format_date
from emails.rules.templates import one_line, points
from emails.services.staff_mails import NewStaffMail, queue_staff_mails
from journeys.queries.digest import list_readers, read_tallies, read_teams, tally_for
from journeys.queries.notice_mails import list_untold
from journeys.rules.digest import Tally, Week, due_week, is_anywhere, next_due, quarter, say_counts, say_failed
from journeys.rules.mail_names import DIGEST_KEY, NOTICES_KEY
from journeys.services.notice_mails import digest_values, mark_mailed
from journeys.services.templates import find_versions

SCOPES = {Role.CSM: "your clients", Role.LEAD: "your team's clients", Role.OPS: "all clients"}


class _Memory:
    """The quarter of an hour that this process has looked at last, so that a tick need not ask again."""

    quarter: datetime | None = None


def sweep(*, now: datetime) -> int:
    """What the clock calls: writes the digests whose hour has come where their reader is; gives how many."""
    if not is_anywhere(now) or _Memory.quarter == quarter(now):
        return 0
    written = write_digests(now=now)
    _Memory.quarter = quarter(now)
    return written


def next_at(after: datetime) -> datetime:
    """This will give from when on there may be a digest to write: at once while somebody's hour has come and no digest,
    who may have something to read yet."""
    readers = list_readers()
    due = [(reader, week) for reader in readers if (week := due_week(after, zone(reader.timezone)))]
    if len(_list_told({week.code for _, week in due}) & {_key(week, reader) for reader, week in due}) < len(due):
        return after
    return min((next_due(after, zone(reader.timezone)) for reader in readers), default=datetime.max.replace(tzinfo=UTC))


def write_digests(*, now: datetime) -> int:
    """This will write each reader's digest, once however often it is asked; who has nothing to read gets none."""
    due: dict[Week, list[User]] = defaultdict(list)
    for reader in list_readers():
        if week := due_week(now, zone(reader.timezone)):
            due[week].append(reader)
    told = _list_told({week.code for week in due})
    written = 0
    for week, readers in due.items():
        untold = [reader for reader in readers if _key(week, reader) not in told]
        written += _write_week(week, untold, now=now) if untold else 0
    return written


def _list_told(codes: set[str]) -> set[str]:
    return set(StaffMail.objects.filter(_of_weeks(codes)).values_list("key", flat=True)) if codes else set()


def _write_week(week: Week, readers: Sequence[User], *, now: datetime) -> int:
    tallies = read_tallies(week, now=now)
    teams = read_teams(tallies)
    versions = find_versions([DIGEST_KEY, NOTICES_KEY], now=now)
    mails: list[NewStaffMail] = []
    with transaction.atomic():
        _lock(readers)
        told = _list_told({week.code})
        untold = list_untold([reader.pk for reader in readers], before=week.due_at)
        for reader in readers:
            tally, notices = tally_for(reader, tallies, teams=teams), untold.get(reader.pk, [])
            if _key(week, reader) in told or (tally.is_empty and not notices):
                continue
            also = (versions[NOTICES_KEY], digest_values(notices)) if notices else None
            mails.append(
                NewStaffMail(
                    user=reader,
                    version=versions[DIGEST_KEY],
                    values=_values(reader, tally, week),
                    key=_key(week, reader),
                    also=also,
                )
            )
            mark_mailed(notices, now=now)
        queue_staff_mails(mails, now=now)
    return len(mails)


def _lock(readers: Sequence[User]) -> None:
    """Of two processes at once the second waits, and finds it written. SQLite has one writer anyway."""
    ids = [reader.pk for reader in readers]
    list(User.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))


def forget() -> None:
    """Look again at the next tick; for tests and drills that set the clock back."""
    _Memory.quarter = None


def _key(week: Week, reader: User) -> str:
    return f"digest:{week.code}:{reader.pk}"


def _of_weeks(codes: Iterable[str]) -> Q:
    return Q(*(Q(key__startswith=f"digest:{code}:") for code in sorted(codes)), _connector=Q.OR)


def _values(reader: User, tally: Tally, week: Week) -> dict[str, str]:
    return {
        "staffName": one_line(reader.first_name or reader.display_name),
        "scope": SCOPES[Role(reader.role)],
        "fromDate": format_date(week.starts_at.date()),
        "toDate": format_date(week.last_day),
        "fired": points(say_counts(tally.fired)),
        "upcoming": points(say_counts(tally.upcoming)),
        "failed": points(say_failed(tally.failed)),
        "logLink": f"{settings.PUBLIC_URL}/journeys/log",
    }
