"""What of the journeys is a person's turn: deliverables to approve or to revise, business plans to approve."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce, Substr

from customers.queries.turns import JOURNEYS, as_coming, as_turns, text
from journeys.enums import DeliverableState, JourneyState
from journeys.models import BusinessPlan, Deliverable, Journey, JourneyMonth
from journeys.rules.effects import StaffNews

DELIVERABLE, REVISION, PLAN = "deliverable", "revision", "plan"
SNIPPET = 280

_waiting_plan = BusinessPlan.objects.filter(customer=OuterRef("customer_id"), approved_at=None)
SHOWN_ELSEWHERE = (
    Q(kind="deliverable_review")
    | Q(kind="journey_news", key__contains=f":{StaffNews.NOT_RELEASED}:")
    | Q(kind="journey_news", key__contains=f":{StaffNews.REVISION_WAITS}:")
    | Q(kind="journey_news", key__contains=f":{StaffNews.NOT_WRITTEN}:")
    | (Q(kind="journey_news", key__contains=f":{StaffNews.PLAN_MISSING}:") & Q(Exists(_waiting_plan)))
)
"""Tasks about a deliverable or a plan that stands in a line of its own, or in the task of its failure."""


def list_turns() -> list[Any]:
    """This will give them; of business plans the last version alone, while none is approved since."""
    words = {"title": text(F("title")), "version": F("version"), "who": text(F("month__number"))}
    later = BusinessPlan.objects.filter(customer=OuterRef("customer_id"), number__gt=OuterRef("number"))
    plans = BusinessPlan.objects.filter(~Exists(later), approved_at=None)
    active = Journey.objects.filter(customer=OuterRef("customer_id"), state=JourneyState.ACTIVE)
    return [
        as_turns(
            Deliverable.objects.filter(state=DeliverableState.PENDING_REVIEW),
            code=DELIVERABLE,
            part=JOURNEYS,
            since=Coalesce("review_since", "updated_at"),
            detail=Substr("body", 1, SNIPPET),
            **words,
        ),
        as_turns(
            Deliverable.objects.filter(state=DeliverableState.REJECTED),
            code=REVISION,
            part=JOURNEYS,
            since=F("rejected_at"),
            **words,
        ),
        as_turns(
            plans.filter(Exists(active)),
            code=PLAN,
            part=JOURNEYS,
            since=F("saved_at"),
            detail=Substr("body", 1, SNIPPET),
            version=F("number"),
        ),
    ]


def list_coming(*, today: Any) -> list[Any]:
    """This will give the months that fall due next, one of each journey."""
    months = JourneyMonth.objects.filter(
        due_date=F("journey__open_due_date"),
        journey__open_due_date__gt=today,
        journey__state=JourneyState.ACTIVE,
        journey__held_since=None,
        skipped_at=None,
    )
    return [as_coming(months, code="month", title=text(F("step__title")), day=F("due_date"))]
