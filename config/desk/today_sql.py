"""The statements that Today is read by: the kinds of all apps as one, joined with the accounts the reader may see."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, UUIDField

from customers.models import User
from customers.queries import turns as ground
from customers.queries.turns import Turn
from emails.queries import turns as mail
from journeys.queries import turns as journeys
from outreach.queries import turns as outreach
from renewals.queries import turns as renewals
from renewals.queries.book_work import accounts_with_term

FAILED_AUTOMATION = "automation.failed"
ONE = "w.turn_code = %s AND w.turn_id = %s"
PERSON = "COALESCE(w.turn_person, a.owner)"
JOINED = """
SELECT w.turn_code, w.turn_id, w.turn_part, w.turn_account, a.name, COALESCE(w.turn_person, a.owner) AS person,
       w.turn_since, w.turn_since_day, w.turn_due_at, w.turn_due_day, w.turn_title, w.turn_detail, w.turn_who,
       w.turn_note, w.turn_version, a.price * a.risk / 100.0 AS at_risk, a.currency, a.renewal_date, a.notice_days
       {counted}
FROM ({work}) w JOIN ({accounts}) a ON a.account = w.turn_account
WHERE {where}
"""
COUNTED = ", COUNT(*) OVER () AS counted"
"""How many there are of them all, beside each: what is cut off is counted in the same statement."""
LOADS = """
SELECT person, SUM(items), SUM(at_risk), MIN(since), MIN(since_day), SUM(week)
FROM (SELECT person, turn_account, COUNT(*) AS items, MAX(at_risk) AS at_risk, MIN(turn_since) AS since,
             MIN(turn_since_day) AS since_day,
             SUM(CASE WHEN turn_due_at <= %s OR turn_due_day <= %s OR
                           (turn_due_at IS NULL AND turn_due_day IS NULL) THEN 1 ELSE 0 END) AS week
      FROM ({work}) j GROUP BY person, turn_account) p
GROUP BY person
"""
COMING = """
SELECT n.next_code, n.next_id, n.next_account, n.next_at, n.next_day, n.next_title, a.name
FROM ({work}) n JOIN ({accounts}) a ON a.account = n.next_account
WHERE {whose} AND (n.next_day IS NULL OR n.next_day <= %s)
ORDER BY COALESCE(CAST(n.next_day AS TEXT), CAST(n.next_at AS TEXT)), n.next_id LIMIT %s
"""


def accounts_sql(reader: User) -> tuple[str, tuple[Any, ...]]:
    """The accounts the reader may see, with what their items are worth. Raises EmptyResultSet."""
    rows = accounts_with_term().visible_to(reader)
    named = rows.values(
        "name",
        account=F("pk"),
        # "owner" is the column's own name as a field.
        risk=F("churn_risk"),
        price=F("term__current_price"),
        term_currency=F("term__currency"),
        renewal_date=F("term__renewal_date"),
        notice_days=F("term__notice_days"),
        owned_by=F("owner_id"),
        own_currency=F("currency"),
    )
    sql, params = named.query.sql_with_params()
    outer = (
        "SELECT account, name, risk, price, COALESCE(term_currency, own_currency) AS currency, renewal_date,"  # noqa: S608
        f" notice_days, owned_by AS owner FROM ({sql}) v"
    )
    return outer, params


SOMEBODY = UUID("5e1ec7ed-0000-4000-8000-000000000000")
"""Stands in a statement where the person goes whose work it reads."""


@lru_cache(maxsize=8)
def work_sql(
    today: date, minute: datetime, *, of_one: bool = False, with_failures: bool = False
) -> tuple[str, tuple[Any, ...]]:
    """All kinds of all apps as one statement; put together once a minute, however many people look.

    of_one: only what is SOMEBODY's turn; with_failures: and what broke in the machine, whosever turn it is.
    """
    elsewhere = (mail.SHOWN_ELSEWHERE, journeys.SHOWN_ELSEWHERE, renewals.SHOWN_ELSEWHERE)
    tasks = ground.list_turns(today=today, now=minute, shown_elsewhere=elsewhere)
    letters = mail.list_turns()
    others = [
        *journeys.list_turns(),
        *outreach.list_turns(today=today),
        *renewals.list_turns(today=today),
    ]
    if not of_one:
        return _all_of([*tasks, *letters, *others])
    seated = Q(turn_account__in=ground.accounts_with_seat(SOMEBODY))
    failed = Q(turn_note=FAILED_AUTOMATION) if with_failures else None
    return _all_of(
        [
            *(ground.turns_of(arm, SOMEBODY, besides=failed) for arm in tasks),
            # Who signs has a seat there: of the letters that wait in the whole house the others are not looked at.
            *(ground.turns_of(arm, SOMEBODY).filter(seated) for arm in letters),
            *(ground.turns_of(arm, SOMEBODY) for arm in others),
        ]
    )


@lru_cache(maxsize=8)
def coming_sql(today: date, minute: datetime, *, of_one: bool = False) -> tuple[str, tuple[Any, ...]]:
    """What comes next, of all apps; of_one: only at the accounts that SOMEBODY owns."""
    arms = [
        *ground.list_coming(today=today, now=minute),
        *mail.list_coming(),
        *journeys.list_coming(today=today),
        *renewals.list_coming(today=today),
    ]
    return _all_of([arm.filter(next_account__in=ground.accounts_of(SOMEBODY)) for arm in arms] if of_one else arms)


def _all_of(arms: list[Any]) -> tuple[str, tuple[Any, ...]]:
    sql, params = arms[0].union(*arms[1:], all=True).query.sql_with_params()
    return sql, tuple(params)


def turn_of(row: Any) -> Turn:
    code, pk, part, account, name, person, since, since_day, due_at, due_day = row[:10]
    title, detail, who, note, version, at_risk, currency, renewal_date, notice_days = row[10:19]
    ends = day_of(renewal_date)
    moment, due = moment_of(since), moment_of(due_at)
    return Turn(
        code=code,
        id=uuid_of(pk),
        part=part,
        account_id=uuid_of(account),
        account_name=name,
        person_id=uuid_of(person) if person else None,
        since=moment or noon_of(day_of(since_day) or date.today()),
        due_date=day_of(due_day) or (due.date() if due else None),
        title=title or "",
        detail=detail or "",
        who=who or "",
        note=note or "",
        version=version or 0,
        at_risk=None if at_risk is None else Decimal(str(at_risk)).quantize(Decimal("0.01")),
        currency=currency or "USD",
        renewal_date=ends,
        notice_date=ends - timedelta(days=notice_days or 0) if ends else None,
    )


def uuid_of(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def moment_of(value: Any) -> datetime | None:
    """SQLite gives moments as text without their zone, which is UTC."""
    if value is None or isinstance(value, datetime):
        return value
    read = datetime.fromisoformat(value)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def day_of(value: Any) -> date | None:
    return date.fromisoformat(value[:10]) if isinstance(value, str) else value


def noon_of(day: date) -> datetime:
    """A day as a moment that lies on it nearly everywhere."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def db_uuid(value: UUID) -> Any:
    return UUIDField().get_db_prep_value(value, connection)


def db_moment(value: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def db_day(value: date) -> Any:
    return connection.ops.adapt_datefield_value(value)
