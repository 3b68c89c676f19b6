"""What an upsell introduction may say, by the keys of its facts, and what a model's text of one must keep to.

Source: upsell-introduction-email, read as DESIGN, section 5: always an option to optimise before the option to buy,
never a price demand, a conversation proposed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from emails.enums import Theme
from emails.rules.approvals import needs_lead
from emails.rules.facts import Fact, FactType
from emails.rules.grounding import Span
from emails.rules.languages import is_english
from emails.rules.letters import LetterBrief
from emails.rules.mentions import MentionKind
from emails.rules.texts import find_mentions

TRIGGER = "expansion.trigger"
"""The name of the metric that started the run: the letter is about it."""
PLAN_NOW = "expansion.plan"
OFFER = "expansion.offer"
OFFER_PRICE = "expansion.price"
FEATURE_PREFIX = "expansion.feature."
REQUEST_PREFIX = "expansion.request."
INACTIVE = "expansion.inactive"
MOST_LINES = 3
MOST_FEATURES = 4


class LineField(StrEnum):
    """One figure of a metric; its unit is the metric's name."""

    USED = "used"
    LIMIT = "limit"
    PERCENT = "percent"
    GROWTH = "growth"


class Framed(StrEnum):
    """How an introduction is framed. Source: upsell-introduction-email, step 2."""

    EDUCATIONAL = "educational"
    PROBLEM_SOLVING = "problem_solving"
    VALUE_ADD = "value_add"
    PROACTIVE = "proactive"


DIRECT = "direct"
LONGEST_SAID = 160
MOST_FEATURE_WORDS = 8
MOST_NAME_WORDS = 10

_UNSAID = re.compile(
    r"\b\d+\s?%\s+(?:off|less)\b|\b(?:for free|price[ds]?|pricing)\b"
    r"|https?:|www\.|\w@\w|[<>\[\]{}|\\`]|\b[\w-]+\.(?:com|net|org|io|co|app|dev|info|biz|example|ru|cn)\b",
    re.I,
)
_SENTENCES = re.compile(r"[a-z]{4,}[.!?]\s+\S")
_AMONG_US = re.compile(r"\b(?:health[ -]scores?|churn(?:[ -]risk)?|relationship[ -]strength)\b", re.I)
_PLAIN_WORDS = re.compile(r"[\w][\w &/+'’(),.-]*")

_DEMAND = re.compile(
    r"\b(?:buy|purchase|order now|sign (?:up|the|today)|upgrade (?:now|today)|place an order|invoice|quote|checkout)\b",
    re.I,
)
_OPTIMISE = re.compile(
    r"optimi[sz]|inactive|unused|not used|no longer need|clean|tidy|free up|already have|what you have|get more out of"
    r"|make (?:more|the most)|within your (?:current |present )?plan|review",
    re.I,
)
_POINT = re.compile(r"^\s*[-•*]\s+(?P<text>.+)$", re.M)


def line_key(place: int, field: LineField) -> str:
    """The key of a figure of the metrics that speak for more room; place counts from 1."""
    return f"expansion.{place}.{field}"


def unused_key(place: int, field: LineField) -> str:
    """The key of a figure of the metrics that are paid for and hardly used."""
    return f"expansion.unused.{place}.{field}"


