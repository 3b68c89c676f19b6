"""Letters of which thousands differ in whom they go to and in whose records they rest on alone: worked out once.

What all have in common is put into the text and into the facts; what is each letter's own is put in letter by letter.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from json.encoder import encode_basestring as quote
from typing import Protocol

from emails.rules.facts import TEXT_FIELDS, Fact, texts_of
from emails.rules.templates import Compiled, Filled, fill


class Ids(Protocol):
    """A letter's records by name. Thousands of letters need two of a dozen each: nothing else is asked of it."""

    def __getitem__(self, name: str, /) -> str: ...


@dataclass(frozen=True)
class Pattern:
    """text: with the common values in it. facts: JSON text and names in turn, text first; each name stands for an id
    or for a fact that is each letter's own. ids: those of the names that stand for an id."""

    text: Compiled
    facts: tuple[str, ...]
    ids: frozenset[str]

    def fill(self, values: Mapping[str, str]) -> Filled:
        """Put a letter's own values in. Raises MissingValue."""
        return fill(self.text, values)

    def write_facts(self, own: Iterable[Fact], ids: Ids) -> str:
        """Give a letter's facts as JSON text. own: its own facts; ids: by the names that `make_pattern` was given."""
        texts = {name: ids[name] for name in self.ids}
        texts.update((fact.key, write_fact(fact)) for fact in own)
        return "".join([texts[part] if place % 2 else part for place, part in enumerate(self.facts)])


def make_pattern(text: Compiled, facts: Iterable[Fact], *, own: Collection[str], ids: Mapping[str, str]) -> Pattern:
    """Make the pattern of a letter's like.

    facts: all of that letter. own: the keys of those that the others have otherwise. ids: its records by what they are
    to it, such as its journey; where one stands in a common fact, another letter has its own.
    """
    names = {pk: name for name, pk in ids.items()}
    each_id = re.compile(f"({'|'.join(names)})")
    parts = ["["]
    for place, fact in enumerate(facts):
        parts[-1] += "," if place else ""
        if fact.key in own:
            parts += [fact.key, ""]
            continue
        first, *rest = each_id.split(write_fact(fact))
        parts[-1] += first
        parts += [part if n % 2 else names[part] for n, part in enumerate(rest)]
    parts[-1] += "]"
    return Pattern(text, tuple(parts), frozenset(parts[1::2]).intersection(ids))


def write_fact(fact: Fact) -> str:
    """Write `fact.as_json()` by hand: to set up a writer of JSON takes longer than to write a few texts."""
    texts = [f'"{name}": {quote(text)}' for name, text in zip(TEXT_FIELDS, texts_of(fact), strict=True) if text]
    texts.append(f'"type": "{fact.type.value}"')
    if fact.variants:
        texts.append(f'"variants": [{", ".join([quote(one) for one in fact.variants])}]')
    return f"{{{', '.join(texts)}}}"
