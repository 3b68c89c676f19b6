"""The accounts of a book in the order of their next steps, decided by the database for all of them at once.

The same decision as `rules/next_action.py`, line by line; a test over accounts of every kind holds the two together.
Written as text, since what waits is read once and joined, which the ORM cannot say. No word of a person stands in it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, F, QuerySet, Value, When

from renewals.enums import NextAction, Stage
from renewals.models import Renewal
from renewals.queries.book_days import LocalDates, days_before, local_day
from renewals.queries.book_work import list_work
from renewals.rules.next_action import STAGE_ACTIONS
from renewals.rules.opening import ENGAGE_OPENS_AT_DAY, ENGAGE_OPENS_BEFORE_NOTICE_DAYS
from renewals.rules.stages import STAGE_SPANS, span_of

PRESSING_FIRST = {action: rank for rank, action in enumerate(NextAction)}
NOBODY_WAITS = "NULL"
LONG_NOTICE_DAYS = ENGAGE_OPENS_AT_DAY - ENGAGE_OPENS_BEFORE_NOTICE_DAYS
"""Longer than this, the notice period opens Engage before its usual day."""

ORDER = """
SELECT a.account FROM ({accounts}) AS a LEFT JOIN (
    SELECT account,
        MIN(CASE WHEN work_kind = 'brake' THEN waits_at END) AS brake_at,
        MIN(CASE WHEN work_kind = 'hold' THEN waits_at END) AS hold_at,
        MIN(CASE WHEN work_kind = 'plan' THEN waits_at END) AS plan_at,
        MIN(CASE WHEN work_kind = 'draft' THEN waits_at END) AS draft_at,
        MIN(CASE WHEN work_kind = 'todo' THEN waits_at END) AS todo_at,
        MIN(touch_day) AS touch_day
    FROM ({work}) AS waiting GROUP BY account
) AS w ON w.account = a.account
ORDER BY {step}, a.name {turn}, CAST(a.account AS varchar(36)) {turn} LIMIT {limit} OFFSET {offset}
"""
# The cast hides the column from SQLite, which would else walk an index that does not hold the names.


@dataclass(frozen=True)
class Line:
    """One line of the rule: where it holds, the step is `action`, waiting since `since`. All but action: SQL."""

    holds: str
    action: NextAction
    since: str = NOBODY_WAITS


@dataclass(frozen=True)
class StepOrder:
    """Accounts by their next step. accounts: with their running contract as `term`.

    what: "action", by the step's place among all, the most pressing first; or "waits", by the day since which it
    waits, with those last where it waits for nobody. size: how many accounts. is_turned: from the end.
    """

    accounts: QuerySet[Any]
    dates: LocalDates
    what: str
    descending: bool
    size: int
    is_turned: bool = False

    def turned(self) -> StepOrder:
        return replace(self, is_turned=not self.is_turned)

    def ids(self, begin: int, end: int) -> list[uuid.UUID]:
        if begin >= end:
            return []
        try:
            accounts, params = self._columns().query.sql_with_params()
        except EmptyResultSet:
            return []
        step, step_params = self._step()
        work, work_params = _work_sql(self.dates.usual, self.dates.latest)
        turn = "DESC" if self.is_turned else "ASC"
        pieces = {"accounts": accounts, "work": work, "step": step, "turn": turn}
        sql = ORDER.format(**pieces, limit=end - begin, offset=begin)
        with connection.cursor() as cursor:
            cursor.execute(sql, [*params, *work_params, *step_params])
            return [_as_uuid(value) for (value,) in cursor.fetchall()]

    def _columns(self) -> QuerySet[Any]:
        unknown = self.dates.unknown_zones()
        zone = Case(When(timezone__in=unknown, then=Value("UTC")), default=F("timezone")) if unknown else F("timezone")
        return self.accounts.values(
            "name",
            "timezone",
            "created_at",
            account=F("pk"),
            zone=zone,
            contract=F("term__pk"),
            renewal_date=F("term__renewal_date"),
            notice_days=F("term__notice_days"),
            target_price=F("term__target_price"),
        )

    def _step(self) -> tuple[str, list[str]]:
        """What to sort by, for each group of zones that have another date; and the zones."""
        whens, params = "", list[str]()
        for day, zones in self.dates.others.items():
            marks = ", ".join(["%s"] * len(zones))
            whens += f" WHEN a.timezone IN ({marks}) THEN {_decision(self.what, day)}"
            params += zones
        usual = _decision(self.what, self.dates.usual)
        step = f"CASE{whens} ELSE {usual} END" if whens else usual
        turn = "DESC" if self.descending != self.is_turned else "ASC"
        return f"{step} {turn} NULLS {'FIRST' if self.is_turned else 'LAST'}", params


def _as_uuid(value: Any) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(value)


@lru_cache(maxsize=8)
def _work_sql(usual: date, latest: date) -> tuple[str, tuple[Any, ...]]:
    sql, params = list_work(usual=usual, latest=latest).query.sql_with_params()
    return sql, tuple(params)


@lru_cache(maxsize=16)
def _decision(what: str, day: date) -> str:
    """The rule for accounts where it is `day`. Where nothing waits, its lines about that are not asked one by one."""
    answer: Callable[[Line], str] = _rank if what == "action" else _since
    otherwise = _rank(Line("", NextAction.WATCH)) if what == "action" else NOBODY_WAITS

    def case(*lines: Line) -> str:
        whens = " ".join(f"WHEN {line.holds} THEN {answer(line)}" for line in lines)
        return f"CASE {whens} ELSE {otherwise} END"

    term, stage, price = list(_term_lines(day)), list(_stage_lines(day)), list(_price_lines(day))
    whole = case(*_stop_lines(), *term, *_work_lines(day), *stage, *_plan_lines(), *price)
    return f"CASE WHEN w.account IS NULL THEN {case(*term, *stage, *price)} ELSE {whole} END"


def _rank(line: Line) -> str:
    return str(PRESSING_FIRST[line.action])


def _since(line: Line) -> str:
    return line.since


def _stop_lines() -> Iterator[Line]:
    yield Line("w.brake_at IS NOT NULL", NextAction.AFTER_REPLY, local_day("w.brake_at", "a.zone"))
    yield Line("w.hold_at IS NOT NULL", NextAction.ON_HOLD)


def _term_lines(day: date) -> Iterator[Line]:
    yield Line("a.renewal_date IS NULL", NextAction.ADD_CONTRACT, local_day("a.created_at", "a.zone"))
    yield Line(f"a.renewal_date < '{day}'", NextAction.RECORD_OUTCOME, "a.renewal_date")


def _work_lines(day: date) -> Iterator[Line]:
    yield Line("w.draft_at IS NOT NULL", NextAction.REVIEW_EMAILS, local_day("w.draft_at", "a.zone"))
    yield Line("w.todo_at IS NOT NULL", NextAction.DO_TODO, local_day("w.todo_at", "a.zone"))
    yield Line(f"w.touch_day <= '{day}'", NextAction.MAKE_CONTACT, "w.touch_day")


def _stage_lines(day: date) -> Iterator[Line]:
    """The stages that ask for something of their own, the nearest to the renewal first."""
    for span in reversed(STAGE_SPANS):
        if span.stage in STAGE_ACTIONS:
            most = span.most_days or 0
            yield Line(_until(day, most), STAGE_ACTIONS[span.stage], days_before("a.renewal_date", most))


def _plan_lines() -> Iterator[Line]:
    yield Line("w.plan_at IS NOT NULL", NextAction.FOLLOW_PLAN)


def _price_lines(day: date) -> Iterator[Line]:
    """Engage is open, on its usual day or earlier by a long notice period; or Prepare waits for the price."""
    notice_at = days_before("a.renewal_date", "a.notice_days")
    by_notice = f"a.notice_days > {LONG_NOTICE_DAYS} AND {notice_at} <= '{_in(day, ENGAGE_OPENS_BEFORE_NOTICE_DAYS)}'"
    is_open = f"({_until(day, ENGAGE_OPENS_AT_DAY)} OR {by_notice})"
    longest = f"CASE WHEN a.notice_days > {LONG_NOTICE_DAYS} THEN a.notice_days ELSE {LONG_NOTICE_DAYS} END"
    since = days_before("a.renewal_date", f"{longest} + {ENGAGE_OPENS_BEFORE_NOTICE_DAYS}")
    yield Line(f"{is_open} AND a.target_price IS NULL", NextAction.SET_PRICE, since)
    yield Line(f"{is_open} AND NOT {_is_locked()}", NextAction.LOCK_PRICE, since)
    yield Line(is_open, NextAction.OPEN_ENGAGE, since)
    most = span_of(Stage.PREPARE).most_days or 0
    in_prepare, since = f"{_until(day, most)} AND NOT {_is_locked()}", days_before("a.renewal_date", most)
    yield Line(f"{in_prepare} AND a.target_price IS NULL", NextAction.SET_PRICE, since)
    yield Line(in_prepare, NextAction.LOCK_PRICE, since)


def _is_locked() -> str:
    """Looked up where a line asks for it, not joined: most accounts are answered before."""
    table = connection.ops.quote_name(Renewal._meta.db_table)
    return f"EXISTS (SELECT 1 FROM {table} AS r WHERE r.contract_id = a.contract AND r.price_locked_at IS NOT NULL)"  # noqa: S608


def _until(day: date, days: int) -> str:
    """At most so many days remain; whose renewal has passed was answered before."""
    return f"a.renewal_date <= '{_in(day, days)}'"


def _in(day: date, days: int) -> date:
    return day + timedelta(days=days)
