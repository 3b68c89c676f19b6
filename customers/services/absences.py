"""Absences: set, begun and ended by the clock, taken back. While one runs the delegate has the absent person's desk."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from customers.enums import AbsenceState
from customers.models import Absence, User
from customers.queries.absences import OPEN, absences_waiting
from customers.queries.calendars import local_date, zone
from customers.queries.handovers import facts_of
from customers.queries.minute import note_access_after_commit
from customers.registry.absences import list_begin_steps, list_end_steps
from customers.rules.absences import Span, refuse_days, refuse_delegate, refuse_setter
from customers.services.activity import record
from customers.services.desk_news import tell_absence_began


class MayNotSetAbsence(PermissionError):
    """Raised when somebody sets or takes back an absence that is not theirs to set."""


def set_absence(person: User, *, delegate: User, first_date: date, last_date: date, now: datetime, by: User) -> Absence:
    """This will have the delegate stand in from the first day to the last, in the person's zone; at once if it is due.

    Raises MayNotSetAbsence, ValidationError by field.
    """
    span, place = Span(first_date, last_date), zone(person.timezone)
    _check(person, delegate, span, now=now, by=by)
    with transaction.atomic():
        _lock(person.pk, delegate.pk)
        _check_free(person, delegate, span)
        absence: Absence = Absence.objects.create(
            user=person,
            delegate=delegate,
            first_date=first_date,
            last_date=last_date,
            starts_at=datetime.combine(first_date, time.min, place),
            ends_at=datetime.combine(last_date + timedelta(days=1), time.min, place),
            set_by=by,
        )
        _record(absence, "absence.set", "away", now=now, by=by)
        if absence.starts_at <= now:
            _begin(absence, now=now)
    absence.refresh_from_db()
    return absence


def take_back_absence(absence: Absence, *, now: datetime, by: User) -> bool:
    """This will call the absence off, or end it early; False when it was over. Raises MayNotSetAbsence."""
    if refusal := refuse_setter(facts_of(by), person=facts_of(absence.user)):
        raise MayNotSetAbsence(refusal)
    with transaction.atomic():
        _lock(absence.user_id, absence.delegate_id)
        ended = _end(absence, now=now)
        called_off = _move(absence, AbsenceState.PLANNED, AbsenceState.CANCELLED, now=now)
        if ended or called_off:
            _record(absence, "absence.taken_back", "back early" if ended else "not away after all", now=now, by=by)
    return ended or called_off


def move_due_absences(*, now: datetime) -> int:
    """This will begin and end what is due; gives how many. Any number of workers may do so."""
    begins, ends = absences_waiting(now)
    moved = 0
    for rows, step in ((ends, _end), (begins, _begin)):
        for absence in rows.select_related("user", "delegate"):
            with transaction.atomic():
                _lock(absence.user_id, absence.delegate_id)
                moved += step(absence, now=now)
    return moved


def _begin(absence: Absence, *, now: datetime) -> bool:
    if not _move(absence, AbsenceState.PLANNED, AbsenceState.RUNNING, now=now):
        return False
    _keep_desks(absence.delegate_id)
    _record(absence, "absence.began", "away", now=now, by=None)
    tell_absence_began(absence, now=now)
    for step in list_begin_steps():
        step(absence, now)
    return True


def _end(absence: Absence, *, now: datetime) -> bool:
    if not _move(absence, AbsenceState.RUNNING, AbsenceState.OVER, now=now):
        return False
    _keep_desks(absence.delegate_id)
    _record(absence, "absence.ended", "back", now=now, by=None)
    for step in list_end_steps():
        step(absence, now)
    return True


def _move(absence: Absence, old: AbsenceState, new: AbsenceState, *, now: datetime) -> bool:
    return bool(Absence.objects.filter(pk=absence.pk, state=old).update(state=new, updated_at=now))


def _keep_desks(delegate_id: uuid.UUID) -> None:
    """Whom somebody stands in for is kept with the person, so that no page has to ask for it."""
    running = Absence.objects.filter(delegate=delegate_id, state=AbsenceState.RUNNING).order_by("user")
    absent = [str(pk) for pk in running.values_list("user", flat=True)]
    User.objects.filter(pk=delegate_id).update(stands_in_for=absent)
    note_access_after_commit()


def _lock(*people: uuid.UUID) -> None:
    list(User.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk").values_list("pk"))


def _check(person: User, delegate: User, span: Span, *, now: datetime, by: User) -> None:
    setter, away = facts_of(by), facts_of(person)
    if refusal := refuse_setter(setter, person=away):
        raise MayNotSetAbsence(refusal)
    if refusal := refuse_delegate(facts_of(delegate), person=away, setter=setter):
        raise ValidationError({"delegate": refusal})
    if refusal := refuse_days(span, today=local_date(now, person.timezone)):
        raise ValidationError({"last_date": refusal})


def _check_free(person: User, delegate: User, span: Span) -> None:
    rows = Absence.objects.filter(Q(user=person) | Q(user=delegate), state__in=OPEN)
    for row in rows:
        if span.meets(Span(row.first_date, row.last_date)):
            field = "first_date" if row.user_id == person.pk else "delegate"
            who = "There is an absence" if row.user_id == person.pk else "This person is away"
            raise ValidationError({field: f"{who} from {row.first_date:%-d %b} to {row.last_date:%-d %b %Y} already."})


def _record(absence: Absence, verb: str, word: str, *, now: datetime, by: User | None) -> None:
    days = f"{absence.first_date:%-d %b} to {absence.last_date:%-d %b %Y}"
    summary = f"{absence.user.display_name}: {word}, {days}; {absence.delegate.display_name} stands in"
    record(
        verb,
        summary,
        customer=None,
        by=by,
        now=now,
        subject=absence,
        user=str(absence.user_id),
        delegate=str(absence.delegate_id),
    )
