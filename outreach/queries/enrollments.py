"""Enrollments as services and pages read them: who fits a sequence, who is in one, what is due."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, DateTimeField, F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from customers.enums import HoldScope
from customers.models import Brake, Customer, Hold, Stakeholder, User
from customers.models.workspace import ONLY_ID
from customers.queries.moments import Waiting, When
from emails.queries.suppression import list_open
from emails.rules.suppression import why_stopped
from outreach.enums import ENDED_STANDINGS, LIVE_ENROLLMENTS, EnrollmentState, PlanState, TriggerType
from outreach.models import (
    Enrollment,
    EnrollmentDesk,
    OutreachNews,
    OutreachPlan,
    ProspectLink,
    TriggerLog,
    TriggerMapping,
)
from outreach.rules.enrollment.criteria import DROPS, PersonFacts, Wanted, Weighed, weigh


@dataclass(frozen=True)
class Candidate:
    """A person and how they fit a sequence."""

    stakeholder: Stakeholder
    weighed: Weighed


def count_left_behind() -> dict[str, int]:
    """How many people are in sequences there, and how many enrollments are not done yet; of the whole workspace."""
    not_done = Q(state__in=[EnrollmentState.PENDING, EnrollmentState.APPROVED])
    in_one = Q(state=EnrollmentState.ENROLLED) & ~Q(standing__in=sorted(ENDED_STANDINGS))
    person = Count("stakeholder", filter=in_one, distinct=True)
    return Enrollment.objects.aggregate(in_sequences=person, waiting=Count("pk", filter=not_done))


def wanted_of(mapping: TriggerMapping) -> Wanted:
    return Wanted(
        roles=tuple(mapping.stakeholder_roles),
        segment=mapping.segment_filter,
        threshold=mapping.health_threshold,
        is_drop=mapping.trigger_type in DROPS,
    )


def weigh_people(
    customer: Customer,
    people: Iterable[Stakeholder],
    *,
    sequence_id: int,
    wanted: Wanted,
    now: datetime,
) -> list[Candidate]:
    """This will weigh each person, in three statements for any number."""
    listed = list(people)
    suppressed = list_open([person.email for person in listed])
    enrolled = _enrolled(listed, sequence_id=sequence_id)
    stops = _read_stops(customer.pk, now=now)
    hold, brake = stops.get("hold"), stops.get("brake")
    found = []
    for person in listed:
        stop = next(iter(suppressed.get(person.email.lower(), [])), None)
        facts = PersonFacts(
            name=person.name,
            email=person.email,
            roles=tuple(person.roles),
            has_left=person.has_left,
            segment=customer.segment,
            health=customer.health_score,
            enrolled=enrolled.get(person.pk, ""),
            suppressed=why_stopped(person.name, stop) if stop else "",
            is_plan_open="plan" in stops,
            brake=brake[0] if brake else None,
            hold=hold[0] if hold else None,
            hold_until=hold[1] if hold else None,
        )
        found.append(Candidate(person, weigh(wanted, facts)))
    return found


def list_people(customer: Customer) -> list[Stakeholder]:
    """This will list those at the account who have not left."""
    return list(Stakeholder.objects.filter(customer=customer, left_at=None).order_by("-primary", "name"))


def find_hold(customer_id: uuid.UUID, *, now: datetime) -> Hold | None:
    """This will give the hold of the whole account that runs at the moment."""
    rows = Hold.objects.filter(customer=customer_id, ended_at=None, scope=HoldScope.ACCOUNT)
    return rows.filter(Q(until=None) | Q(until__gt=now)).order_by("-starts_at").first()


def find_brake(customer_id: uuid.UUID) -> Brake | None:
    return Brake.objects.filter(customer=customer_id, cleared_at=None).first()


def list_of_customer(customer: Customer) -> list[Enrollment]:
    """This will list every enrollment of the account, the latest first."""
    rows = Enrollment.objects.filter(customer=customer).select_related("stakeholder", "asked_by", "approved_by")
    return list(rows.order_by("-asked_at"))


def list_of_stakeholder(stakeholder: Stakeholder) -> list[Enrollment]:
    return list(Enrollment.objects.filter(stakeholder=stakeholder).order_by("-asked_at"))


def list_there(*, stakeholder: Stakeholder | None = None, customer_id: uuid.UUID | None = None) -> list[Enrollment]:
    """This will list those who are in a sequence at Outreach.io and not through with it."""
    rows = Enrollment.objects.filter(state=EnrollmentState.ENROLLED).exclude(standing__in=sorted(ENDED_STANDINGS))
    rows = rows.filter(stakeholder=stakeholder) if stakeholder else rows.filter(customer=customer_id)
    return list(rows.select_related("stakeholder", "customer").order_by("asked_at"))


def find_stakeholder(stakeholder_id: uuid.UUID, *, user: User) -> Stakeholder | None:
    rows = Stakeholder.objects.visible_to(user).select_related("customer__owner")
    found: Stakeholder | None = rows.filter(pk=stakeholder_id).first()
    return found


def find_enrollment(enrollment_id: uuid.UUID, *, user: User) -> Enrollment | None:
    """This will give the enrollment if the reader may see its account."""
    rows = Enrollment.objects.visible_to(user).select_related("customer__owner", "stakeholder", "asked_by")
    found: Enrollment | None = rows.filter(pk=enrollment_id).first()
    return found


def get_desk() -> EnrollmentDesk:
    row: EnrollmentDesk | None = EnrollmentDesk.objects.filter(pk=ONLY_ID).first()
    return row or EnrollmentDesk()


def list_mappings(*, trigger_type: str = "") -> list[TriggerMapping]:
    """This will list the mappings; those of one trigger: the enabled alone."""
    rows = TriggerMapping.objects.order_by("trigger_type", "created_at", "pk")
    return list(rows.filter(trigger_type=trigger_type, enabled=True) if trigger_type else rows)


def enabled_triggers() -> set[TriggerType]:
    """This will give the triggers that lead anywhere."""
    names = TriggerMapping.objects.filter(enabled=True).order_by().values_list("trigger_type", flat=True).distinct()
    return {TriggerType(name) for name in names}


def list_log(*, user: User, limit: int = 50) -> list[TriggerLog]:
    rows = TriggerLog.objects.visible_to(user).select_related("customer").order_by("-happened_at")
    return list(rows[:limit])


# What is due; each part is answered by the partial index of its name.


def approved_due(when: When) -> QuerySet[Any]:
    return Enrollment.objects.filter(state=EnrollmentState.APPROVED, not_before__lte=when).order_by("not_before")


def unknown_due(when: When) -> QuerySet[Any]:
    return Enrollment.objects.filter(state=EnrollmentState.UNKNOWN, not_before__lte=when).order_by("not_before")


def wishes_due(when: When) -> QuerySet[Any]:
    return Enrollment.objects.filter(wish_due_at__lte=when).exclude(wish="").order_by("wish_due_at")


def opt_outs_due(when: When) -> QuerySet[Any]:
    return ProspectLink.objects.filter(wants_opt_out=True, opt_out_due_at__lte=when).order_by("opt_out_due_at")


def enrollments_waiting(when: When) -> Waiting:
    leased = Enrollment.objects.filter(state=EnrollmentState.SENDING, leased_until__lt=when).order_by("leased_until")
    return (approved_due(when), unknown_due(when), leased, wishes_due(when), opt_outs_due(when))


def news_waiting(when: When) -> Waiting:
    return (OutreachNews.objects.filter(due_at__lte=when).order_by("due_at"),)


def triggers_waiting(when: When) -> Waiting:
    return (TriggerLog.objects.filter(due_at__lte=when).order_by("due_at"),)


def sync_waiting(when: When) -> Waiting:
    return (EnrollmentDesk.objects.filter(next_sync_at__lte=when).order_by("next_sync_at"),)


def looks_waiting(when: When) -> Waiting:
    return (EnrollmentDesk.objects.filter(next_look_at__lte=when).order_by("next_look_at"),)


def _read_stops(customer_id: uuid.UUID, *, now: datetime) -> dict[str, tuple[str, datetime | None]]:
    """What has the account wait, in one statement: a hold of all of it, the brake, an open Engage plan."""
    never = Cast(Value(None), DateTimeField())
    holds = Hold.objects.filter(customer=customer_id, ended_at=None, scope=HoldScope.ACCOUNT)
    plans = OutreachPlan.objects.filter(customer=customer_id, state=PlanState.OPEN)
    asked: list[tuple[str, Any, Any, Any]] = [
        ("hold", holds.filter(Q(until=None) | Q(until__gt=now)), F("reason"), F("until")),
        ("brake", Brake.objects.filter(customer=customer_id, cleared_at=None), F("reason"), never),
        ("plan", plans, Value(""), never),
    ]
    first, *others = [
        rows.order_by().values_list(Cast(Value(kind), TextField()), Cast(reason, TextField()), until)
        for kind, rows, reason, until in asked
    ]
    return {kind: (reason, until) for kind, reason, until in first.union(*others, all=True)}


def _enrolled(people: Collection[Stakeholder], *, sequence_id: int) -> dict[uuid.UUID, str]:
    """Words for those who are in the sequence, or were: Outreach.io takes nobody twice."""
    rows = Enrollment.objects.filter(stakeholder__in=[one.pk for one in people], sequence_id=sequence_id)
    rows = rows.filter(Q(state__in=sorted(LIVE_ENROLLMENTS)) | Q(state_id__isnull=False))
    found = {}
    for row in rows.order_by("asked_at"):
        if row.state == EnrollmentState.PENDING:
            words = "Waits for approval for this sequence already."
        elif row.is_live and row.standing not in ENDED_STANDINGS:
            words = "Is in this sequence already."
        else:
            words = "Has been in this sequence; Outreach.io takes nobody twice."
        found[row.stakeholder_id] = words
    return found
