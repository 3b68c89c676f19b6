"""What can be held against an objection: figures and successes on record, spoken and as badges.

Source: Engage, step 5, "Supporting Data to Reference", and "Integration with Prepare".
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from emails.rules.facts import format_money
from renewals.rules.facts import Number, list_words, percent_text

STICKY_FROM = 70
MOST_SPOKEN = 2


@dataclass(frozen=True)
class ProofFacts:
    """What is on record. None or empty: not known.

    quantified_value: a year, in `currency`. peer_price_pct: against the average of peers, -8 means 8 %
    below. stickiness: 0-100. value_leverage: value per unit of price, 2.08 means 2.08x.
    """

    currency: str = "USD"
    quantified_value: Decimal | None = None
    usage_growth_pct: Decimal | None = None
    usage_metric: str = ""
    peer_price_pct: Decimal | None = None
    stickiness: Number | None = None
    value_leverage: Decimal | None = None
    wins: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proof:
    """One thing to hold against an objection. clause: continues "you have …". badge: for the card."""

    kind: str
    clause: str
    badge: str


def gather_proofs(facts: ProofFacts) -> tuple[Proof, ...]:
    """List what speaks for us, and only that: falling usage or a price above peers is left out."""
    found = (_value(facts), _leverage(facts), _usage(facts), _peer(facts), _stickiness(facts), _win(facts))
    return tuple(proof for proof in found if proof is not None)


def speak_of(proofs: tuple[Proof, ...], *, first: tuple[str, ...]) -> str:
    """Say the best one or two proofs as a sentence; without any, ask instead of claiming."""
    ranked = sorted(proofs, key=lambda proof: first.index(proof.kind) if proof.kind in first else len(first))
    if not ranked:
        return "You know best what this year has brought: which result would you not want to give up?"
    return f"You have {list_words([proof.clause for proof in ranked[:MOST_SPOKEN]])}."


def _value(facts: ProofFacts) -> Proof | None:
    if not facts.quantified_value or facts.quantified_value < 0:
        return None
    money = format_money(facts.quantified_value, facts.currency)
    return Proof("value", f"realised {money} in measured value", f"{money} quantified value")


def _leverage(facts: ProofFacts) -> Proof | None:
    if facts.value_leverage is None or facts.value_leverage <= 1:
        return None
    times = f"{facts.value_leverage.normalize():f}x"
    return Proof("leverage", f"got {times} what you pay back in value", f"{times} value for price")


def _usage(facts: ProofFacts) -> Proof | None:
    if facts.usage_growth_pct is None or facts.usage_growth_pct <= 0:
        return None
    growth = percent_text(facts.usage_growth_pct)
    what = f" of {facts.usage_metric}" if facts.usage_metric else ""
    return Proof("usage", f"grown your use{what} by {growth}", f"{growth} usage growth")


def _peer(facts: ProofFacts) -> Proof | None:
    if facts.peer_price_pct is None or facts.peer_price_pct >= 0:
        return None
    gap = percent_text(-facts.peer_price_pct)
    return Proof("peer", f"paid {gap} less than comparable customers", f"{gap} below peer average pricing")


def _stickiness(facts: ProofFacts) -> Proof | None:
    if facts.stickiness is None or facts.stickiness < STICKY_FROM:
        return None
    return Proof("stickiness", "built daily work on it that runs today", f"Stickiness {facts.stickiness}/100")


def _win(facts: ProofFacts) -> Proof | None:
    if not facts.wins:
        return None
    win = facts.wins[0].strip().rstrip(".")
    return Proof("win", f"this on record as a success: {win}", f"Win: {win}")
