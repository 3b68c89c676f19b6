"""Take a change of a journey back, where nothing has left since."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery

from customers.models import Customer, Hold, User
from customers.services.activity import record
from customers.services.holds import end_hold, reopen_holds
from journeys.enums import AutomationStatus, JourneyKind, JourneyState
from journeys.models import AutomationSchedule, Deliverable, Journey, JourneyChange, JourneyMonth
from journeys.queries.journeys import get_open_journey
from journeys.queries.rows import SUBJECT, rows_moved_by_hold, rows_moved_by_start, rows_of
from journeys.rules.row_moves import RowFacts, is_triggered, move_on_plan
from journeys.services.announcing import UNDONE
from journeys.services.changing import Refused, lock_journey
from journeys.services.journeys import end_journey
from journeys.services.pausing import occurrence_of_hold
from journeys.services.scheduling import end_rows
from journeys.services.shifting import NEAR, shift_months, shift_rows

GONE = (AutomationStatus.RUNNING, AutomationStatus.COMPLETED)
ALREADY = "It was taken back already."
MOVED = "A move to another version is not taken back: bring the old version back and move to that."
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def undo_change(change: JourneyChange, *, now: datetime, by: User) -> JourneyChange:
    """This will put back what the change changed. Raises Refused where something has run since, or changed again."""
    with transaction.atomic():
        journey = lock_journey(change.journey)
        if refusal := why_not_undo(change):
            raise Refused(refusal)
        undo_locked(change, journey, now=now, by=by)
    change.refresh_from_db()
    return change


def undo_locked(change: JourneyChange, journey: Journey, *, now: datetime, by: User) -> None:
    """This will put it back and on record. The customer is locked, and nothing speaks against it. Raises Refused."""
    standing = JourneyChange.objects.filter(pk=change.pk, undone_at=None)
    if not standing.update(undone_at=now, undone_by=by, updated_at=now):
        raise Refused(ALREADY)
    put_back(change, journey, now=now, by=by)
    words = f"Taken back: {change.summary}"
    record("journey.undone", words, customer=journey.customer_id, by=by, now=now, subject=journey)


def put_back(change: JourneyChange, journey: Journey, *, now: datetime, by: User) -> None:
    """This will write what was before, and nothing on record. Must be called inside a transaction. Raises Refused."""
    UNDO[change.action](change, journey, now, by)


def why_not_undo(change: JourneyChange) -> str:
    """This will say why a change cannot be taken back; "" where it can."""
    return why_not_undo_many([change])[change.pk]


def why_not_undo_many(changes: Sequence[JourneyChange]) -> dict[UUID, str]:
    """This will say it for each of the changes, in one query."""
    since = {found["pk"]: found for found in _since([change.pk for change in changes])}
    return {change.pk: _why_not(change, since[change.pk]) for change in changes}


def _why_not(change: JourneyChange, since: Mapping[str, Any]) -> str:
    if since["undone_at"] is not None:
        return ALREADY
    if change.action == "moved":
        return MOVED
    if change.action not in UNDO:
        return "A change of this kind is not taken back."
    if not since["has_rows"]:
        return "What was planned for it is in the archive."
    if since["later"] is not None:
        return f"Something was changed since: {since['later']}. Take that back first."
    if since["ran"] is not None:
        return f"“{JourneyKind(since['ran']).label}” has run since."
    if since["runs"]:
        return "Something of it runs just now."
    return "A month was delivered since." if since["delivered"] else ""


def _since(change_ids: Sequence[UUID]) -> Iterable[Mapping[str, Any]]:
    """What has become of the changes and their journeys since, in one query."""
    rows = AutomationSchedule.objects.filter(subject_kind=SUBJECT, subject_id=OuterRef("journey_id"))
    later = JourneyChange.objects.filter(
        journey=OuterRef("journey_id"), undone_at=None, created_at__gt=OuterRef("created_at")
    )
    delivered = Deliverable.objects.filter(journey=OuterRef("journey_id"), delivered_at__gte=OuterRef("at"))
    ran = rows.filter(executed_at__gte=OuterRef("at")).order_by("executed_at")
    return JourneyChange.objects.filter(pk__in=change_ids).values(
        "pk",
        "undone_at",
        later=Subquery(later.values("summary")[:1]),
        ran=Subquery(ran.values("kind")[:1]),
        has_rows=Exists(rows),
        runs=Exists(rows.filter(status=AutomationStatus.RUNNING)),
        delivered=Exists(delivered),
    )


def undo_start(change: JourneyChange, journey: Journey, now: datetime, by: User) -> None:
    end_journey(journey, reason="its start was taken back", now=now, by=by)
    _set_start_date(journey, change.before["start_date"], now)


def undo_adjust(change: JourneyChange, journey: Journey, now: datetime, by: User) -> None:
    before = change.before
    kept = {UUID(row["id"]) for row in before["rows"]}
    rows = rows_moved_by_start([journey.pk]).exclude(pk__in=kept)
    _shift_back(rows, before["days"], now=now, own_now=journey.held_since or now)
    shift_months([journey.pk], days=-before["days"], now=now)
    _restore_rows(before["rows"], now)
    _keep_again(journey, before, now)
    Journey.objects.filter(pk=journey.pk).update(start_date=before["start_date"])
    _set_start_date(journey, before["start_date"], now)


def undo_skip(change: JourneyChange, journey: Journey, now: datetime, by: User) -> None:
    before = change.before
    if before["made"]:
        if get_open_journey(journey.customer) is not None:
            raise Refused("This client is on another journey by now.")
        kind, occurrence = before["made"]
        _take_back(rows_of([journey.pk]).filter(kind=kind, occurrence=occurrence), now)
        Journey.objects.filter(pk=journey.pk).update(state=JourneyState.ACTIVE, completed_at=None)
    _restore_rows(before["rows"], now)
    _keep_again(journey, before, now)


def undo_cancel(change: JourneyChange, journey: Journey, now: datetime, by: User) -> None:
    if get_open_journey(journey.customer) is not None:
        raise Refused("This client is on another journey by now.")
    if _iso(journey.held_since) != change.before["held_since"] or _is_held(journey) != bool(journey.held_since):
        raise Refused("A hold has begun or ended since.")
    Journey.objects.filter(pk=journey.pk).update(
        state=JourneyState.ACTIVE, cancelled_at=None, cancelled_by=None, reason="", updated_at=now
    )
    rows = rows_of([journey.pk]).filter(pk__in=change.before["cancelled"], status=AutomationStatus.CANCELLED)
    rows.update(status=AutomationStatus.SCHEDULED, reason="", updated_at=now)


def undo_pause(change: JourneyChange, journey: Journey, now: datetime, by: User) -> None:
    hold = Hold.objects.filter(pk=change.before["hold"], ended_at=None).first()
    if hold is None:
        raise Refused("The hold is over already.")
    end_hold(hold, now=now, by=by)
    JourneyChange.objects.filter(journey=journey, action="resumed", at=now, undone_at=None).update(
        undone_at=now, undone_by=by
    )


def undo_resume(change: JourneyChange, journey: Journey, now: datetime, by: User) -> None:
    before = change.before
    ids = [UUID(pk) for pk in before["holds"]]
    if Hold.objects.filter(pk__in=ids, until__lte=now).exists():
        raise Refused("The day on which it was to go on has come.")
    if not reopen_holds(ids, now=now, by=by):
        raise Refused("It is on hold again already.")
    welcome = rows_of([journey.pk]).filter(kind=JourneyKind.WELCOME_BACK)
    _take_back(welcome.filter(occurrence__in=[occurrence_of_hold(pk) for pk in ids]), now)
    kept = {UUID(row["id"]) for row in before["rows"]}
    _shift_back(rows_moved_by_hold([journey.pk]).exclude(pk__in=kept), before["days"], now=now, own_now=LONG_AGO)
    shift_months([journey.pk], days=-before["days"], now=now)
    _restore_rows(before["rows"], now)
    Journey.objects.filter(pk=journey.pk).update(held_since=before["held_since"], updated_at=now)


def undo_rows(change: JourneyChange, journey: Journey, now: datetime, by: User) -> None:
    _restore_rows(change.before["rows"], now)


UNDO: Mapping[str, Callable[[JourneyChange, Journey, datetime, User], None]] = {
    "started": undo_start,
    "adjusted": undo_adjust,
    "skipped": undo_skip,
    "cancelled": undo_cancel,
    "paused": undo_pause,
    "resumed": undo_resume,
    "forced": undo_rows,
    "triggered": undo_rows,
    "dropped": undo_rows,
}


def _shift_back(rows: Any, days: int, *, now: datetime, own_now: datetime) -> None:
    """What a person had triggered was not moved by the change, and is not moved back."""

    def back(journey_id: UUID, row: RowFacts) -> RowFacts:
        return row if is_triggered(row, own_now) else move_on_plan(row, days=-days, not_before=LONG_AGO)

    shift_rows(rows, back, days=-days, near=now + NEAR, now=now)


def _restore_rows(rows: Iterable[Mapping[str, Any]], now: datetime) -> None:
    for row in rows:
        fields = {name: value for name, value in row.items() if name != "id"}
        fields["trigger_at"] = datetime.fromisoformat(row["trigger_at"])
        fields["local_date"] = date.fromisoformat(row["local_date"]) if row["local_date"] else None
        fields["local_time"] = time.fromisoformat(row["local_time"]) if row["local_time"] else None
        found = AutomationSchedule.objects.filter(pk=row["id"], subject_kind=SUBJECT)
        found.exclude(status__in=GONE).update(**fields, updated_at=now)


def _take_back(rows: Any, now: datetime) -> None:
    end_rows(rows, status=AutomationStatus.CANCELLED, reason=UNDONE, now=now)


def _keep_again(journey: Journey, before: Mapping[str, Any], now: datetime) -> None:
    months = JourneyMonth.objects.filter(journey=journey, number__in=before["skipped"])
    months.update(skipped_at=None, skipped_by=None, skip_reason="", updated_at=now)
    Journey.objects.filter(pk=journey.pk).update(current_month=before["current_month"], updated_at=now)


def _set_start_date(journey: Journey, day: str | None, now: datetime) -> None:
    Customer.objects.filter(pk=journey.customer_id).update(programme_start_date=day, updated_at=now)


def _is_held(journey: Journey) -> bool:
    return Hold.objects.filter(customer=journey.customer_id, ended_at=None).exists()


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
