"""The fact check: each figure, date and name of a letter, and whether a record stands behind it.

The check is code, not a model (DESIGN, promise 4). Rounding is accepted at the text's own precision:
"$268k" for 268,000 but not for 268,900; "7%" for 7.2; a multiple, a count or a sum may be rounded by at most 5 %.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from emails.rules.dates import names_day
from emails.rules.facts import Fact, FactType
from emails.rules.languages import is_english
from emails.rules.mentions import Mention, MentionKind
from emails.rules.names import FoundName
from emails.rules.texts import find_mentions

MOST_ROUNDING = Decimal("0.05")

_TIME_UNITS = {"day": "day", "week": "week", "month": "month", "year": "year", "hour": "hour", "minute": "minute"}
_SIMPLE = {
    MentionKind.MONEY: (FactType.MONEY,),
    MentionKind.PERCENT: (FactType.PERCENT,),
    MentionKind.MULTIPLE: (FactType.MULTIPLE,),
    MentionKind.SCORE: (FactType.SCORE,),
    MentionKind.COUNT: (FactType.COUNT, FactType.SCORE),
}


class SpanState(StrEnum):
    """What is known of a claim."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"
    CONFIRMED = "confirmed"
    STALE = "stale"


@dataclass(frozen=True)
class Span:
    """One claim of the letter, judged.

    part: "subject" or "body"; start, end: places in that part. fact: the record behind it, if any. now:
    what that record says today, where it has changed. mention: the claim as it was read.
    """

    part: str
    start: int
    end: int
    text: str
    kind: MentionKind
    state: SpanState
    fact: Fact | None = None
    now: str | None = None
    mention: Mention | None = None

    @property
    def is_open(self) -> bool:
        """Whether a person must do something before the letter may go."""
        return self.state in (SpanState.UNSUPPORTED, SpanState.STALE)


def ground(
    *,
    subject: str,
    body: str,
    facts: Iterable[Fact],
    confirmed: Collection[str] = (),
    current: Mapping[str, str | None] | None = None,
    language: str = "en",
) -> list[Span]:
    """Judge every claim in subject and body.

    language: of the text; German writes every noun with a capital, so that only strong signs make a name there.
    confirmed: texts a person has vouched for, as `confirmation_key` writes them. current: fact key → what
    its record says now (None: gone); left out, no fact is taken for stale.
    """
    read = _read(subject, body, tuple(facts), is_english(language))
    return [_judge(claim, confirmed, current) for claim in read]


def confirmation_key(text: str) -> str:
    """How a confirmed text is remembered: it holds wherever the same words stand in this draft."""
    return " ".join(text.split()).casefold()


def open_spans(spans: Iterable[Span]) -> list[Span]:
    return [span for span in spans if span.is_open]


def used_facts(spans: Iterable[Span]) -> list[Fact]:
    """The facts the letter really uses, each once."""
    return list({span.fact.key: span.fact for span in spans if span.fact}.values())


@dataclass(frozen=True)
class _Claim:
    """What a part of the letter claims, and the facts that bear it out by what they said when it was written."""

    part: str
    mention: Mention
    behind: tuple[Fact, ...]


@lru_cache(maxsize=512)
def _read(subject: str, body: str, facts: tuple[Fact, ...], reads_names: bool) -> tuple[_Claim, ...]:
    """Pages show the same letters again and again; what they claim hangs on nothing but their text and facts."""
    return tuple(
        _Claim(part, found.mention, tuple(_facts_behind(found, facts)))
        for part, text in (("subject", subject), ("body", body))
        for found in find_mentions(text, facts, is_subject=part == "subject" or not reads_names)
    )


def _judge(claim: _Claim, confirmed: Collection[str], current: Mapping[str, str | None] | None) -> Span:
    mention, behind = claim.mention, claim.behind
    state, fact, now = SpanState.UNSUPPORTED, None, None
    fresh = next((one for one in behind if current is None or current.get(one.key) == one.value), None)
    if fresh:
        state, fact = SpanState.SUPPORTED, fresh
    elif behind:
        state, fact, now = SpanState.STALE, behind[0], (current or {}).get(behind[0].key)
    elif confirmation_key(mention.text) in confirmed:
        state = SpanState.CONFIRMED
    return Span(claim.part, mention.start, mention.end, mention.text, mention.kind, state, fact, now, mention)


def _facts_behind(found: FoundName, facts: tuple[Fact, ...]) -> list[Fact]:
    if found.key:
        return [fact for fact in facts if fact.key == found.key]
    if found.mention.kind == MentionKind.NAME:
        return [fact for fact in facts if _tells_name(fact, found.mention.text)]
    direct = [fact for fact in facts if supports(fact, found.mention)]
    return direct or [fact for fact in facts if fact.type == FactType.TEXT and _tells(fact, found.mention)]


def _tells_name(fact: Fact, name: str) -> bool:
    return fact.type == FactType.TEXT and name in fact.display


def _tells(fact: Fact, mention: Mention) -> bool:
    """Whether a sentence on record makes the same claim: "cut reporting time by 40%"."""
    return any(_same(found.mention, mention) for found in find_mentions(fact.display))


def _same(one: Mention, other: Mention) -> bool:
    if one.kind != other.kind:
        return False
    if one.kind == MentionKind.DATE:
        return one.day == other.day
    return bool(set(one.readings) & set(other.readings)) and one.currencies == other.currencies


def supports(fact: Fact, mention: Mention) -> bool:
    """Whether this one figure or date stands on this one fact."""
    if mention.kind == MentionKind.DATE:
        return _supports_date(fact, mention)
    if fact.type not in _SIMPLE.get(mention.kind, ()):
        return False
    if mention.kind == MentionKind.MONEY and fact.currency not in mention.currencies:
        return False
    if mention.kind == MentionKind.SCORE and mention.unit != fact.unit:
        return False
    value = Decimal(fact.value)
    if mention.kind == MentionKind.COUNT:
        return any(_counts_same(fact, value, mention, reading) for reading in mention.readings)
    return any(_rounds_to(value, reading, mention) for reading in mention.readings)


def _supports_date(fact: Fact, mention: Mention) -> bool:
    if fact.type != FactType.DATE or mention.day is None:
        return False
    return names_day(mention.day, date.fromisoformat(fact.value))


def _rounds_to(value: Decimal, reading: Decimal, mention: Mention) -> bool:
    if value < 0 < reading:
        value = -value
    if abs(value - reading) > mention.step / 2:
        return False
    return mention.kind == MentionKind.PERCENT or abs(value - reading) <= abs(value) * MOST_ROUNDING


def _counts_same(fact: Fact, value: Decimal, mention: Mention, reading: Decimal) -> bool:
    said, meant = _time_unit(mention.unit), _time_unit(fact.unit)
    if {said, meant} == {"month", "year"}:
        months, years = (reading, value) if said == "month" else (value, reading)
        return months == years * 12
    if said != meant and (said or meant) and mention.unit:
        return False
    return _rounds_to(value, reading, mention)


def _time_unit(unit: str) -> str:
    """Months and years are not users: a figure with a unit of time needs a fact with one."""
    words = unit.lower().split()
    return next((_TIME_UNITS[w.rstrip("s")] for w in words if w.rstrip("s") in _TIME_UNITS), "")
