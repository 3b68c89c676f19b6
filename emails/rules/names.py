"""Names in a text: those on record, and those that nobody here knows.

A name on record is found in full, by first name, and by last name after "Mr", "Ms" or "Dr". Anything else
is only called a name where the signs are strong (the greeting, an honorific, a given name, two capitalised
words that are no ordinary words, a company's ending), so that an ordinary letter shows no false alarm.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from customers.rules.calling import split_name
from emails.rules.companies import short_name
from emails.rules.facts import Fact, FactType
from emails.rules.mentions import Claimed, Mention, MentionKind
from emails.rules.words import GIVEN_NAMES, ORDINARY

_COMPANY_ENDING = (
    r"(?:Inc|Ltd|LLC|LLP|GmbH|AG|SE|SA|SAS|SARL|BV|NV|AB|AS|ApS|Oy|PLC|Plc|plc|Corp|Corporation|Limited|Pty|KG"
    r"|SpA|Srl|KK)"
)
_HONORIFIC = r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Herr|Frau|Madame|Monsieur|Sir|Madam)\.?"
_CAPITALISED = r"(?<![^\W\d_])[^\W\d_a-zß-öø-ÿ][^\W\d_]*(?:['’.-][^\W\d_]+){0,6}"
_PARTICLE = r"(?:van|von|de|del|della|der|den|di|da|dos|du|la|le|al|bin|ibn|ter|zu)"
_GENERIC = {"all", "team", "everyone", "everybody", "there", "folks", "both", "friends", "again", "sir", "madam"}
# A longer name is nobody's: without an end, a page of capitals is read again from each of its words.
_LONGEST = "{0,8}"
_BOUNDED = rf"{_CAPITALISED}(?:[ \t]+(?:{_PARTICLE}[ \t]+){{0,2}}{_CAPITALISED}){_LONGEST}"
_FULL = rf"{_CAPITALISED}(?:[ \t]+(?:{_PARTICLE}[ \t]+){{0,2}}{_CAPITALISED})*"

_GREETING = re.compile(
    r"^[ \t]*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|greetings)\b[ \t]*,?[ \t]*"
    r"(?P<who>[^,!:\n.]{1,80})",
    re.I | re.M,
)
_ADDRESSED = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_HAS_DIGIT = re.compile(r"\d")
_HAS_LETTER = re.compile(r"[^\W\d_]")
_RUN = re.compile(_FULL)
_COMPANY = re.compile(
    rf"(?P<name>{_CAPITALISED}(?:[ \t]+(?:&[ \t]+)?{_CAPITALISED}){_LONGEST}),?[ \t]+{_COMPANY_ENDING}\b\.?"
)
_HONOURED = re.compile(rf"\b{_HONORIFIC}[ \t]+(?P<name>{_BOUNDED})")
_CUED = re.compile(
    r"\b(?:with|from|by|told|asked|ask|cc|copy|copying|colleagues?|meet|met|thank|thanks|and|to)\s+"
    rf"(?P<name>{_CAPITALISED})"
)
_PEER = re.compile(
    r"\b(?:[Cc]ustomers|companies|peers|firms|organi[sz]ations|competitors|vendors|providers|clients) "
    rf"(?:like|such as|including)\s+(?P<name>{_CAPITALISED}(?:[ \t]+{_CAPITALISED})*)"
)


@dataclass(frozen=True)
class FoundName:
    """A name in a text; key is the fact's where the name is on record."""

    mention: Mention
    key: str = ""


def find_names(text: str, facts: Iterable[Fact], taken: Claimed, *, is_subject: bool = False) -> Iterator[FoundName]:
    """Find every name on record, then every stretch that must be a name but is not on record.

    is_subject: a subject line often writes Every Word So, therefore only a given name or a company's ending counts
    there; the same holds for languages that write other words with a capital than English does.
    """
    names = _names_of(facts)
    yield from _known(text, names, taken)
    yield from _unknown(text, taken, is_subject=is_subject)


def find_numbered_names(text: str, facts: Iterable[Fact], taken: Claimed) -> Iterator[FoundName]:
    """Find names on record that hold a digit, "Studio 54" or "5G Partners": read before figures, they are none.

    A form that is nothing but a number ("1984", of 1984 Ltd) stays a figure, or it would vouch for one.
    """
    numbered = [
        (form, fact)
        for form, fact in _forms_of_all(_names_of(facts))
        if _HAS_DIGIT.search(form) and _HAS_LETTER.search(form)
    ]
    yield from _written(text, numbered, taken)


def forms_of(fact: Fact) -> list[str]:
    """The ways a name on record may be written."""
    full = fact.display.strip()
    forms = [full, *fact.variants]
    if fact.kind in ("stakeholder", "user"):
        first, rest = split_name(full)
        if first and rest:
            forms += [first, f"{first} {rest.split()[-1]}"]
    else:
        forms += [re.sub(rf",?\s+{_COMPANY_ENDING}\.?$", "", full), short_name(full)]
    return [form for form in dict.fromkeys(forms) if len(form) > 1]


