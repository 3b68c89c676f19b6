"""What a person asks for at Regenerate, as far as the built-in writer understands it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from emails.enums import Tone
from emails.rules.facts import Fact, FactType

_PART = re.compile(r"[.;,\n]+|\s+(?:and|but|then|also)\s+", re.I)
_FILLER = re.compile(
    r"\b(?:please|make it|make this|a bit|a little|slightly|much|the|tone|text|email|mail|it|be|more|keep)\b", re.I
)


@dataclass(frozen=True)
class Wishes:
    """How the next text should differ.

    length: -1 shorter, 1 longer. hide_price: leave the price out of the words. mention: facts to bring in.
    leave_out: kinds of content to drop ("wins", "usage", "roi", "meeting"). not_understood: parts of the instruction
    that could not be followed, in the person's words.
    """

    length: int = 0
    is_warmer: bool = False
    tone: Tone | None = None
    hide_price: bool = False
    asks_price: bool = False
    mention: tuple[Fact, ...] = ()
    leave_out: frozenset[str] = frozenset()
    not_understood: tuple[str, ...] = ()


_WORDS: tuple[tuple[str, dict[str, object]], ...] = (
    (r"\b(?:short|shorter|brief|briefer|concise|trim|tighten|cut (?:it )?down)\b", {"length": -1}),
    (r"\b(?:long|longer|more detail|detailed|elaborate|expand)\b", {"length": 1}),
    (r"\b(?:warm|warmer|friendl(?:y|ier)|kinder|personal|softer)\b", {"is_warmer": True}),
    (r"\b(?:less formal|casual|relaxed|informal|conversational)\b", {"tone": Tone.CASUAL}),
    (r"\b(?:formal|serious)\b", {"tone": Tone.FORMAL}),
    (r"\b(?:professional|businesslike|business-like|neutral)\b", {"tone": Tone.PROFESSIONAL}),
)
_NO_PRICE = re.compile(
    r"\b(?:no|without|remove|drop|leave out|hide|skip|omit|don['’]?t (?:mention|state|show))\b"
    r".*\b(?:pric\w+|cost|figure|number|increase)\b",
    re.I,
)
_PRICE = re.compile(r"\b(?:mention|add|include|state|show|lead with|give)\b.*\b(?:price|cost|increase)\b", re.I)
_DROP = re.compile(r"\b(?:no|without|remove|drop|leave out|skip|omit)\b\s+(?P<what>.+)", re.I)
_MENTION = re.compile(
    r"\b(?:mention|add|include|refer to|bring up|talk about|emphasi[sz]e|highlight)\b\s+(?P<what>.+)", re.I
)
_IDLE = {"the", "our", "your", "their", "about", "that", "with", "from", "and"}
_TOPICS = {
    "wins": r"\bwins?\b|\bsuccess(?:es)?\b|\bachievements?\b",
    "usage": r"\busage\b|\badoption\b",
    "roi": r"\broi\b|\breturn\b|\bsavings?\b|\bvalue\b",
    "meeting": r"\bmeeting\b|\bcall\b",
}


def read_instruction(instruction: str, facts: Iterable[Fact]) -> Wishes:
    """Read an instruction part by part: shorter, longer, warmer, more formal, no price, mention …, without …."""
    facts = tuple(facts)
    found: dict[str, object] = {}
    mention: list[Fact] = []
    leave_out: set[str] = set()
    unknown: list[str] = []
    for part in (piece.strip() for piece in _PART.split(instruction)):
        if not _FILLER.sub("", part).strip(" .!"):
            continue
        if _NO_PRICE.search(part):
            found["hide_price"] = True
        elif _PRICE.search(part):
            found["asks_price"] = True
        elif topics := _topics(_DROP, part):
            leave_out |= topics
        elif matched := _mentioned(part, facts):
            mention += matched
        elif change := next((change for pattern, change in _WORDS if re.search(pattern, part, re.I)), None):
            found |= change
        else:
            unknown.append(part)
    return Wishes(
        mention=tuple(dict.fromkeys(mention)),
        leave_out=frozenset(leave_out),
        not_understood=tuple(unknown),
        **found,  # type: ignore[arg-type]
    )


def _topics(pattern: re.Pattern[str], part: str) -> set[str]:
    match = pattern.search(part)
    if not match:
        return set()
    return {topic for topic, words in _TOPICS.items() if re.search(words, match["what"], re.I)}


def _mentioned(part: str, facts: tuple[Fact, ...]) -> list[Fact]:
    """Find the facts meant by "mention the migration": those that share a telling word with it."""
    match = _MENTION.search(part)
    if not match:
        return []
    wanted = _telling(match["what"])
    scored = [(len(wanted & _telling(f"{fact.label} {fact.display} {fact.unit}")), fact) for fact in facts]
    best = max((score for score, fact in scored if fact.type != FactType.NAME), default=0)
    return [fact for score, fact in scored if score == best and fact.type != FactType.NAME][:2] if best else []


def _telling(text: str) -> set[str]:
    words = re.findall(r"[^\W_]{3,}", text.lower())
    return {word.rstrip("s") for word in words} - {
        "the",
        "our",
        "your",
        "their",
        "about",
        "that",
        "with",
        "from",
        "and",
    }
