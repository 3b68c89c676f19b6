"""The tables of the clock, by noun."""

from journeys.models.automations import AutomationLog, AutomationSchedule
from journeys.models.clock import ClockState

__all__ = ["AutomationLog", "AutomationSchedule", "ClockState"]