def _names_of(facts: Iterable[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.type == FactType.NAME]


def _forms_of_all(names: Iterable[Fact]) -> list[tuple[str, Fact]]:
    """List every form of every name, the longest first."""
    forms = [(form, fact) for fact in names for form in forms_of(fact)]
    return sorted(forms, key=lambda pair: -len(pair[0]))


def _written(text: str, forms: Iterable[tuple[str, Fact]], taken: Claimed) -> Iterator[FoundName]:
    for form, fact in forms:
        for match in re.finditer(rf"(?<!\w){re.escape(form)}(?!\w)", text):
            # "Sarah" inside "Sarah Miller" is not our Sarah.
            if _is_part_of_longer_name(text, match, form, fact) or not taken.take(*match.span()):
                continue
            yield FoundName(_mention(text, *match.span()), fact.key)


def _known(text: str, names: list[Fact], taken: Claimed) -> Iterator[FoundName]:
    yield from _written(text, _forms_of_all(names), taken)
    for fact in names:
        last = " ".join((split_name(fact.display)[1] or fact.display).split()[-1:])
        for match in re.finditer(rf"\b{_HONORIFIC}[ \t]+{re.escape(last)}(?!\w)", text):
            if last and taken.take(*match.span()):
                yield FoundName(_mention(text, *match.span()), fact.key)


def _is_part_of_longer_name(text: str, match: re.Match[str], form: str, fact: Fact) -> bool:
    if fact.kind not in ("stakeholder", "user") or " " in form or form in fact.variants:
        return False
    following = re.match(rf"[ \t]+(?:{_PARTICLE}[ \t]+){{0,2}}(?P<word>{_CAPITALISED})", text[match.end() :])
    if following is None:
        return False
    word = following["word"].rstrip(".'’s")
    return word.lower() not in ORDINARY and word not in fact.display.split()


def _unknown(text: str, taken: Claimed, *, is_subject: bool) -> Iterator[FoundName]:
    for match in _COMPANY.finditer(text):
        yield from _take(text, taken, *match.span())
    for match in _HONOURED.finditer(text):
        yield from _take(text, taken, *match.span())
    for match in _GREETING.finditer(text):
        yield from _addressed(text, match, taken)
    for pattern in (_PEER, _CUED):
        for match in pattern.finditer(text):
            if pattern is _PEER or match["name"].lower() in GIVEN_NAMES:
                yield from _take(text, taken, *_whole_run(text, *match.span("name")))
    for match in _RUN.finditer(text):
        for start, end in _name_like(text, match, is_subject=is_subject):
            yield from _take(text, taken, start, end)


def _addressed(text: str, greeting: re.Match[str], taken: Claimed) -> Iterator[FoundName]:
    words = list(_ADDRESSED.finditer(greeting["who"]))
    offset = greeting.start("who")
    start = end = None
    for word in words:
        bare = word.group().lower()
        free = taken.is_free(offset + word.start(), offset + word.end())
        is_name = word.group()[:1].isupper() or not bare.isascii()
        if not free or not is_name or bare in _GENERIC or bare in ORDINARY:
            continue
        start = offset + word.start() if start is None else start
        end = offset + word.end()
    if start is not None and end is not None:
        yield from _take(text, taken, start, end)


def _whole_run(text: str, start: int, end: int) -> tuple[int, int]:
    match = _RUN.match(text, start)
    return (start, max(end, match.end())) if match else (start, end)


def _name_like(text: str, run: re.Match[str], *, is_subject: bool) -> Iterator[tuple[int, int]]:
    """Cut a run of capitalised words at ordinary words and keep the pieces that must be names."""
    pieces: list[list[re.Match[str]]] = [[]]
    for word in re.finditer(r"[^\s]+", run.group()):
        bare = word.group().rstrip(".,").removesuffix("'s").removesuffix("’s")
        if bare.lower() in ORDINARY or (bare.isupper() and len(bare) > 1):
            pieces.append([])
        else:
            pieces[-1].append(word)
    for piece in pieces:
        capitalised = [word for word in piece if word.group()[:1].isupper()]
        if len(capitalised) < 2:
            continue
        given = next((w for w in capitalised[:-1] if w.group().rstrip(".").lower() in GIVEN_NAMES), None)
        if given is None and is_subject:
            continue
        first = given or capitalised[0]
        yield run.start() + first.start(), run.start() + capitalised[-1].end()


def _take(text: str, taken: Claimed, start: int, end: int) -> Iterator[FoundName]:
    if taken.take(start, end):
        yield FoundName(_mention(text, start, end))


def _mention(text: str, start: int, end: int) -> Mention:
    return Mention(start=start, end=end, text=text[start:end], kind=MentionKind.NAME)
