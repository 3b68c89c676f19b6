"""The tables of the clock and of the journey, by noun."""

from journeys.models.automations import AutomationLog, AutomationSchedule
from journeys.models.board import BoardChange, BoardLine, BoardSum
from journeys.models.clock import ClockState
from journeys.models.deliverables import BusinessPlan, Deliverable, DeliverableVersion, Onboarding
from journeys.models.feedback import Feedback
from journeys.models.journeys import Journey, JourneyChange, JourneyMonth
from journeys.models.pending import PendingAutomation
from journeys.models.pins import TemplatePin
from journeys.models.portal import PortalLink, PortalMessage
from journeys.models.programmes import Programme, ProgrammeStep, ProgrammeVersion, Published
from journeys.models.rollouts import RolloutRun, VersionChoice
from journeys.models.savings import TimeSaving
from journeys.models.simulations import SimulationRun

__all__ = [
    "AutomationLog",
    "AutomationSchedule",
    "BoardChange",
    "BoardLine",
    "BoardSum",
    "BusinessPlan",
    "ClockState",
    "Deliverable",
    "DeliverableVersion",
    "Feedback",
    "Journey",
    "JourneyChange",
    "JourneyMonth",
    "Onboarding",
    "PendingAutomation",
    "PortalLink",
    "PortalMessage",
    "Programme",
    "ProgrammeStep",
    "ProgrammeVersion",
    "Published",
    "RolloutRun",
    "SimulationRun",
    "TemplatePin",
    "TimeSaving",
    "VersionChoice",
]
