"""Dates in a text, as precisely as they are given. "next Tuesday" and "tomorrow" claim nothing that is on
record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from emails.rules.facts import MONTHS
from emails.rules.mentions import Claimed, Day, Mention, MentionKind

_MONTHS = [month.lower() for month in MONTHS]
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEKDAY = r"(?:(?P<weekday>mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+(?:the\s+)?)?"
_YEAR = r"(?:19|20)\d{2}"
_ORDINAL_WORDS = {"first": 1, "second": 2, "third": 3, "fourth": 4}

_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?P<year>{_YEAR})-(?P<mm>\d{{2}})-(?P<day>\d{{2}})\b",
        rf"\b{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[\s-]+(?P<month>{_MONTH})\b\.?"
        rf"(?:,?[\s-]+(?P<year>{_YEAR})\b)?",
        rf"\b{_WEEKDAY}(?P<month>{_MONTH})\b\.?\s+(?:the\s+)?(?P<day>\d{{1,2}})(?!\d)(?:st|nd|rd|th)?"
        rf"(?:,?\s+(?P<year>{_YEAR})\b)?(?![\d%])",
        rf"\b(?P<month>{_MONTH})\b\.?,?\s+(?:of\s+)?(?P<year>{_YEAR})\b",
        rf"\b(?P<a>\d{{1,2}})(?P<sep>[/.-])(?P<b>\d{{1,2}})(?P=sep)(?P<year>{_YEAR}|\d{{2}})\b",
        rf"\bQ(?P<quarter>[1-4])(?:[\s/-]*(?:of\s+)?(?P<year>{_YEAR}))?\b",
        rf"\b(?P<quarter_word>first|second|third|fourth) quarter(?: of (?P<year>{_YEAR}))?\b",
        rf"\bFY\s?(?P<fiscal>{_YEAR}|\d{{2}})\b",
        rf"(?<![\w.,$€£¥-])(?P<year>{_YEAR})(?![\w%]|[.,]\d|-\d)",
    )
)
_LONE_MONTH = re.compile(
    r"\b(?:in|by|since|until|till|of|early|mid|late|during|before|after|for)[\s-]"
    r"(?P<month>January|February|March|April|May|June|July|August|September|October|November|December)\b"
)


def find_dates(text: str, taken: Claimed) -> Iterator[Mention]:
    """Find every date that names a day, a month, a quarter or a year."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            day = _read(match)
            if day and taken.take(match.start(), match.end()):
                yield _mention(match.group(), match.start(), day)
    for match in _LONE_MONTH.finditer(text):
        if taken.take(match.start("month"), match.end("month")):
            yield _mention(match["month"], match.start("month"), Day(month=_month(match["month"])))


def _mention(text: str, start: int, day: Day) -> Mention:
    return Mention(start=start, end=start + len(text), text=text, kind=MentionKind.DATE, day=day)


def _read(match: re.Match[str]) -> Day | None:
    found = match.groupdict()
    year = _year(found.get("year") or found.get("fiscal"))
    if found.get("a"):
        return _read_numeric(int(found["a"]), int(found["b"]), year)
    quarter = found.get("quarter")
    if quarter or found.get("quarter_word"):
        return Day(year=year, quarter=int(quarter) if quarter else _ORDINAL_WORDS[found["quarter_word"].lower()])
    month = _month(found["month"]) if found.get("month") else int(found.get("mm") or 0) or None
    day = int(found.get("day") or 0) or None
    if (month and not 1 <= month <= 12) or (day and not 1 <= day <= 31):
        return None
    return Day(year=year, month=month, day=day, weekday=_weekday(found.get("weekday")))


def _read_numeric(first: int, second: int, year: int | None) -> Day | None:
    """Read 03/04/2027 both ways; the record decides which was meant."""
    readings = [(day, month) for day, month in ((first, second), (second, first)) if day <= 31 and 1 <= month <= 12]
    if not readings:
        return None
    day, month = readings[0]
    return Day(year=year, month=month, day=day, alternative=readings[1] if len(readings) > 1 else None)


def _year(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) if len(text) == 4 else 2000 + int(text)


def _month(name: str) -> int:
    return next(place for place, month in enumerate(_MONTHS, 1) if month.startswith(name[:3].lower()))


def _weekday(name: str | None) -> int | None:
    return _WEEKDAYS.index(name[:3].lower()) if name else None


def names_day(claim: Day, day: date) -> bool:
    """Say whether the text's date is this day, as far as the text goes; a wrong weekday is a wrong date."""
    if claim.weekday is not None and claim.weekday != day.weekday():
        return False
    if claim.year is not None and claim.year != day.year:
        return False
    if claim.quarter is not None:
        return claim.quarter == (day.month + 2) // 3
    if claim.alternative and (day.day, day.month) == claim.alternative:
        return True
    return (claim.month is None or claim.month == day.month) and (claim.day is None or claim.day == day.day)
