"""What automations save: an estimate in minutes per type, and hours over a time."""

from __future__ import annotations

from collections.abc import Mapping

from journeys.enums import AutomationType

USUAL_MINUTES: Mapping[AutomationType, int] = {
    AutomationType.GENERATE_DELIVERABLE: 90,
    AutomationType.SEND_REMINDER: 10,
    AutomationType.SEND_CELEBRATION: 10,
    AutomationType.ESCALATE_TO_ADMIN: 15,
    AutomationType.UPDATE_STATUS: 3,
    AutomationType.SEND_NOTIFICATION: 5,
    AutomationType.FOLLOW_UP: 10,
    AutomationType.WAIT_FOR_REPLY: 2,
    AutomationType.WRITE_TEXT: 20,
}
"""Until ops say otherwise. Source of the measure: the journey spec, "Admin Time Savings"."""


def minutes_of(estimates: Mapping[str, int], type: AutomationType) -> int:
    return estimates.get(type, USUAL_MINUTES[type])


def hours_saved(done: Mapping[str, int], estimates: Mapping[str, int]) -> float:
    """Add up what was done, each by the estimate of its type; in hours with one decimal."""
    minutes = sum(count * minutes_of(estimates, AutomationType(type)) for type, count in done.items())
    return round(minutes / 60, 1)
