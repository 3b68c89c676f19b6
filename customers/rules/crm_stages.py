"""May an opportunity at the CRM be put into a stage? Never backwards, never opened again, never a stage it has not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class StageMove(Enum):
    MOVE = "move"
    STAYS = "stays"
    REFUSED = "refused"


@dataclass(frozen=True)
class StageFact:
    """One value of the organisation's picklist, in its order. label: what people there read, maybe translated."""

    value: str
    label: str
    is_active: bool = True


@dataclass(frozen=True)
class StageDecision:
    """stage: the value to write, "" where nothing is written. words: for the task."""

    move: StageMove
    stage: str
    words: str


def decide_stage(*, wanted: str, current: str, is_closed: bool, stages: Sequence[StageFact]) -> StageDecision:
    """Decide what becomes of the stage. wanted: a value or a label; current: "" for one that does not exist yet.

    Source: issue "Expansion", "never moved backwards"; Engage, step 6, "Update Salesforce opportunity stage".
    """
    target = find_stage(wanted, stages)
    if target is None:
        return StageDecision(
            StageMove.REFUSED, "", f"Salesforce has no stage “{wanted}”: choose another under Settings, Salesforce."
        )
    if is_closed:
        return StageDecision(StageMove.REFUSED, "", f"It is closed there as “{current}”, and is not opened again.")
    if current == target.value:
        return StageDecision(StageMove.STAYS, "", f"It is at “{target.label}” already.")
    if not current:
        return StageDecision(StageMove.MOVE, target.value, f"Made at “{target.label}”.")
    places = {stage.value: place for place, stage in enumerate(stages)}
    if current not in places:
        return StageDecision(
            StageMove.REFUSED,
            "",
            f"It is at “{current}”, which is none of its stages: left as it is.",
        )
    if places[current] > places[target.value]:
        return StageDecision(StageMove.STAYS, "", f"It is at “{current}”, which comes later: left as it is.")
    return StageDecision(StageMove.MOVE, target.value, f"Moved from “{current}” to “{target.label}”.")


def find_stage(wanted: str, stages: Sequence[StageFact]) -> StageFact | None:
    """Find an active stage by its value, else by its label, in any case."""
    name = wanted.strip().casefold()
    active = [stage for stage in stages if stage.is_active]
    by_value = next((stage for stage in active if stage.value.casefold() == name), None)
    return by_value or next((stage for stage in active if stage.label.casefold() == name), None)
