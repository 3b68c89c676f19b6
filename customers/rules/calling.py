"""What a person is called: the given name of a greeting, whatever stands around it in a list of contacts."""

from __future__ import annotations

TITLES = frozenset(
    (
        "dr", "prof", "professor", "mr", "mrs", "ms", "miss", "mx", "sir", "dame", "lord", "lady", "herr", "frau",
        "dipl-ing", "mme", "mlle", "sra", "srta", "dott", "drs",
    )
)  # fmt: skip
SHORTENED = frozenset(("rev", "hon", "ing", "dipl", "mag", "hr", "fr", "sr", "ir"))
"""Titles only with their full stop: without it they are names, too."""

SUFFIXES = frozenset(
    ("phd", "md", "mba", "msc", "bsc", "ma", "jr", "sr", "ii", "iii", "iv", "esq", "cpa", "cfa", "pmp", "ret")
)

MOST_WORDS = 4
"""Of a family name or of given names; whoever has more has something else in the field."""


def given_name(name: str) -> str:
    """Give what to call somebody by: "Dr. Ana Cruz" and "Cruz, Ana" → "Ana"; "Dr. Cruz" → all of it."""
    return split_name(name)[0] or " ".join(name.split())


def split_name(name: str) -> tuple[str, str]:
    """Part a name into given name and the rest, without titles; ("", name) where only a family name is known."""
    front, _, behind = name.partition(",")
    words = _untitled(front)
    had_title = len(words) < len(front.split())
    later = [word for word in _untitled(behind) if _bare(word) not in SUFFIXES]
    if later and _is_turned(words, later):
        words = [*later, *words]
    if not words or (had_title and len(words) == 1):
        return "", " ".join(name.split())
    return words[0], " ".join(words[1:])


def _is_turned(front: list[str], behind: list[str]) -> bool:
    """Tell whether a comma parts family name and given name, and not a name from what somebody wrote behind it."""
    return max(len(front), len(behind)) <= MOST_WORDS and behind[0][0].isupper()


def _untitled(text: str) -> list[str]:
    words = text.split()
    while len(words) > 1 and _is_title(words[0]):
        words.pop(0)
    return words


def _is_title(word: str) -> bool:
    return _bare(word) in TITLES or (word.endswith(".") and _bare(word) in SHORTENED)


def _bare(word: str) -> str:
    return word.rstrip(".").replace(".", "").casefold()
