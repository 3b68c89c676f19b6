"""What a person wants, by their words: tables of phrases per language, negations, and how sure that is.

What is quoted never counts: the text that is read is stripped of it. A strong phrase decides; weak ones alone leave it
unsure. Source: engage-workflow, triggers (positive, neutral, objection); DESIGN, promise 6.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from emails.enums import OBJECTION_CLASSES, ReplyClass
from emails.rules.replies.phrases import LANGUAGES
from emails.rules.replies.phrases.shape import Language
from emails.rules.replies.words import Found, find_phrase, fold

STRONG, WEAK = 3, 1
SURE = 60
"""From so much confidence on, in percent, nobody else is asked."""

MOST_PROOFS = 4
LANGUAGES_READ = 2
NEGATION_REACH = 4
"""A negation counts so many words before the phrase, within its clause."""

QUESTION_REACH = 250
"""So many signs behind its first words a question ends."""

_DECISIVE = (ReplyClass.UNSUBSCRIBE, ReplyClass.LEFT_COMPANY, ReplyClass.WRONG_PERSON)
_OBJECTIONS = (
    ReplyClass.OBJECTION_COMPETITOR,
    ReplyClass.OBJECTION_BUDGET,
    ReplyClass.OBJECTION_PRICE,
    ReplyClass.OBJECTION_TIMING,
)
"""Of two that weigh the same the first is meant: who has an offer of a competitor speaks of its price."""

_NEGATABLE = OBJECTION_CLASSES | {ReplyClass.POSITIVE, ReplyClass.MEETING}
_CLAUSE_END = re.compile(r"[.,;:!?\n()–—]|\bbut\b|\baber\b|\bmais\b|\bpero\b|\bma\b")
_WORD = re.compile(r"[\w']+")
_PRECEDED_BY_NO_LONGER = ("no longer", "nicht mehr", "plus", "ya no", "non piu", "niet meer")


@dataclass(frozen=True)
class Intent:
    """What is wanted; confidence in percent; proof: words that stand in the text."""

    classification: ReplyClass
    confidence: int
    proof: tuple[str, ...]
    reason: str

    @property
    def is_unsure(self) -> bool:
        return self.confidence < SURE


@dataclass(frozen=True)
class _Hit:
    code: ReplyClass
    weight: int
    found: Found


def read_intent(text: str) -> Intent:
    """This will say what a person's text wants. text: without quotes and signature."""
    folded = fold(text)
    hits = _without_overlaps(_hits(text, folded))
    scores: dict[ReplyClass, int] = defaultdict(int)
    for hit in hits:
        scores[hit.code] += hit.weight
    if "?" in text or "¿" in text:
        scores[ReplyClass.QUESTION] += WEAK
    return _decide(scores, hits, text)


def choose_languages(folded: str) -> list[Language]:
    """The languages that a text may be in, by its common words; all where there are none to go by."""
    present = set(_WORD.findall(folded[:4_000]))
    counts = [(len(language.common & present), language) for language in LANGUAGES]
    best = sorted((pair for pair in counts if pair[0]), key=lambda pair: -pair[0])[:LANGUAGES_READ]
    if not best or best[0][0] < 2:
        return list(LANGUAGES)
    return [language for count, language in best if count * 2 >= best[0][0]]


def _hits(text: str, folded: str) -> Iterator[_Hit]:
    for language in choose_languages(folded):
        for weight, table in ((STRONG, language.strong), (WEAK, language.weak)):
            for code, phrases in table.items():
                for found in _find_all(phrases, text, folded):
                    if code in _NEGATABLE and _is_negated(folded, found, language):
                        if code in OBJECTION_CLASSES and weight == STRONG:
                            yield _Hit(ReplyClass.POSITIVE, WEAK, found)
                        continue
                    is_asked = code != ReplyClass.QUESTION or "?" in folded[found.start : found.end + QUESTION_REACH]
                    yield _Hit(code, weight if is_asked else WEAK, found)


def _find_all(phrases: Iterable[str], text: str, folded: str) -> Iterator[Found]:
    for phrase in phrases:
        yield from find_phrase(phrase, text, folded)


