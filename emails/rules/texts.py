"""Every figure, date and name in a text, with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from emails.rules.dates import find_dates
from emails.rules.facts import Fact, FactType
from emails.rules.figures import find_figures
from emails.rules.mentions import Claimed, Mention, MentionKind
from emails.rules.names import FoundName, find_names, find_numbered_names

_URL_OR_ADDRESS = re.compile(r"https?://\S+|www\.\S+|(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+")
"""What stands inside an address is no claim."""


def find_mentions(text: str, facts: Iterable[Fact] = (), *, is_subject: bool = False) -> tuple[FoundName, ...]:
    """Find what the text claims, in order. A sentence on record quoted word for word counts as one claim."""
    return _find(text, tuple(facts), is_subject)


@lru_cache(maxsize=1024)
def _find(text: str, facts: tuple[Fact, ...], is_subject: bool) -> tuple[FoundName, ...]:
    """Pages show the same letters again and again; reading one takes two milliseconds."""
    taken = Claimed()
    found = list(_quoted(text, facts, taken))
    for address in _URL_OR_ADDRESS.finditer(text):
        taken.take(*address.span())
    found += find_numbered_names(text, facts, taken)
    found += [FoundName(mention) for mention in find_dates(text, taken)]
    found += [FoundName(mention) for mention in find_figures(text, taken)]
    found += find_names(text, facts, taken, is_subject=is_subject)
    return tuple(sorted(found, key=lambda one: one.mention.start))


def _quoted(text: str, facts: tuple[Fact, ...], taken: Claimed) -> Iterable[FoundName]:
    quotes = [fact for fact in facts if fact.type == FactType.TEXT and fact.display.strip(" .")]
    for fact in sorted(quotes, key=lambda one: -len(one.display)):
        words = fact.display.strip().rstrip(".")
        # Inside a sentence the first letter is written small.
        for match in re.finditer(rf"(?<!\w)(?i:{re.escape(words[0])}){re.escape(words[1:])}(?!\w)", text):
            if taken.take(*match.span()):
                mention = Mention(match.start(), match.end(), match.group(), MentionKind.NAME)
                yield FoundName(mention, fact.key)
