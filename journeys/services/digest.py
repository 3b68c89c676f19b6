"""The weekly digest: what ran by itself, what failed, what comes; once a week and person (the journey spec)."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from customers.enums import Role
from customers.models import User
from emails.models import StaffMail
from emails.rules.facts import format_date
from emails.rules.templates import one_line, points
from emails.services.staff_mails import NewStaffMail, queue_staff_mails
from journeys.queries.digest import list_readers, read_tallies, read_teams, tally_for
from journeys.rules.digest import Tally, Week, due_week, say_counts, say_failed
from journeys.rules.mail_names import DIGEST_KEY
from journeys.services.templates import find_versions

SCOPES = {Role.CSM: "your clients", Role.LEAD: "your team's clients", Role.OPS: "all clients"}


class _Memory:
    """The week that this process has looked at last, so that a tick need not ask again every half minute."""

    code = ""


def sweep(*, now: datetime) -> int:
    """What the clock calls: writes the digests of the week once their hour has come; gives how many."""
    week = due_week(now)
    if week is None or _Memory.code == week.code:
        return 0
    written = write_digests(week, now=now)
    _Memory.code = week.code
    return written


def write_digests(week: Week, *, now: datetime) -> int:
    """This will write each reader's digest, once however often it is asked; who has nothing to read gets none."""
    told = set(StaffMail.objects.filter(key__startswith=_key(week)).values_list("user", flat=True))
    readers = [reader for reader in list_readers() if reader.pk not in told]
    if not readers:
        return 0
    tallies = read_tallies(week, now=now)
    teams = read_teams(tallies)
    version = find_versions([DIGEST_KEY], now=now)[DIGEST_KEY]
    mails = [
        NewStaffMail(user=reader, version=version, values=_values(reader, tally, week), key=f"{_key(week)}{reader.pk}")
        for reader in readers
        if not (tally := tally_for(reader, tallies, teams=teams)).is_empty
    ]
    with transaction.atomic():
        queue_staff_mails(mails, now=now)
    return len(mails)


def forget() -> None:
    """Look again at the next tick; for tests and drills that set the clock back."""
    _Memory.code = ""


def _key(week: Week) -> str:
    return f"digest:{week.code}:"


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
