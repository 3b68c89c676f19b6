"""Numbers as people write them: "268,000", "1.234,50", "268k", "two hundred and sixty-eight thousand"."""

from __future__ import annotations

import re
from decimal import Decimal

NUMBER = r"(?:\d{1,3}(?:[,.'’\u00a0\u202f]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,]\d+)?)"
SPACED_NUMBER = rf"(?:\d{{1,3}}(?: \d{{3}})+(?!\d)(?:[.,]\d{{1,2}}(?!\d))?|{NUMBER})"
"""Also "268 000", which is only read so beside a currency."""

SCALES = {
    "k": 1_000,
    "thousand": 1_000,
    "m": 1_000_000,
    "mm": 1_000_000,
    "mn": 1_000_000,
    "mio": 1_000_000,
    "million": 1_000_000,
    "b": 1_000_000_000,
    "bn": 1_000_000_000,
    "billion": 1_000_000_000,
}
SCALE = r"(?:\s?(?:thousand|million|billion|mio|mn|bn|mm)\b|(?:k|m|b)\b)"

_UNITS = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WORD_VALUES = {word: value for value, word in enumerate(_UNITS)} | {
    word: 20 + 10 * place for place, word in enumerate(_TENS)
}
_WORD = "|".join([*sorted(WORD_VALUES, key=len, reverse=True), "hundred", "thousand", "million", "billion"])
NUMBER_WORDS = rf"(?:(?:a\s+(?=hundred|thousand|million|billion))?(?:{_WORD})(?:(?:\s+and\s+|[\s-]+)(?:{_WORD}))*)"


def read_number(text: str) -> tuple[Decimal, ...]:
    """Say which numbers `text` may be: one, or two where a single separator before three digits leaves it
    open."""
    bare = re.sub(r"[\s'’\u00a0\u202f]", "", text)
    separators = [char for char in bare if char in ",."]
    if not separators:
        return (Decimal(bare),)
    last = separators[-1]
    if len(set(separators)) == 2:
        other = "," if last == "." else "."
        return (Decimal(bare.replace(other, "").replace(last, ".")),)
    whole = Decimal(bare.replace(last, ""))
    if len(separators) > 1:
        return (whole,)
    fraction = Decimal(bare.replace(last, "."))
    if len(bare.rpartition(last)[2]) != 3:
        return (fraction,)
    return (whole,) if last == "," else (fraction, whole)


def read_step(text: str) -> Decimal:
    """Say how fine a written number is: 1 for "268", 0.1 for "7.2", 1 for "268,000"."""
    places = re.search(r"[.,](\d+)$", text.strip())
    if places is None or len(places[1]) == 3:
        return Decimal(1)
    return Decimal(1).scaleb(-len(places[1]))


def read_scale(text: str | None) -> int:
    return SCALES[text.strip().lower()] if text else 1


def read_words(text: str) -> Decimal:
    """Add up number words: "two hundred and sixty-eight thousand" → 268000."""
    total = current = 0
    for word in re.split(r"[\s-]+", text.lower()):
        if word == "hundred":
            current = max(current, 1) * 100
        elif word in SCALES:
            total += max(current, 1) * SCALES[word]
            current = 0
        else:
            current += WORD_VALUES.get(word, 0)
    return Decimal(total + current)
