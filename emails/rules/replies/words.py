"""Phrases written as a person would, found in linear time.

In a phrase a blank is any white space, " * " up to four words between, "(a|b)" a choice, a "." any sign, "\\w" any
word; a letter, or a word "(a|the)?", with a "?" behind it may be missing, and so may the blank in " ?". Every word ends
where the word ends unless a "~" says that it may go on. Accents and capitals make no difference, nor does "ß" for "ss";
what is found is given as it stands in the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

LONGEST_READ = 12_000
"""So much of a text is read: what somebody wants stands at its beginning."""

MOST_PLACES = 20
"""What somebody says more often than that is not more true."""

_OPTIONAL = re.compile(r"\([^()]{1,200}\)\?")
_MAY_BE_BLANK = "\0"
_BLANK = r"\s{1,5}"
_GAP = r"\W{1,5}(?:\w{1,30}\W{1,5}){0,4}?"
_FOLDED = {"ß": "s", "’": "'", "ʼ": "'", "‘": "'", "´": "'", "ø": "o", "æ": "a", "œ": "o", "\xa0": " "}


@dataclass(frozen=True)
class Found:
    """A phrase in a text: where it stands, and the words as they stand there."""

    start: int
    end: int
    words: str


def phrases(block: str) -> tuple[str, ...]:
    """Read a table of phrases, one a line."""
    return tuple(line.strip() for line in block.strip().splitlines() if line.strip())


def fold(text: str) -> str:
    """Lower case without accents, character by character, so that places stay the same."""
    text = text[:LONGEST_READ]
    return text.lower() if text.isascii() else "".join(map(_fold_one, text))


def find_phrase(phrase: str, text: str, folded: str) -> Iterator[Found]:
    """Find the places of a phrase, at most MOST_PLACES. folded: `fold(text)`."""
    for match in islice(_compile(phrase).finditer(folded), MOST_PLACES):
        yield Found(match.start(), match.end(), text[match.start() : match.end()])


def find_first(table: Iterable[str], text: str) -> Found | None:
    """Find the first phrase of the table that stands in the text."""
    folded = fold(text)
    return next((found for phrase in table for found in find_phrase(phrase, text, folded)), None)


@lru_cache(maxsize=4096)
def _fold_one(char: str) -> str:
    if char in _FOLDED:
        return _FOLDED[char]
    base = unicodedata.normalize("NFD", char)[0].lower()
    return base if len(base) == 1 else char


@lru_cache(maxsize=8192)
def _compile(phrase: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)" + _GAP.join(_piece(piece) for piece in fold(phrase).split(" * ")))


def _piece(piece: str) -> str:
    """Make the pattern of words that follow one another; one that may be missing takes its blank with it."""
    pattern = ""
    for number, word in enumerate(piece.replace(" ?", _MAY_BE_BLANK).split(" ")):
        blank = _BLANK if number else ""
        if not _OPTIONAL.fullmatch(word):
            pattern += blank + _word(word)
        elif number:
            pattern += f"(?:{blank}{_word(word[:-1])})?"
        else:
            raise ValueError(f"A phrase begins with a word that may be missing: {piece}")
    return pattern


def _word(word: str) -> str:
    return (
        word.replace("(", "(?:").replace(r"\w", "~~").replace("~~", r"\w{1,20}").replace("~", r"\w{0,20}") + r"(?!\w)"
    )
