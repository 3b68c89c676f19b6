"""Stages, outcomes and kinds of override of a renewal."""

from django.db.models import TextChoices


class Stage(TextChoices):
    """Where a renewal stands by the days left to it."""

    MONITOR = "monitor", "Monitor"
    DISCOVERY = "discovery", "Discovery"
    PREPARE = "prepare", "Prepare"
    ENGAGE = "engage", "Engage"
    NEGOTIATE = "negotiate", "Negotiate"
    FINALIZE = "finalize", "Finalize"
    SIGNATURE = "signature", "Signature"
    CRITICAL = "critical", "Critical"
    EMERGENCY = "emergency", "Emergency"
    OVERDUE = "overdue", "Overdue"


class Outcome(TextChoices):
    """How a renewal ended. Contracted: renewed for less; extended: the same contract runs on for a while."""

    RENEWED = "renewed", "Renewed"
    CHURNED = "churned", "Churned"
    CONTRACTED = "contracted", "Contracted"
    EXTENDED = "extended", "Extended"


class OverrideKind(TextChoices):
    """What a person decided differently from the recommendation."""

    STRATEGY = "strategy", "Strategy"
    ORDER = "order", "Order"
    OWNER = "owner", "Owner"
    PRICE_APPROACH = "price_approach", "Price approach"
    VARIATION = "variation", "Variation"


class Likelihood(TextChoices):
    """How likely an objection is."""

    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"


OUTCOMES_WITH_NEXT_CYCLE = frozenset({Outcome.RENEWED, Outcome.CONTRACTED, Outcome.EXTENDED})
"""A churned customer has no next contract."""
