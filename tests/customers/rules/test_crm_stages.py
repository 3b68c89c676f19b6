"""A stage at the CRM: forward alone, never opened again, never one that is not there."""

from __future__ import annotations

import pytest

from customers.rules.crm_stages import StageFact, StageMove, decide_stage, find_stage

STAGES = (
    StageFact("prospecting", "Prospecting"),
    StageFact("old", "Old", is_active=False),
    StageFact("proposal", "Angebot"),
    StageFact("renewal_proposed", "Renewal Proposed"),
    StageFact("negotiation", "Negotiation"),
    StageFact("won", "Closed Won"),
)


@pytest.mark.parametrize(
    ("wanted", "current", "is_closed", "move", "stage"),
    [
        ("Renewal Proposed", "prospecting", False, StageMove.MOVE, "renewal_proposed"),
        ("renewal_proposed", "proposal", False, StageMove.MOVE, "renewal_proposed"),
        ("Renewal Proposed", "old", False, StageMove.MOVE, "renewal_proposed"),
        ("Renewal Proposed", "", False, StageMove.MOVE, "renewal_proposed"),
        ("Renewal Proposed", "renewal_proposed", False, StageMove.STAYS, ""),
        ("Renewal Proposed", "negotiation", False, StageMove.STAYS, ""),
        ("Renewal Proposed", "won", True, StageMove.REFUSED, ""),
        ("Renewal Proposed", "prospecting", True, StageMove.REFUSED, ""),
        ("Renewal Proposed", "somewhere", False, StageMove.REFUSED, ""),
        ("Old", "prospecting", False, StageMove.REFUSED, ""),
        ("Nowhere", "prospecting", False, StageMove.REFUSED, ""),
        ("", "prospecting", False, StageMove.REFUSED, ""),
        ("Closed Won", "negotiation", False, StageMove.MOVE, "won"),
    ],
)
def test_stage_goes_forward_or_stays(wanted: str, current: str, is_closed: bool, move: StageMove, stage: str) -> None:
    decision = decide_stage(wanted=wanted, current=current, is_closed=is_closed, stages=STAGES)

    assert (decision.move, decision.stage) == (move, stage)
    assert decision.words


def test_value_goes_before_a_label_of_the_same_name() -> None:
    stages = (StageFact("x", "proposal"), StageFact("proposal", "y"))

    assert find_stage("Proposal", stages) == stages[1]


def test_without_stages_nothing_is_moved() -> None:
    assert decide_stage(wanted="x", current="x", is_closed=False, stages=()).move is StageMove.REFUSED
