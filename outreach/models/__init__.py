"""The tables of outreach."""

from outreach.models.alerts import UsageAlert
from outreach.models.plans import OutreachPlan, Touch
from outreach.models.reactions import Reaction, ScheduleChange

__all__ = ["OutreachPlan", "Reaction", "ScheduleChange", "Touch", "UsageAlert"]
