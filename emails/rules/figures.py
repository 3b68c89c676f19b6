"""Figures in a text: money, percentages, multiples, scores and counts, in digits and in words.

Not taken for claims (small, on purpose): lengths of meetings ("20 minutes"), times of day, telephone
numbers, list markers, "24/7", names of standards ("ISO 27001"), letters joined to digits ("B2B"), "2
options", ordinals, and number words up to twelve that count nothing measurable ("one question").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from emails.rules.mentions import Claimed, Mention, MentionKind
from emails.rules.numbers import (
    NUMBER,
    NUMBER_WORDS,
    SCALE,
    SPACED_NUMBER,
    read_number,
    read_scale,
    read_step,
    read_words,
)

_CODES = "USD EUR GBP JPY CHF CAD AUD NZD SEK NOK DKK PLN CZK HUF RON INR SGD HKD CNY BRL MXN ZAR ILS AED TRY KRW"
_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"})
_SIGNS = {
    "$": _DOLLARS,
    "us$": frozenset({"USD"}),
    "a$": frozenset({"AUD"}),
    "c$": frozenset({"CAD"}),
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "¥": frozenset({"JPY", "CNY"}),
    "₹": frozenset({"INR"}),
    "dollar": _DOLLARS,
    "euro": frozenset({"EUR"}),
    "pound": frozenset({"GBP"}),
    "franc": frozenset({"CHF"}),
    "kronor": frozenset({"SEK"}),
    "yen": frozenset({"JPY"}),
    "rupee": frozenset({"INR"}),
}
_SIGN = r"(?:US\$|A\$|C\$|[$€£¥₹]|\b(?:" + "|".join(_CODES.split()) + r")\b\s?)"
_AFTER = (
    r"(?:\s?[$€£¥₹]|\s?(?:" + "|".join(_CODES.split()) + r")\b"
    r"|[\s-](?:dollar|euro|pound|franc|kronor|yen|rupee)s?\b)"
)
_PERCENT = r"(?:\s?%|[\s-]?(?:percent|per\s?cent|pct|percentage points?)\b)"

MOST_IDLE_WORD = 12
"""Number words up to here claim nothing unless they count something measurable."""

_EXEMPT = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        (
            r"\b(?:10|15|20|25|30|40|45|50|60|90)(?:\s?(?:-|–|to|or)\s?(?:15|20|25|30|45|60|90))?[\s-]?"
            # "Minuten", "minutos" and the like too.
            r"(?:mins?|minu\w{1,6})\b",
            re.I,
        ),
        (r"\b(?:1|2|an?)[\s-]hours?\b", re.I),
        (r"\b\d{1,2}:\d{2}(?:\s?[ap]\.?m\b)?(?!\d)", re.I),
        (r"\b\d{1,2}\s?(?:[ap]\.?m)\b", re.I),
        (r"^[ \t]*\d{1,2}[.)](?=\s)", re.M),
        (
            r"\b(?:phone|tel|mobile|cell|direct|office|fax|[tm](?=:))\b[.:]?[ \t]*[+(]?\d[\d ().–-]{6,}\d",
            re.I,
        ),
        (r"\+\d[\d ().–-]{6,}\d|\(\d{2,5}\)[ -]?\d[\d –-]{4,}\d", 0),
        (r"\b24/7\b|\b1:1\b|\b1-on-1\b|\b360[\s-]degree\b|\b360°", re.I),
        (r"\b(?:ISO|SOC|RFC|PCI|HIPAA|NIST|EN|DIN)[\s-]?\d+(?:[:-]\d+)?\b", 0),
        (r"\b[1-3]\s(?:options?|things?|points?|topics?|questions?|steps?|ways?|slots?|items?)\b", re.I),
        (r"\b\d{1,2}(?:st|nd|rd|th)\b", re.I),
        (r"(?<![^\W\d_])[^\W\d_]+\d[\w.]*|\b\d{1,2}[A-Z]{1,2}\b", 0),
    )
)

_MONEY_BEFORE = re.compile(rf"(?P<sign>{_SIGN})\s?(?P<number>{SPACED_NUMBER})(?P<scale>{SCALE})?", re.I)
_MONEY_AFTER = re.compile(rf"(?<!\w)(?<!\d[.,])(?P<number>{SPACED_NUMBER})(?P<scale>{SCALE})?(?P<sign>{_AFTER})", re.I)
_PERCENT_FIGURE = re.compile(rf"(?<!\w)(?<!\d[.,])(?P<minus>(?<!\w)[-−])?(?P<number>{NUMBER}){_PERCENT}", re.I)
_MULTIPLE = re.compile(rf"(?<!\w)(?<!\d[.,])(?P<number>{NUMBER})(?:\s?[x×](?!\w)|\s?times\b|[\s-]?fold\b)", re.I)
_SCORE = re.compile(rf"(?<!\w)(?<!\d[.,/])(?P<number>{NUMBER})\s?(?:/|out of)\s?(?P<scale>5|10|100)\b(?!/)", re.I)
_COUNT = re.compile(
    rf"(?<!\w)(?<!\d[.,])(?P<number>{NUMBER})(?P<scale>{SCALE})?\+?(?:[\s-](?P<unit>[^\W\d_]{{3,}}))?", re.I
)

_WORDS = re.compile(rf"\b(?P<words>{NUMBER_WORDS})(?P<after>[\s-]+[^\W\d_]+(?:\s+cent\b)?)?", re.I)
_MEASURES = {"month", "year", "user", "seat", "licence", "license", "point", "site", "team", "customer"}
_CHANGE = {
    "doubled": 2,
    "tripled": 3,
    "trebled": 3,
    "quadrupled": 4,
    "twofold": 2,
    "threefold": 3,
    "fourfold": 4,
    "fivefold": 5,
    "tenfold": 10,
    "twice": 2,
}
_CHANGED = re.compile(
    r"\b(?P<word>doubled|tripled|trebled|quadrupled|(?:two|three|four|five|ten)fold"
    r"|twice(?= (?:as|the|what|your)\b))\b",
    re.I,
)
_SHARES = {
    "half": Decimal(50),
    "a third": Decimal("33.3"),
    "one third": Decimal("33.3"),
    "two thirds": Decimal("66.7"),
    "a quarter": Decimal(25),
    "three quarters": Decimal(75),
    "halved": Decimal(50),
}
_SHARE = re.compile(
    r"\b(?P<share>half(?= of\b| the\b| your\b)|(?:a|one)[\s-]third|two[\s-]thirds|a[\s-]quarter(?= of\b)"
    r"|three[\s-]quarters|halved)\b",
    re.I,
)


def find_figures(text: str, taken: Claimed) -> Iterator[Mention]:
    """Find every figure; the order of the readers matters, the more telling sign wins."""
    for reader in (_money, _percents, _scores, _multiples):
        yield from reader(text, taken)
    for pattern in _EXEMPT:
        for match in pattern.finditer(text):
            taken.take(match.start(), match.end())
    for reader in (_changes, _words, _counts):
        yield from reader(text, taken)


def _figure(
    match: re.Match[str],
    kind: MentionKind,
    readings: tuple[Decimal, ...],
    step: Decimal,
    *,
    unit: str = "",
    currencies: frozenset[str] = frozenset(),
) -> Mention:
    return Mention(match.start(), match.end(), match.group(), kind, readings, step, unit, currencies)


def _scaled(match: re.Match[str]) -> tuple[tuple[Decimal, ...], Decimal]:
    scale = read_scale(match["scale"])
    return tuple(value * scale for value in read_number(match["number"])), read_step(match["number"]) * scale


def _money(text: str, taken: Claimed) -> Iterator[Mention]:
    for pattern in (_MONEY_BEFORE, _MONEY_AFTER):
        for match in pattern.finditer(text):
            if taken.take(match.start(), match.end()):
                readings, step = _scaled(match)
                currencies = _currencies(match["sign"])
                yield _figure(match, MentionKind.MONEY, readings, step, currencies=currencies)


def _currencies(sign: str) -> frozenset[str]:
    bare = sign.strip(" -\n\t").lower()
    return _SIGNS.get(bare) or _SIGNS.get(bare.rstrip("s")) or frozenset({bare.upper()})


def _percents(text: str, taken: Claimed) -> Iterator[Mention]:
    for match in _PERCENT_FIGURE.finditer(text):
        if taken.take(match.start(), match.end()):
            sign = -1 if match["minus"] else 1
            readings = tuple(sign * value for value in read_number(match["number"]))
            yield _figure(match, MentionKind.PERCENT, readings, read_step(match["number"]))


def _multiples(text: str, taken: Claimed) -> Iterator[Mention]:
    for match in _MULTIPLE.finditer(text):
        if taken.take(match.start(), match.end()):
            readings, step = read_number(match["number"]), read_step(match["number"])
            yield _figure(match, MentionKind.MULTIPLE, readings, step)


def _scores(text: str, taken: Claimed) -> Iterator[Mention]:
    for match in _SCORE.finditer(text):
        if taken.take(match.start(), match.end()):
            readings, step = read_number(match["number"]), read_step(match["number"])
            yield _figure(match, MentionKind.SCORE, readings, step, unit=match["scale"])


def _changes(text: str, taken: Claimed) -> Iterator[Mention]:
    for match in _CHANGED.finditer(text):
        if taken.take(match.start(), match.end()):
            value = Decimal(_CHANGE[match["word"].lower()])
            yield _figure(match, MentionKind.MULTIPLE, (value,), Decimal("0.1"))
    for match in _SHARE.finditer(text):
        if taken.take(match.start(), match.end()):
            value = _SHARES[match["share"].lower().replace("-", " ")]
            yield _figure(match, MentionKind.PERCENT, (value,), Decimal(1))


def _words(text: str, taken: Claimed) -> Iterator[Mention]:
    for match in _WORDS.finditer(text):
        start, end = match.span("words")
        value = read_words(match["words"])
        after = (match["after"] or "").strip(" -\n\t").lower()
        kind = _kind_of_words(after)
        if kind is None and value <= MOST_IDLE_WORD:
            continue
        if kind is None and after.startswith("min"):
            continue
        if kind in (MentionKind.MONEY, MentionKind.PERCENT, MentionKind.MULTIPLE):
            end = match.end()
        if taken.take(start, end):
            yield Mention(
                start=start,
                end=end,
                text=text[start:end],
                kind=kind or MentionKind.COUNT,
                readings=(value,),
                unit=after if kind in (None, MentionKind.COUNT) else "",
                currencies=_currencies(after) if kind == MentionKind.MONEY else frozenset(),
            )


def _kind_of_words(after: str) -> MentionKind | None:
    if after in {"percent", "per cent", "pct"}:
        return MentionKind.PERCENT
    if after.rstrip("s") in _SIGNS:
        return MentionKind.MONEY
    if after in {"times", "fold"}:
        return MentionKind.MULTIPLE
    return MentionKind.COUNT if after.rstrip("s") in _MEASURES else None


def _counts(text: str, taken: Claimed) -> Iterator[Mention]:
    for match in _COUNT.finditer(text):
        end = match.end("scale") if match["scale"] else match.end("number")
        if taken.take(match.start(), end):
            readings, step = _scaled(match)
            yield Mention(
                start=match.start(),
                end=end,
                text=text[match.start() : end],
                kind=MentionKind.COUNT,
                readings=readings,
                step=step,
                unit=(match["unit"] or "").lower(),
            )
