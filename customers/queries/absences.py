"""Absences that are due, that run, and that somebody may see."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from customers.enums import AbsenceState
from customers.models import Absence, User
from customers.queries.handovers import facts_of
from customers.queries.moments import Waiting, When
from customers.rules.absences import refuse_setter

OPEN = (AbsenceState.PLANNED, AbsenceState.RUNNING)


def absences_waiting(now: When) -> Waiting:
    """This will give those that begin or are over."""
    planned = Absence.objects.filter(state=AbsenceState.PLANNED, starts_at__lte=now)
    running = Absence.objects.filter(state=AbsenceState.RUNNING, ends_at__lte=now)
    return (planned.order_by("starts_at"), running.order_by("ends_at"))


def find_running(user_id: UUID) -> Absence | None:
    """This will give the absence of a person who is away now."""
    rows = Absence.objects.filter(user=user_id, state=AbsenceState.RUNNING).select_related("user", "delegate")
    found: Absence | None = rows.first()
    return found


def list_absences(user: User) -> QuerySet[Absence]:
    """This will give those that the reader may see, the latest first."""
    rows: QuerySet[Absence] = Absence.objects.visible_to(user).select_related("user", "delegate", "set_by")
    return rows.order_by("-starts_at", "pk")


def may_take_back(reader: User, person: User) -> bool:
    """This will tell whether the reader may end this person's absence: who may set one may."""
    return not refuse_setter(facts_of(reader), person=facts_of(person))
