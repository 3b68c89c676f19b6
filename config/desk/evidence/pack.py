"""What an evidence pack holds. Moments are UTC; where somebody was erased, the words are gone and the rest stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from customers.models import Customer
from emails.enums import ReplyClass
from renewals.models import Renewal

HOW_TO_CHECK = "manage.py verify_audit"


@dataclass(frozen=True)
class RecordLine:
    """One line of the record. link, digest: its place in the chain and the seal there; None and "" until it has one."""

    id: UUID
    at: datetime
    verb: str
    says: str
    by: str
    link: int | None
    digest: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class KeptFact:
    """A fact as it was: its value, how the mail writes it, and the record that it was read from."""

    key: str
    label: str
    value: str
    display: str
    kind: str
    id: str
    field: str


@dataclass(frozen=True)
class Approval:
    """A yes to one version. rule: by which named rule, where no person read it. text_kept, facts_kept: whether the
    house still has what was approved; approvals before it kept facts have none."""

    line: RecordLine
    version: int | None
    digest: str
    rule: str
    subject: str
    body: str
    text_kept: bool
    facts: Sequence[KeptFact]
    facts_kept: bool


@dataclass(frozen=True)
class Sending:
    """The head of a message that left. head_kept: from its line of the record; else from the letter's row as it is."""

    line: RecordLine | None
    message_id: str
    provider_message_id: str
    sender: str
    to: str
    cc: Sequence[str]
    date: datetime | None
    provider: str
    head_kept: bool


@dataclass(frozen=True)
class Letter:
    """One mail of the renewal. receipt: what the gate said, as it left or when it was last asked."""

    id: UUID
    subject: str
    to: str
    purpose: str
    state: str
    written_at: datetime
    approvals: Sequence[Approval]
    sending: Sending | None
    receipt: Sequence[Mapping[str, Any]]
    delivered_at: datetime | None
    bounced_at: datetime | None


@dataclass(frozen=True)
class Answer:
    """A reply as it is kept. first: what it was taken for at first, where a person corrected it."""

    id: UUID
    letter_id: UUID | None
    at: datetime
    sender: str
    subject: str
    text: str
    classification: str
    first: str
    classified_by: str
    is_verified: bool

    @property
    def class_label(self) -> str:
        return str(ReplyClass(self.classification).label)


@dataclass(frozen=True)
class Overrule:
    """Where a person decided otherwise than recommended."""

    at: datetime
    by: str
    kind: str
    subject: str
    old: str
    new: str
    reason: str


@dataclass(frozen=True)
class Objection:
    at: datetime
    kind: str
    quote: str
    settled_at: datetime | None
    settled_how: str


@dataclass(frozen=True)
class Terms:
    """One version of the terms that were discussed."""

    version: int
    at: datetime
    by: str
    price: Decimal | None
    term_months: int | None
    discount_pct: Decimal | None
    state: str
    note: str
    decided_at: datetime | None
    decided_by: str


@dataclass(frozen=True)
class Chain:
    """How far the record is sealed: the last link and its seal. waiting: lines of the pack without one yet."""

    link: int
    digest: str
    sealed_at: datetime | None
    waiting: int


@dataclass(frozen=True)
class Pack:
    """Everything on one renewal. record: every line that it rests on, the oldest first. prices: those on the price."""

    customer: Customer
    renewal: Renewal
    recommended: Mapping[str, Any]
    overrules: Sequence[Overrule]
    prices: Sequence[RecordLine]
    letters: Sequence[Letter]
    answers: Sequence[Answer]
    objections: Sequence[Objection]
    terms: Sequence[Terms]
    record: Sequence[RecordLine]
    chain: Chain
    made_at: datetime
    made_by: str

    @property
    def left(self) -> int:
        return sum(letter.sending is not None for letter in self.letters)
