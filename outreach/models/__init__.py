"""The tables of outreach."""

from outreach.models.plans import OutreachPlan, Touch

__all__ = ["OutreachPlan", "Touch"]
