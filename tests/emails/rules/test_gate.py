"""The gate: each check on both sides of its edge, the order, the receipt."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from emails.enums import DraftState, Lane, SuppressionCause
from emails.rules.gate import CHECKS, ChangedFact, GateFacts, HoldFacts, ask_gate
from emails.rules.suppression import SuppressionFacts

NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)
GOOD = GateFacts(
    now=NOW,
    lane=Lane.RENEWAL,
    state=DraftState.QUEUED,
    approved_by="Dana",
    approved_hash="a",
    content_hash="a",
    approval_expires_at=NOW + timedelta(seconds=1),
    recipient="Sarah Lee",
    recipient_email="sarah@acme.example",
    is_stakeholder=True,
    sender_email="dana@evergreen.example",
)


UNSUBSCRIBED = SuppressionFacts("sarah@acme.example", SuppressionCause.UNSUBSCRIBED, NOW)
BOUNCED = replace(UNSUBSCRIBED, cause=SuppressionCause.HARD_BOUNCE)


def test_gate_lets_a_good_letter_through_with_a_full_receipt() -> None:
    receipt = ask_gate(GOOD)

    assert receipt.refusal is None
    assert [line["check"] for line in receipt.as_json()] == [name for name, _ in CHECKS]


@pytest.mark.parametrize(
    ("change", "check", "code"),
    [
        ({"approved_hash": ""}, "approval", "not_approved"),
        ({"content_hash": "b"}, "approval", "not_approved"),
        ({"approval_expires_at": NOW}, "approval", "approval_expired"),
        ({"is_stakeholder": False}, "stakeholder", "not_stakeholder"),
        ({"has_left": True}, "stakeholder", "not_stakeholder"),
        ({"recipient_email": ""}, "stakeholder", "not_stakeholder"),
        ({"unknown_cc": ("who@else.example",)}, "stakeholder", "not_stakeholder"),
        ({"sender_email": ""}, "stakeholder", "no_sender"),
        ({"has_text": False}, "stakeholder", "empty"),
        ({"suppression": UNSUBSCRIBED}, "opt_out", "suppressed"),
        ({"suppressed_cc": (UNSUBSCRIBED,)}, "opt_out", "suppressed"),
        ({"suppression": BOUNCED, "lane": Lane.NOTICE}, "opt_out", "suppressed"),
        (
            {"suppression": replace(BOUNCED, cause=SuppressionCause.COMPLAINT), "lane": Lane.NOTICE},
            "opt_out",
            "suppressed",
        ),
        ({"hold": HoldFacts(None)}, "hold", "held"),
        ({"brake_reason": ""}, "brake", "held"),
        ({"changed": (ChangedFact("Price", "$1", "$2"),)}, "facts", "stale_facts"),
        ({"unsupported": ("41%",)}, "facts", "unsupported_facts"),
        ({"state": DraftState.SENT}, "once_only", "already_sent"),
        ({"state": DraftState.UNKNOWN}, "once_only", "already_sent"),
        ({"twin_state": DraftState.SENDING}, "once_only", "already_sent"),
    ],
)
def test_each_check_refuses_with_its_code(change: dict[str, object], check: str, code: str) -> None:
    refusal = ask_gate(replace(GOOD, **change)).refusal  # type: ignore[arg-type]

    assert refusal is not None
    assert (refusal.check, refusal.code) == (check, code)
    assert refusal.reason


def test_first_check_in_order_decides_and_the_receipt_shows_all() -> None:
    receipt = ask_gate(replace(GOOD, unsupported=("41%",), hold=HoldFacts(None), approved_hash=""))

    assert receipt.refusal is not None
    assert receipt.refusal.check == "approval"
    assert [line.check for line in receipt.lines if not line.passed] == ["approval", "hold", "facts"]


def test_hold_with_an_end_names_the_next_try() -> None:
    until = NOW + timedelta(days=3)

    refusal = ask_gate(replace(GOOD, hold=HoldFacts(until, "Merger"))).refusal

    assert refusal is not None
    assert refusal.next_try_at == until
    assert "Merger" in refusal.reason


def test_contract_notice_passes_hold_and_brake() -> None:
    facts = replace(GOOD, lane=Lane.NOTICE, hold=HoldFacts(None), brake_reason="She replied")

    assert ask_gate(facts).refusal is None


def test_answer_in_the_thread_passes_the_brake_and_no_hold() -> None:
    facts = replace(GOOD, brake_reason="She replied", passes_brake=True)

    assert ask_gate(facts).refusal is None
    assert ask_gate(replace(facts, hold=HoldFacts(None))).refusal is not None


def test_contract_notice_passes_an_unsubscribe_and_says_so() -> None:
    receipt = ask_gate(replace(GOOD, lane=Lane.NOTICE, suppression=UNSUBSCRIBED))

    line = next(line for line in receipt.lines if line.check == "opt_out")
    assert line.passed
    assert (
        line.reason
        == "Sarah Lee unsubscribed 4 Mar 2026, by link; a contract notice is not optional and goes all the same."
    )


def test_approval_that_is_over_is_named_also_when_it_was_taken_back() -> None:
    refusal = ask_gate(replace(GOOD, approved_hash="", approval_expires_at=NOW)).refusal

    assert refusal is not None
    assert refusal.code == "approval_expired"
