"""What a writer is told about the letter it is to write, and the names of the facts it knows how to use.

Every figure, date and name comes as a `Fact` under one of the keys below; the brief holds only what is not
a figure. A key that is missing is simply not spoken of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from emails.enums import OriginKind, PriceApproach, Purpose, Theme, Tone

PRICE_NEW = "price.new"
PRICE_CURRENT = "price.current"
PRICE_INCREASE_PCT = "price.increase_pct"
PRICE_INCREASE = "price.increase"
PRICE_PEER_PCT = "price.peer_pct"
TERM_MONTHS = "term.months"
RENEWAL_DATE = "renewal.date"
NOTICE_DATE = "notice.date"
VALUE_QUANTIFIED = "value.quantified"
VALUE_LEVERAGE = "value.leverage"
USAGE_GROWTH_PCT = "usage.growth_pct"
USAGE_LEVEL = "usage.level"
USAGE_METRIC = "usage.metric"
WIN_PREFIX = "win."
CUSTOMER_SINCE = "customer.since"
MEETING_TITLE = "meeting.title"
MEETING_DATE = "meeting.date"
LETTER_DATE = "letter.date"
AHEAD_TITLE = "meeting.ahead.title"
AHEAD_DATE = "meeting.ahead.date"
AHEAD_TIME = "meeting.ahead.time"
"""What a letter that follows another may say: when that one left, and the meeting that it confirms or recaps."""

PRICE_KEYS = frozenset({PRICE_NEW, PRICE_CURRENT, PRICE_INCREASE, PRICE_INCREASE_PCT})
"""What "the price" is: an approach that hides the price hides all of these."""
LOCKED_KEYS = PRICE_KEYS - {PRICE_CURRENT}
"""What is only known once the new price is locked."""


@dataclass(frozen=True)
class Recipient:
    """Who the letter is for. role: a StakeholderRole value. history: what passed between us, newest first, in
    clauses that may be said to them ("we met at the quarterly review"). notes: our own words about the person;
    for understanding only, never quoted."""

    name: str
    role: str
    title: str = ""
    relationship: int | None = None
    history: tuple[str, ...] = ()
    notes: str = ""
    language: str = "en"


@dataclass(frozen=True)
class Sender:
    """Who signs. signature: the person's own block; empty → made from name, title, company and phone."""

    name: str
    title: str = ""
    company: str = ""
    phone: str = ""
    signature: str = ""


_TUPLES = ("colleagues", "points", "steps", "links")


@dataclass(frozen=True)
class LetterBrief:
    """Everything a writer may know besides the facts.

    confidence: 0-100, Prepare's; decides how assertive the wording is. engagement_approach: Prepare's word
    for the tone ("consultative", "direct", …). meeting_minutes: length of the meeting asked for. position,
    total: which letter of the plan this is. instruction: what a person asked for at Regenerate.

    theme: anything but the renewal follows something: subject is then the thread's, which no writer changes; other, the
    person it speaks of (who wrote before, or who has not answered); points, steps: what was said, and what is to be
    done, in words for the letter.

    framing, directness: of an upsell introduction, by the codes of `emails.rules.expansion`. links: label and https
    address of what code puts under the text; no model is shown them.
    """

    customer: str
    recipient: Recipient
    sender: Sender
    tone: Tone
    price_approach: PriceApproach
    confidence: int | None = None
    churn_risk: int | None = None
    engagement_approach: str = ""
    colleagues: tuple[str, ...] = ()
    meeting_minutes: int = 30
    meeting_topic: str = ""
    position: int = 1
    total: int = 1
    proposal_attached: bool = False
    instruction: str = ""
    theme: Theme = Theme.RENEWAL
    subject: str = ""
    other: str = ""
    points: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    framing: str = ""
    directness: str = ""
    links: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        row: dict[str, Any] = dict(self.__dict__)
        row["recipient"] = {**self.recipient.__dict__, "history": list(self.recipient.history)}
        row["sender"] = dict(self.sender.__dict__)
        for name in _TUPLES:
            row[name] = list(row[name])
        row["theme"] = self.theme.value
        row["tone"] = self.tone.value
        row["price_approach"] = self.price_approach.value
        return row


@dataclass(frozen=True)
class Origin:
    """What a draft is written for. id: the plan or the like; one first letter per (kind, id, stakeholder).

    send_timing: shown on the card, "Week 1 (Day 115)".
    """

    kind: OriginKind = OriginKind.COMPOSE
    id: UUID | None = None
    position: int = 1
    send_timing: str = ""
    purpose: Purpose = Purpose.FIRST_TOUCH


@dataclass(frozen=True)
class Letter:
    """What a writer hands back. notes: what it could not do, for the card."""

    subject: str
    body: str
    notes: tuple[str, ...] = ()


def brief_from_json(row: Mapping[str, Any]) -> LetterBrief:
    """Read back what `LetterBrief.as_json` wrote."""
    recipient = dict(row["recipient"])
    recipient["history"] = tuple(recipient.get("history", ()))
    return LetterBrief(
        **{
            **row,
            "recipient": Recipient(**recipient),
            "sender": Sender(**row["sender"]),
            **{name: tuple(row.get(name, ())) for name in _TUPLES},
            "links": tuple((label, url) for label, url in row.get("links", ())),
            "theme": Theme(row.get("theme", Theme.RENEWAL)),
            "tone": Tone(row["tone"]),
            "price_approach": PriceApproach(row["price_approach"]),
        }
    )


def with_instruction(brief: LetterBrief, instruction: str) -> LetterBrief:
    return replace(brief, instruction=instruction.strip())


def tone_for(role: str) -> Tone:
    """Casual to a champion, formal to an economic buyer or sponsor, else professional. Source: Engage, step
    3."""
    if role in ("champion", "user"):
        return Tone.CASUAL
    if role in ("economic_buyer", "executive_sponsor"):
        return Tone.FORMAL
    return Tone.PROFESSIONAL


def attaches_proposal(approach: PriceApproach) -> bool:
    """Every approach but "no price" carries the proposal. Source: Engage, step 2, option 4."""
    return approach != PriceApproach.NO_PRICE
