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


class ObjectionKind(TextChoices):
    """What somebody at the customer holds against the renewal. Source: Engage, "Triggers"."""

    PRICE = "price", "Price"
    BUDGET = "budget", "Budget"
    COMPETITOR = "competitor", "Competitor"
    TIMING = "timing", "Timing"


class TermState(TextChoices):
    """Where a note of terms stands: what was discussed, what we propose, what was decided."""

    DISCUSSED = "discussed", "Discussed"
    PROPOSED = "proposed", "Waits for a lead"
    APPROVED = "approved", "May be offered"
    REFUSED = "refused", "Not to be offered"


NEXT_STEP_TODO = "negotiate.next_step"
"""The kind of a to-do that says what comes next in a negotiation."""


OUTCOMES_WITH_NEXT_CYCLE = frozenset({Outcome.RENEWED, Outcome.CONTRACTED, Outcome.EXTENDED})
"""A churned customer has no next contract."""


class NextAction(TextChoices):
    """What an account needs next, the most pressing first; labels are what the book shows."""

    AFTER_REPLY = "after_reply", "Decide how to go on after the reply"
    ON_HOLD = "on_hold", "On hold"
    ADD_CONTRACT = "add_contract", "Enter the contract"
    RECORD_OUTCOME = "record_outcome", "Record the outcome"
    REVIEW_EMAILS = "review_emails", "Review the emails"
    DO_TODO = "do_todo", "Do the task"
    MAKE_CONTACT = "make_contact", "Make the planned contact"
    SET_PRICE = "set_price", "Set the target price"
    LOCK_PRICE = "lock_price", "Lock the target price"
    OPEN_ENGAGE = "open_engage", "Open Engage"
    AGREE_TERMS = "agree_terms", "Agree the terms"
    FINISH_CONTRACT = "finish_contract", "Finish the contract"
    GET_SIGNATURE = "get_signature", "Get the signature"
    SAVE_RENEWAL = "save_renewal", "Save the renewal"
    FOLLOW_PLAN = "follow_plan", "Nothing now, the plan runs"
    WATCH = "watch", "Nothing now"
    LOST = "lost", "Nothing more, it churned"