def fit_ground(theme: Theme, facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Leave out of the account's own facts what an introduction must not stand on; other letters keep them all.

    Usage as it once was (kind "usage" is one sample, which never changes) would vouch for a figure that the newest
    reading no longer bears out; and a sentence that promises, prices, or names somebody unknown is not ours to pass on.
    """
    facts = tuple(facts)
    if theme != Theme.EXPANSION:
        return facts
    names = [fact for fact in facts if fact.type == FactType.NAME]
    return tuple(
        fact
        for fact in facts
        if fact.kind != "usage"
        and (not _is_outside(fact) or (is_sayable(fact.display) and _names_only_known(fact.display, names)))
    )


def _names_only_known(text: str, names: Iterable[Fact]) -> bool:
    found = find_mentions(text, names)
    return all(one.key or one.mention.kind != MentionKind.NAME for one in found)


def _is_outside(fact: Fact) -> bool:
    """Whether it is a sentence that did not come from our own people."""
    return fact.type == FactType.TEXT and fact.kind != "user"


def is_sayable(text: str) -> bool:
    """Whether text from outside may stand in an introduction.

    No link, address, placeholder or second sentence; no price, discount or promise; nothing that sells, and nothing of
    what we say among ourselves.
    """
    if not text.strip() or len(text) > LONGEST_SAID or not text.isprintable() or _UNSAID.search(text):
        return False
    if _DEMAND.search(text) or _AMONG_US.search(text) or _SENTENCES.search(text):
        return False
    if needs_lead(subject=text, body="", facts=(), states_price=False):
        return False
    return all(found.mention.kind != MentionKind.MONEY for found in find_mentions(text))


def is_plain_name(text: str) -> bool:
    """Whether the name of an account or a person reads as one: sayable, and a few words."""
    return is_sayable(text) and len(text.split()) <= MOST_NAME_WORDS


def is_feature_name(text: str) -> bool:
    """Whether it reads as the name of a feature: a few plain words that claim nothing and name nobody."""
    if not is_sayable(text) or not _PLAIN_WORDS.fullmatch(text) or len(text.split()) > MOST_FEATURE_WORDS:
        return False
    unfit = {MentionKind.NAME, MentionKind.DATE, MentionKind.PERCENT, MentionKind.SCORE}
    return all(found.mention.kind not in unfit for found in find_mentions(text))


def find_expansion_faults(body: str, brief: LetterBrief, spans: Iterable[Span], facts: Iterable[Fact]) -> list[str]:
    """List where a model's introduction demands, prices, or forgets the option that costs nothing."""
    text = without_links(body, brief)
    faults = [f"“{span.text}”: an introduction states no price." for span in spans if span.kind == MentionKind.MONEY]
    if is_english(brief.recipient.language) and (demand := _DEMAND.search(text)):
        faults.append(f"“{demand.group()}”: propose a conversation, do not sell.")
    faults += [f"“{said.group()}” is for us, not for them." for said in _AMONG_US.finditer(text)]
    faults += needs_lead(subject="", body=text, facts=(), states_price=False)
    facts = tuple(facts)
    metric = trigger_of(facts)
    if metric and is_english(brief.recipient.language) and metric.casefold() not in text.casefold():
        faults.append(f"The letter is about “{metric}” and does not name it.")
    return [*faults, *_find_missing_option(text, brief, facts)]


def trigger_of(facts: Iterable[Fact]) -> str:
    """The name of the metric that started the run; "" for an introduction that somebody asked for."""
    return next((fact.display for fact in facts if fact.key == TRIGGER), "")


def without_links(text: str, brief: LetterBrief) -> str:
    """The text without the lines that code has put there."""
    own = set(link_lines(brief))
    return "\n".join(line for line in text.split("\n") if line.strip() not in own)


def link_lines(brief: LetterBrief) -> tuple[str, ...]:
    return tuple(f"{label}: {url}" for label, url in brief.links)


def _find_missing_option(text: str, brief: LetterBrief, facts: Iterable[Fact]) -> list[str]:
    points = list(_POINT.finditer(text))
    if len(points) < 2:
        return ["Give two options as the last two lines that begin with “- ”: first to make more of what they have."]
    first, last = points[-2], points[-1]
    if is_english(brief.recipient.language) and not _OPTIMISE.search(first["text"]):
        return ["The option to make more of what they have comes first, as a line that begins with “- ”."]
    offer = next((fact.display for fact in facts if fact.key == OFFER), "")
    if offer and offer.casefold() in text[: last.start()].casefold():
        return [f"“{offer}” is named only in the last option."]
    return []