def _is_negated(folded: str, found: Found, language: Language) -> bool:
    before = folded[max(0, found.start - 60) : found.start]
    clause = _CLAUSE_END.split(before)[-1]
    if any(words in clause for words in language.not_only):
        return False
    words = _WORD.findall(clause)[-NEGATION_REACH:]
    if any(word in language.negators or word.endswith("n't") for word in words):
        return True
    return any(clause.rstrip().endswith(words) for words in _PRECEDED_BY_NO_LONGER)


def _without_overlaps(hits: Iterator[_Hit]) -> list[_Hit]:
    """Within a class each place counts once, the heavier and longer phrase there."""
    kept: list[_Hit] = []
    for hit in sorted(hits, key=lambda hit: (-hit.weight, hit.found.start - hit.found.end)):
        same = (one for one in kept if one.code == hit.code)
        if not any(one.found.start < hit.found.end and hit.found.start < one.found.end for one in same):
            kept.append(hit)
    return kept


def _decide(scores: dict[ReplyClass, int], hits: list[_Hit], text: str) -> Intent:
    code = _choose(scores, text)
    proof = _proof(code, hits)
    confidence = _confidence(code, scores)
    words = ", ".join(f"“{one}”" for one in proof)
    reason = f"Its words say so: {words}." if proof else "Nothing in it says more."
    return Intent(code, confidence, proof, reason[:300])


def _choose(scores: dict[ReplyClass, int], text: str) -> ReplyClass:
    for code in _DECISIVE:
        if scores[code] >= STRONG:
            return code
    objection = max(_OBJECTIONS, key=lambda code: scores[code])
    if scores[objection] >= STRONG:
        return objection
    meeting, question, positive = (
        scores[code] for code in (ReplyClass.MEETING, ReplyClass.QUESTION, ReplyClass.POSITIVE)
    )
    if meeting >= STRONG and positive < 2 * STRONG + WEAK:
        return ReplyClass.MEETING
    if question >= STRONG and positive < 2 * STRONG:
        return ReplyClass.QUESTION
    if positive >= STRONG:
        return ReplyClass.POSITIVE
    if scores[ReplyClass.NEUTRAL] >= STRONG:
        return ReplyClass.NEUTRAL
    return _choose_weak(scores, objection)


def _choose_weak(scores: dict[ReplyClass, int], objection: ReplyClass) -> ReplyClass:
    if scores[objection] >= 2:
        return objection
    if scores[ReplyClass.MEETING] >= 2:
        return ReplyClass.MEETING
    if scores[ReplyClass.QUESTION]:
        return ReplyClass.QUESTION
    return ReplyClass.POSITIVE if scores[ReplyClass.POSITIVE] > scores[ReplyClass.NEUTRAL] else ReplyClass.NEUTRAL


def _proof(code: ReplyClass, hits: list[_Hit]) -> tuple[str, ...]:
    own = sorted((hit for hit in hits if hit.code == code), key=lambda hit: (-hit.weight, hit.found.start))
    strong = [hit for hit in own if hit.weight == STRONG] or own
    places = sorted(strong[:MOST_PROOFS], key=lambda hit: hit.found.start)
    return tuple(dict.fromkeys(hit.found.words for hit in places))


def _confidence(code: ReplyClass, scores: dict[ReplyClass, int]) -> int:
    """Sure where a strong phrase stands alone; less so beside others that weigh as much."""
    own = scores[code]
    if own < STRONG:
        return 50 if own >= 2 else 35
    rivals = max((score for other, score in scores.items() if other != code and not _goes_with(code, other)), default=0)
    if rivals < STRONG:
        return 90 if own > STRONG else 85
    return 75 if own > rivals else 55


def _goes_with(code: ReplyClass, other: ReplyClass) -> bool:
    """Thanks and questions go with everything, an agreement with a meeting."""
    if other == ReplyClass.NEUTRAL or (other == ReplyClass.QUESTION and code != ReplyClass.POSITIVE):
        return True
    return {code, other} == {ReplyClass.POSITIVE, ReplyClass.MEETING} or (
        code in OBJECTION_CLASSES and other in OBJECTION_CLASSES | {ReplyClass.MEETING}
    )
