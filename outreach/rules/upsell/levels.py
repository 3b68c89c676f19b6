"""How much a run does alone. Source: upsell-workflow, "Automation Levels", read as DESIGN, section 5.

Full still passes the gate: an amber fact waits for a person at any level, which is the gate's to say, not this file's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from outreach.enums import AutomationLevel, Severity, UpsellStepName

BY_SEVERITY: Mapping[Severity, AutomationLevel] = {
    Severity.CRITICAL: AutomationLevel.FULL,
    Severity.HIGH: AutomationLevel.HYBRID,
    Severity.MEDIUM: AutomationLevel.HUMAN,
    Severity.LOW: AutomationLevel.HUMAN,
}
ORDER = (AutomationLevel.HUMAN, AutomationLevel.HYBRID, AutomationLevel.FULL)

DEFAULT_CEILING = AutomationLevel.HYBRID
"""Promise 2: fully automatic upsell mails are off until an admin switches them on."""

REACHES_OUT = frozenset(
    {UpsellStepName.SEND_EMAIL_DRAFT, UpsellStepName.CREATE_ZOOM_MEETING, UpsellStepName.LOG_OPPORTUNITY}
)
"""Mail, meeting and the opportunity's value: for hybrid a person's to decide."""


@dataclass(frozen=True)
class LevelChoice:
    """level: what holds. wanted: what the severity, or a person, asked for. reason: for the run's page."""

    level: AutomationLevel
    wanted: AutomationLevel
    reason: str

    @property
    def is_capped(self) -> bool:
        return self.level is not self.wanted


def choose_level(
    severity: Severity, *, ceiling: AutomationLevel = DEFAULT_CEILING, asked: AutomationLevel | None = None
) -> LevelChoice:
    """Choose the level of a run. asked: by the person or system that started it; it is capped all the same."""
    wanted = asked or BY_SEVERITY[severity]
    why = "It was asked for." if asked else f"The alert is {severity.label.lower()}."
    level = min(wanted, ceiling, key=ORDER.index)
    if level is not wanted:
        why = f"{why} {wanted.label} is more than this workspace allows, which is {ceiling.label.lower()}."
    return LevelChoice(level, wanted, why)


def may_do_alone(step: UpsellStepName, level: AutomationLevel) -> bool:
    """Say whether a run of this level takes the step without a person's yes."""
    if level is AutomationLevel.HUMAN:
        return False
    return level is AutomationLevel.FULL or step not in REACHES_OUT
