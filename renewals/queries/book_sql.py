"""The next step of an account in the database's words: `rules/next_action.py`, line by line.

A test over accounts of every kind holds the two together. No word of a person stands in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from django.db import connection

from renewals.enums import NextAction, Outcome, Stage
from renewals.models import Renewal
from renewals.queries.book_days import days_before, local_day
from renewals.queries.book_work import WORK
from renewals.rules.next_action import STAGE_ACTIONS
from renewals.rules.opening import ENGAGE_OPENS_AT_DAY, ENGAGE_OPENS_BEFORE_NOTICE_DAYS
from renewals.rules.stages import STAGE_SPANS, span_of

PRESSING_FIRST = {action: rank for rank, action in enumerate(NextAction)}
NOBODY_WAITS = "NULL"
LONG_NOTICE_DAYS = ENGAGE_OPENS_AT_DAY - ENGAGE_OPENS_BEFORE_NOTICE_DAYS
"""Longer than this, the notice period opens Engage before its usual day."""
IN_PREPARE_DAYS = span_of(Stage.PREPARE).most_days or 0
ALWAYS = ""

EARLIEST = ", ".join(f"MIN({name}) AS {name}" for name in WORK)
ACCOUNTS_WITH_WORK = f"""({{accounts}}) AS a LEFT JOIN (
    SELECT account, {EARLIEST} FROM ({{work}}) AS waiting GROUP BY account
) AS w ON w.account = a.account"""  # noqa: S608
"""What is decided on: the accounts, called a, with what waits at each, called w."""
ORDER = f"""
SELECT CAST(a.account AS varchar(36)) AS account
FROM {ACCOUNTS_WITH_WORK}
ORDER BY {{step}}, a.name {{turn}}, 1 {{turn}} {{page}}
"""  # noqa: S608
# The cast hides the column from SQLite, which would else walk an index that does not hold the names.


@dataclass(frozen=True)
class Line:
    """One line of the rule: where it holds, the step waits since `since`, and is the first action that holds there."""

    holds: str
    actions: tuple[tuple[str, NextAction], ...]
    since: str = NOBODY_WAITS


def one(holds: str, action: NextAction, since: str = NOBODY_WAITS) -> Line:
    return Line(holds, ((ALWAYS, action),), since)


@lru_cache(maxsize=16)
def decide(what: str, day: date) -> str:
    """This will say what to sort by where it is `day`. Where nothing waits, the lines about that are not asked."""
    answer = _rank if what == "action" else _since
    otherwise = answer(one(ALWAYS, NextAction.WATCH))

    def case(*lines: Line) -> str:
        whens = " ".join(f"WHEN {line.holds} THEN {answer(line)}" for line in lines)
        return f"CASE {whens} ELSE {otherwise} END"

    term, price = list(_term_lines(day)), list(_price_lines(day))
    stage = [_lost_line(), *_stage_lines(day)]
    whole = case(*_stop_lines(), *term, *_work_lines(day), *stage, *_plan_lines(), *price)
    return f"CASE WHEN w.account IS NULL THEN {case(_far_line(day), *term, *stage, *price)} ELSE {whole} END"


def decided_until(day: date) -> str:
    """This will say from which day on the step may be another, since a day comes; NULL for never. For PostgreSQL.

    Each day that a line of the rule names, whether or not another line answers before.
    """
    longest = f"GREATEST(a.notice_days, {LONG_NOTICE_DAYS}) + {ENGAGE_OPENS_BEFORE_NOTICE_DAYS}"
    asked = (span.most_days or 0 for span in STAGE_SPANS if span.stage in STAGE_ACTIONS)
    before: list[int | str] = [-1, *asked, IN_PREPARE_DAYS, longest]
    days = [days_before("a.renewal_date", days) for days in before]
    whens = [f"CASE WHEN {one} > '{day}' THEN {one} END" for one in (*days, "w.touch_day")]
    return f"LEAST({', '.join(whens)})"


def _rank(line: Line) -> str:
    *before, (_, last) = line.actions
    if not before:
        return str(PRESSING_FIRST[last])
    whens = " ".join(f"WHEN {holds} THEN {PRESSING_FIRST[action]}" for holds, action in before)
    return f"CASE {whens} ELSE {PRESSING_FIRST[last]} END"


def _since(line: Line) -> str:
    return line.since


def _stop_lines() -> Iterator[Line]:
    yield one("w.brake_at IS NOT NULL", NextAction.AFTER_REPLY, local_day("w.brake_at", "a.zone"))
    yield one("w.hold_at IS NOT NULL", NextAction.ON_HOLD)


def _term_lines(day: date) -> Iterator[Line]:
    has_none = f"a.renewal_date IS NULL AND a.last_outcome <> '{Outcome.CHURNED.value}'"
    yield one(has_none, NextAction.ADD_CONTRACT, local_day("a.created_at", "a.zone"))
    yield one(f"a.renewal_date < '{day}'", NextAction.RECORD_OUTCOME, "a.renewal_date")


def _work_lines(day: date) -> Iterator[Line]:
    yield one("w.draft_at IS NOT NULL", NextAction.REVIEW_EMAILS, local_day("w.draft_at", "a.zone"))
    yield one("w.todo_at IS NOT NULL", NextAction.DO_TODO, local_day("w.todo_at", "a.zone"))
    yield one(f"w.touch_day <= '{day}'", NextAction.MAKE_CONTACT, "w.touch_day")


def _lost_line() -> Line:
    """Of those without a contract only a customer that left comes so far."""
    return one("a.renewal_date IS NULL", NextAction.LOST)


def _stage_lines(day: date) -> Iterator[Line]:
    """The stages that ask for something of their own, the nearest to the renewal first."""
    for span in reversed(STAGE_SPANS):
        if span.stage in STAGE_ACTIONS:
            most = span.most_days or 0
            yield one(_until(day, most), STAGE_ACTIONS[span.stage], days_before("a.renewal_date", most))


def _plan_lines() -> Iterator[Line]:
    yield one("w.plan_at IS NOT NULL", NextAction.FOLLOW_PLAN)


def _far_line(day: date) -> Line:
    """Most of a book: where nothing waits and no stage asks for anything yet. Not in the rule, which says so last."""
    return one(
        f"a.renewal_date > '{_in(day, IN_PREPARE_DAYS)}' AND a.notice_days <= {LONG_NOTICE_DAYS}", NextAction.WATCH
    )


def _price_lines(day: date) -> Iterator[Line]:
    """Engage is open, on its usual day or earlier by a long notice period; or Prepare waits for the price."""
    notice_at = days_before("a.renewal_date", "a.notice_days")
    by_notice = f"a.notice_days > {LONG_NOTICE_DAYS} AND {notice_at} <= '{_in(day, ENGAGE_OPENS_BEFORE_NOTICE_DAYS)}'"
    is_open = f"({_until(day, ENGAGE_OPENS_AT_DAY)} OR {by_notice})"
    longest = f"CASE WHEN a.notice_days > {LONG_NOTICE_DAYS} THEN a.notice_days ELSE {LONG_NOTICE_DAYS} END"
    since = days_before("a.renewal_date", f"{longest} + {ENGAGE_OPENS_BEFORE_NOTICE_DAYS}")
    no_price, unlocked = ("a.target_price IS NULL", NextAction.SET_PRICE), f"NOT {_is_locked()}"
    yield Line(is_open, (no_price, (unlocked, NextAction.LOCK_PRICE), (ALWAYS, NextAction.OPEN_ENGAGE)), since)
    in_prepare, since = f"{_until(day, IN_PREPARE_DAYS)} AND {unlocked}", days_before("a.renewal_date", IN_PREPARE_DAYS)
    yield Line(in_prepare, (no_price, (ALWAYS, NextAction.LOCK_PRICE)), since)


def _is_locked() -> str:
    """Looked up where a line asks for it, not joined: most accounts are answered before."""
    table = connection.ops.quote_name(Renewal._meta.db_table)
    return f"EXISTS (SELECT 1 FROM {table} AS r WHERE r.contract_id = a.contract AND r.price_locked_at IS NOT NULL)"  # noqa: S608


def _until(day: date, days: int) -> str:
    """At most so many days remain; whose renewal has passed was answered before."""
    return f"a.renewal_date <= '{_in(day, days)}'"


def _in(day: date, days: int) -> date:
    return day + timedelta(days=days)
