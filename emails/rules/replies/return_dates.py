"""When somebody is back, as their automatic answer says: "back on 7 January", "vom 3. bis 14. August", "until Monday".

Days are read as the mail's own: a date without a year is the next one, a weekday the next one after the mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest

from emails.rules.replies.calendar_words import (
    BACK,
    BACK_BEHIND,
    BETWEEN,
    INCLUSIVE,
    MONTHS,
    MONTHS_BEFORE_DAYS,
    TO,
    TOMORROW,
    UNTIL,
    UNTIL_BACK_THAT_DAY,
    WEEKDAYS,
)
from emails.rules.replies.words import fold

LONGEST_READ = 4_000
FURTHEST = timedelta(days=400)
RECENT = timedelta(days=60)
"""A date without a year that lies no further back than this is past, not next year's."""

PLAUSIBLE = timedelta(days=120)
"""Of 3/4 that day is meant which comes within so many days; if both do, none is."""

_BEFORE, _BEHIND = 60, 30


def _words(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_YEAR = r"(?:,?\s{1,3}(?:de\s{1,3}|del\s{1,3})?(?P<NAME>20\d\d))?"
_DATE = re.compile(
    r"(?<![\w.,/])(?:"
    r"(?P<y1>20\d\d)-(?P<m1>\d{1,2})-(?P<d1>\d{1,2})"
    r"|(?P<d2>\d{1,2})(?P<sep>[./-])(?P<m2>\d{1,2})(?:(?P=sep)(?P<y2>20\d\d|\d\d))?"
    rf"|(?P<d3>\d{{1,2}})(?:st|nd|rd|th|er|e|[.º°])?\s{{1,3}}(?:de\s{{1,3}}|of\s{{1,3}})?(?P<m3>{_words(MONTHS)})\b\.?"
    + _YEAR.replace("NAME", "y3")
    + rf"|(?P<m4>{_words(MONTHS_BEFORE_DAYS)})\b\.?\s{{1,3}}(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])"
    + _YEAR.replace("NAME", "y4")
    + rf"|(?P<weekday>{_words(WEEKDAYS)})\b"
    + rf"|(?P<tomorrow>{_words(TOMORROW)})\b)"
)
_TAIL = rf"\s{{0,3}}(?:(?:{_words([*BETWEEN, *WEEKDAYS])})[.,]?\s{{1,3}}){{0,4}}$"
_BACK = re.compile(rf"(?<!\w)(?:{_words(BACK)})\b[^.!?\n]{{0,30}}$")
_BACK_BEHIND = re.compile(rf"^[^.!?\n]{{0,{_BEHIND}}}(?<!\w)(?:{_words(BACK_BEHIND)})\b")
_UNTIL = re.compile(rf"(?<!\w)(?P<word>{_words(UNTIL)}){_TAIL}")
_RANGE = re.compile(rf"\d(?:st|nd|rd|th|er|\.|º)?(?:\s[a-z.]{{1,12}}(?:\s20\d\d)?)?\s{{0,3}}(?:{_words(TO)}){_TAIL}")
_INCLUSIVE = re.compile(rf"^\W{{0,3}}(?:{_words(INCLUSIVE)})")


@dataclass(frozen=True)
class ReturnDate:
    """The first day back, and the words that say so."""

    day: date
    words: str


@dataclass(frozen=True)
class _Named:
    match: re.Match[str]
    day: date

    @property
    def is_weekday(self) -> bool:
        return self.match["weekday"] is not None


def read_return_date(text: str, *, sent: date) -> ReturnDate | None:
    """This will read the first day back from a text that was sent on that day; None where it does not say.

    A day that is named as the one of the return counts before one that ends the absence.
    """
    text = text[:LONGEST_READ]
    folded = fold(text)
    ends: list[ReturnDate] = []
    for named in _dates(folded, sent):
        start, end = named.match.span()
        before, behind = folded[max(0, start - _BEFORE) : start], folded[end : end + _BEHIND]
        if found := _until(named, before, behind):
            ends.append(ReturnDate(found, text[start:end]))
        elif _BACK.search(before) or _BACK_BEHIND.search(behind):
            return ReturnDate(named.day, text[start:end])
    return max(ends, key=lambda one: one.day, default=None)


def _until(named: _Named, before: str, behind: str) -> date | None:
    """The first day back where this date ends an absence."""
    if found := _UNTIL.search(before):
        if _INCLUSIVE.search(behind):
            return named.day + timedelta(days=1)
        is_that_day = found["word"] in UNTIL_BACK_THAT_DAY or (named.is_weekday and named.day.weekday() == 0)
        return named.day if is_that_day else named.day + timedelta(days=1)
    return named.day + timedelta(days=1) if _RANGE.search(before) else None


def _dates(folded: str, sent: date) -> Iterator[_Named]:
    """Give the dates in the text. Of "Monday, 9 March" the weekday is left out."""
    matches = list(_DATE.finditer(folded))
    for match, following in zip_longest(matches, matches[1:]):
        is_announced = match["weekday"] and following and following.start() - match.end() <= len(", den ")
        if is_announced and following and not following["weekday"]:
            continue
        day = _day(match, sent)
        if day is not None and sent <= day <= sent + FURTHEST:
            yield _Named(match, day)


def _day(match: re.Match[str], sent: date) -> date | None:
    if match["weekday"]:
        return sent + timedelta(days=(WEEKDAYS[match["weekday"]] - sent.weekday() - 1) % 7 + 1)
    if match["tomorrow"]:
        return sent + timedelta(days=1)
    if match["y1"]:
        return _make(int(match["y1"]), int(match["m1"]), int(match["d1"]))
    if match["d2"]:
        return _numeric(match, sent)
    day, month = (match["d3"], match["m3"]) if match["d3"] else (match["d4"], match["m4"])
    year = match["y3"] or match["y4"]
    return _near(MONTHS[month], int(day), int(year) if year else None, sent)


def _numeric(match: re.Match[str], sent: date) -> date | None:
    """Read 9.3. and 9/3. With points the day is first; with strokes either may be, and the nearer one is meant."""
    first, second = int(match["d2"]), int(match["m2"])
    year = int(match["y2"]) + (2000 if len(match["y2"]) == 2 else 0) if match["y2"] else None
    day_first = _near(second, first, year, sent)
    if match["sep"] == ".":
        return day_first
    month_first = _near(first, second, year, sent)
    likely = {day for day in (day_first, month_first) if day and sent <= day <= sent + PLAUSIBLE}
    return likely.pop() if len(likely) == 1 else None


def _near(month: int, day: int, year: int | None, sent: date) -> date | None:
    if year is not None:
        return _make(year, month, day)
    this_year = _make(sent.year, month, day)
    if this_year is None or this_year >= sent - RECENT:
        return this_year or _make(sent.year + 1, month, day)
    return _make(sent.year + 1, month, day)


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
