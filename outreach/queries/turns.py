"""What of plans, upsell runs and sequences is a person's turn: contacts due, steps that wait for a yes or are in
trouble, people to enroll."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from customers.queries.turns import EXPANSION, RENEWALS, SEQUENCES, as_turns, is_stopped, text
from outreach.enums import (
    EnrollmentState,
    PlanState,
    RunState,
    StepState,
    TouchKind,
    TouchState,
    UpsellStepName,
)
from outreach.models import Enrollment, Touch, UpsellStep
from outreach.rules.upsell.running import IN_TROUBLE

STEP, STEP_TROUBLE = "upsell_step", "upsell_trouble"
ENROLLMENT, ENROLLMENT_TROUBLE = "enrollment", "enrollment_trouble"
TOUCH = "touch"
BY_PEOPLE = (TouchKind.CALL, TouchKind.MEETING, TouchKind.ESCALATION, TouchKind.NOTICE)
"""Contacts of a plan that nothing else asks for: the other milestones are tasks of the action plan."""


def list_turns(*, today: date) -> list[Any]:
    """This will give them. What an account's stop keeps back waits for nobody."""
    earlier = UpsellStep.objects.filter(run=OuterRef("run"), position__lt=OuterRef("position")).exclude(
        state__in=[StepState.SENT, StepState.SKIPPED]
    )
    is_written = Q(name=UpsellStepName.SEND_EMAIL_DRAFT) & ~Q(output={})
    asked = UpsellStep.objects.filter(run__state=RunState.WAITING_PERSON)
    yes = asked.filter(~Exists(earlier), state=StepState.WAITING, needs_person=True, approved_at=None)
    troubled = UpsellStep.objects.filter(run__state=RunState.NEEDS_REVIEW)
    run = {"who": text(F("name")), "title": text(F("run__metric")), "note": text(F("run_id"))}
    people = Enrollment.objects.filter(~is_stopped())
    named = {"title": text(F("sequence_name")), "who": text(F("stakeholder__name")), "version": F("version")}
    touches = Touch.objects.filter(
        ~is_stopped("plan__customer_id"),
        plan__state=PlanState.OPEN,
        state=TouchState.PLANNED,
        kind__in=BY_PEOPLE,
        condition="",
        draft_id=None,
        automation=None,
        due_date__lte=today,
    )
    return [
        as_turns(
            yes.exclude(is_written),
            code=STEP,
            part=EXPANSION,
            since=F("updated_at"),
            **run,
        ),
        as_turns(
            troubled.filter(state__in=sorted(IN_TROUBLE)),
            code=STEP_TROUBLE,
            part=EXPANSION,
            since=F("updated_at"),
            detail=text(F("outcome")),
            **run,
        ),
        as_turns(
            people.filter(state=EnrollmentState.PENDING, waits_for_plan=False),
            code=ENROLLMENT,
            part=SEQUENCES,
            since=F("asked_at"),
            detail=text(F("because")),
            **named,
        ),
        as_turns(
            people.filter(state__in=[EnrollmentState.FAILED, EnrollmentState.NEEDS_REVIEW]),
            code=ENROLLMENT_TROUBLE,
            part=SEQUENCES,
            since=F("updated_at"),
            detail=text(F("outcome")),
            **named,
        ),
        as_turns(
            touches,
            code=TOUCH,
            part=RENEWALS,
            account=F("plan__customer_id"),
            person=F("owner_id"),
            since_day=F("due_date"),
            due_day=F("due_date"),
            title=text(F("title")),
            who=text(Coalesce("stakeholder__name", Value(""))),
            note=text(F("kind")),
        ),
    ]
