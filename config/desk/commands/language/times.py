"""Dates and durations as people type them: "until Friday", "for two weeks", "12 March"."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
          "november", "december")  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
           "nine": 9, "ten": 10, "twelve": 12, "fourteen": 14, "thirty": 30}  # fmt: skip
LONGEST_DAYS = 3660

_MONTH = "|".join(f"{name}|{name[:3]}|{name[:4]}" for name in MONTHS)
_WEEKDAY = "|".join(f"{name}|{name[:3]}" for name in WEEKDAYS)
_COUNT = "|".join(NUMBERS)
_LENGTH = rf"(?:the\s+next\s+)?(?P<count>\d{{1,4}}|{_COUNT})\s*(?P<few>couple\s+of\s+)?(?P<unit>day|week|month|year)s?"
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DOTS = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.?\s?(\d{4})?")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?")
_DAY_FIRST = re.compile(rf"(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?({_MONTH})\.?,?(?:\s+(\d{{4}}))?")
_MONTH_FIRST = re.compile(rf"({_MONTH})\.?\s+(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?,?(?:\s+(\d{{4}}))?")
_MONTH_ALONE = re.compile(rf"({_MONTH})(?:\s+(\d{{4}}))?")
_WEEK_DAY = re.compile(rf"(?:next\s+|this\s+|coming\s+)?({_WEEKDAY})")
_OF_MONTH = re.compile(r"the\s+(\d{1,2})(?:st|nd|rd|th)?")
_IN = re.compile(rf"(?:in\s+|for\s+)?{_LENGTH}(?:\s+from\s+(?:now|today))?")
_END_OF = re.compile(r"(?:the\s+)?end\s+of\s+(?:the\s+|this\s+)?(week|month|quarter|year)")
_NEXT = re.compile(r"(?:the\s+)?(?:start\s+of\s+)?next\s+(week|month|quarter|year)")


def read_days(words: str, *, today: date) -> tuple[date, ...]:
    """Give the days that the words may mean: none, one, or two where nobody can say ("3/4").

    A day without a year is the next one there is. today: where the customer is.
    """
    text = " ".join(words.lower().strip(" .,!?").removeprefix("on ").split())
    found: dict[date, None] = {}
    for day in _read(text, today):
        found[day] = None
    return tuple(found)


def add_length(words: str, *, today: date) -> date | None:
    """Give the day after so much time: "two weeks", "10 days"; None for no length of time."""
    match = re.fullmatch(_LENGTH, " ".join(words.lower().strip(" .,!?").split()))
    return _add(match, today) if match else None


def quarter_of(day: date) -> tuple[date, date]:
    """Give the first and the last day of the day's quarter."""
    first = 3 * ((day.month - 1) // 3) + 1
    return date(day.year, first, 1), end_of_month(date(day.year, first + 2, 1))


def end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def read_span(words: str, *, today: date) -> tuple[date, date] | None:
    """Give the first and the last day of a stretch of time: "this month", "next 30 days", "Q3", "March"."""
    text = " ".join(words.lower().strip(" .,!?").removeprefix("in ").removeprefix("within ").split())
    monday = today - timedelta(days=today.weekday())
    month, quarter = today.replace(day=1), quarter_of(today)
    next_month = end_of_month(month) + timedelta(days=1)
    spans = {
        "today": (today, today),
        "tomorrow": (today + timedelta(days=1),) * 2,
        "this week": (today, monday + timedelta(days=6)),
        "next week": (monday + timedelta(days=7), monday + timedelta(days=13)),
        "this month": (month, end_of_month(month)),
        "next month": (next_month, end_of_month(next_month)),
        "this quarter": quarter,
        "next quarter": quarter_of(quarter[1] + timedelta(days=1)),
        "this year": (date(today.year, 1, 1), date(today.year, 12, 31)),
        "next year": (date(today.year + 1, 1, 1), date(today.year + 1, 12, 31)),
    }
    if text in spans:
        return spans[text]
    if match := re.fullmatch(r"q([1-4])(?:\s+(\d{4}))?", text):
        year = _year(match[2], today)
        return quarter_of(date(year, 3 * int(match[1]) - 2, 1)) if year else None
    if match := re.fullmatch(_LENGTH, text):
        end = _add(match, today)
        return (today, end) if end else None
    if match := _MONTH_ALONE.fullmatch(text):
        day = _on(1, _month(match[1]), match[2], today.replace(day=1))
        return (day, end_of_month(day)) if day else None
    return None


def _read(text: str, today: date) -> Iterator[date]:
    if text in ("today", "tomorrow"):
        yield today + timedelta(days=text == "tomorrow")
    elif match := _ISO.fullmatch(text):
        yield from _day(int(match[1]), int(match[2]), int(match[3]))
    elif match := _DOTS.fullmatch(text):
        yield from _maybe(_on(int(match[1]), int(match[2]), match[3], today))
    elif match := _SLASHES.fullmatch(text):
        yield from _maybe(_on(int(match[1]), int(match[2]), match[3], today))
        yield from _maybe(_on(int(match[2]), int(match[1]), match[3], today))
    elif match := _DAY_FIRST.fullmatch(text):
        yield from _maybe(_on(int(match[1]), _month(match[2]), match[3], today))
    elif match := _MONTH_FIRST.fullmatch(text):
        yield from _maybe(_on(int(match[2]), _month(match[1]), match[3], today))
    elif match := _MONTH_ALONE.fullmatch(text):
        yield from _maybe(_on(1, _month(match[1]), match[2], today))
    elif match := _WEEK_DAY.fullmatch(text):
        ahead = ([name[:3] for name in WEEKDAYS].index(match[1][:3]) - today.weekday()) % 7
        yield today + timedelta(days=ahead or 7)
    elif match := _OF_MONTH.fullmatch(text):
        yield from _maybe(_next_of_month(int(match[1]), today))
    elif match := _END_OF.fullmatch(text):
        yield _end_of(match[1], today)
    elif match := _NEXT.fullmatch(text):
        yield _end_of(match[1], today) + timedelta(days=1)
    elif match := _IN.fullmatch(text):
        yield from _maybe(_add(match, today))


def _end_of(unit: str, today: date) -> date:
    if unit == "week":
        return today + timedelta(days=6 - today.weekday())
    if unit == "month":
        return end_of_month(today)
    return quarter_of(today)[1] if unit == "quarter" else date(today.year, 12, 31)


def _add(match: re.Match[str], today: date) -> date | None:
    said = match["count"]
    count = int(said) if said.isdecimal() else NUMBERS[said]
    if match["few"]:
        count *= 2
    unit = match["unit"]
    if unit in ("day", "week"):
        days = count * (7 if unit == "week" else 1)
        return today + timedelta(days=days) if days <= LONGEST_DAYS else None
    months = today.month - 1 + count * (12 if unit == "year" else 1)
    year, month = today.year + months // 12, months % 12 + 1
    if year - today.year > 10:
        return None
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def _month(word: str) -> int:
    return [name[:3] for name in MONTHS].index(word[:3]) + 1


def _year(said: str | None, today: date) -> int | None:
    year = int(said) if said else today.year
    return year if abs(year - today.year) <= 20 else None


def _on(day: int, month: int, year: str | None, today: date) -> date | None:
    """The day in the year that was said, else the next such day from today on."""
    wanted = _year(year, today)
    if wanted is None:
        return None
    found = next(_day(wanted, month, day), None)
    if year is None and (found is None or found < today):
        found = next(_day(wanted + 1, month, day), None)
    return found


def _next_of_month(day: int, today: date) -> date | None:
    for ahead in range(3):
        months = today.month - 1 + ahead
        found = next(_day(today.year + months // 12, months % 12 + 1, day), None)
        if found is not None and found > today:
            return found
    return None


def _day(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return


def _maybe(day: date | None) -> Iterator[date]:
    if day is not None:
        yield day
