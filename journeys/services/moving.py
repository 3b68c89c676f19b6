"""Move a journey, or a thousand, to another version of its programme."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from customers.models import User
from journeys.enums import AutomationStatus
from journeys.models import AutomationSchedule, Journey, JourneyChange, JourneyMonth, ProgrammeVersion
from journeys.queries.facts import read_facts, read_journey
from journeys.queries.journeys import list_steps, map_step_ids
from journeys.queries.rows import as_facts, open_rows_of, read_rows, rows_moved_by_start
from journeys.rules.changes import Plan
from journeys.rules.journeys import JourneyFacts
from journeys.rules.moving import (
    MonthsMove,
    VersionMove,
    lay_out_added,
    move_months,
    plan_move,
    set_hour,
)
from journeys.rules.row_moves import RowFacts, local_day, move_by_start
from journeys.rules.timeline import MONTH_KINDS, occurrence_of
from journeys.services.changing import BATCH, Note, Refused, lock_journey, note_changes
from journeys.services.delivering import release_months
from journeys.services.planting import Course, Seed, list_months, list_rows
from journeys.services.shifting import NEAR, LaterDate, Mover, shift_rows, write_rows
from journeys.services.skipping import leave_skipped

NOTHING_LEFT = "Nothing would be left to deliver."


def move_to_version(journey: Journey, version: ProgrammeVersion, *, now: datetime, by: User | None) -> JourneyChange:
    """This will have the months that are not delivered yet follow the version, in texts and dates. Raises Refused."""
    with transaction.atomic():
        journey = lock_journey(journey)
        notes, refused = move_all([journey], version, now=now, by=by)
        if refused:
            raise Refused(refused[journey.pk])
        [change] = note_changes(notes, action="moved", now=now, by=by)
    return change


def preview_move_to_version(
    journey: Journey, version: ProgrammeVersion, *, now: datetime, by: User | None = None
) -> Plan:
    """This will show the journey on the version. Raises Refused."""
    if refusal := why_not_move(journey, version):
        raise Refused(refusal)
    facts, move = read_journey(journey), read_move(journey.version, version)
    plan = plan_move(
        facts,
        read_rows([journey.pk])[journey.pk],
        move,
        start_date=journey.start_date,
        now=now,
        name=f"It follows {version}.",
    )
    if all(month.is_settled for month in plan.months):
        raise Refused(NOTHING_LEFT)
    return plan


def why_not_move(journey: Journey, version: ProgrammeVersion) -> str:
    """This will say why a journey cannot stand on the version; "" where it can."""
    if not journey.is_active:
        return "The journey is not under way."
    if not version.is_published:
        return f"{version} is not published."
    if journey.version.programme_id != version.programme_id:
        return f"{version} is of another programme."
    return f"It stands on {version} already." if journey.version_id == version.pk else ""


def read_move(old: ProgrammeVersion, new: ProgrammeVersion) -> VersionMove:
    return VersionMove(
        {step.number: step for step in list_steps(old)},
        {step.number: step for step in list_steps(new)},
        new.local_time,
    )


@dataclass(frozen=True)
class _Party:
    """Journeys that stand on one version, and on the same moment where they are held."""

    journeys: Sequence[Journey]
    facts: Mapping[UUID, JourneyFacts]
    months: Mapping[UUID, MonthsMove]
    move: VersionMove
    version: ProgrammeVersion
    own_now: datetime
    now: datetime
    by: User | None

    @property
    def ids(self) -> list[UUID]:
        return [journey.pk for journey in self.journeys]

    def today(self, journey_id: UUID) -> date:
        return local_day(self.own_now, self.facts[journey_id].zone)


def move_all(
    journeys: Iterable[Journey], version: ProgrammeVersion, *, now: datetime, by: User | None
) -> tuple[list[Note], dict[UUID, str]]:
    """This will move each journey, those alike together; gives what to note, and who was refused why.

    Their customers must be locked, and their versions read with them.
    """
    refused: dict[UUID, str] = {}
    alike: dict[tuple[UUID, datetime], list[Journey]] = defaultdict(list)
    for journey in journeys:
        if refusal := why_not_move(journey, version):
            refused[journey.pk] = refusal
        else:
            alike[journey.version_id, journey.held_since or now].append(journey)
    notes: list[Note] = []
    for (_, own_now), party in alike.items():
        found, barred = _gather(party, version, own_now=own_now, now=now, by=by)
        refused |= dict.fromkeys(barred, NOTHING_LEFT)
        notes += _move(found) if found.journeys else []
    return notes, refused


def _gather(
    journeys: Sequence[Journey], version: ProgrammeVersion, *, own_now: datetime, now: datetime, by: User | None
) -> tuple[_Party, Collection[UUID]]:
    move = read_move(journeys[0].version, version)
    facts = read_facts([journey.pk for journey in journeys])
    months = {}
    for journey in journeys:
        one = facts[journey.pk]
        today = local_day(own_now, one.zone)
        months[journey.pk] = move_months(one, move, start_date=journey.start_date, today=today)
    barred = {pk for pk, one in months.items() if one.leaves_nothing(facts[pk])}
    rest = [journey for journey in journeys if journey.pk not in barred]
    return _Party(rest, facts, months, move, version, own_now, now, by), barred


def _move(party: _Party) -> list[Note]:
    _skip(party)
    _set_hours(party)
    step_ids = map_step_ids(party.version)
    for number in sorted(set(party.move.old) & set(party.move.new)):
        ids = [pk for pk in party.ids if number in party.months[pk].follows]
        if ids:
            _move_month(party, number, ids, step_ids[number])
    _add(party, step_ids)
    Journey.objects.filter(pk__in=party.ids).update(
        version=party.version, local_time=party.version.local_time, updated_at=party.now
    )
    after = read_facts(party.ids)
    release_months(after, now=party.now)
    leave_skipped(after, now=party.now)
    return [
        Note(
            journey,
            f"Moved from version {journey.version.number} to version {party.version.number} of the programme",
            {"version": str(journey.version_id), "skipped": sorted(party.months[journey.pk].skipped)},
        )
        for journey in party.journeys
    ]


def _skip(party: _Party) -> None:
    alike: dict[tuple[int, str], list[UUID]] = defaultdict(list)
    for pk in party.ids:
        for number, reason in party.months[pk].skipped.items():
            alike[number, reason].append(pk)
    for (number, reason), ids in alike.items():
        JourneyMonth.objects.filter(journey__in=ids, number=number).update(
            skipped_at=party.now, skipped_by=party.by, skip_reason=reason, updated_at=party.now
        )
        rows = open_rows_of(ids).filter(kind__in=MONTH_KINDS, occurrence=occurrence_of(number))
        rows.update(status=AutomationStatus.SKIPPED, reason=reason, updated_at=party.now)


def _set_hours(party: _Party) -> None:
    """Where the hour of the day is another one, each row is given it first."""
    hour = party.version.local_time
    others = [journey.pk for journey in party.journeys if journey.local_time != hour]
    rows = rows_moved_by_start(others).exclude(local_time=hour)
    follows = [row for pk, row in as_facts(rows) if row.month in party.months[pk].follows]
    write_rows([set_hour(row, hour) for row in follows], now=party.now)


def _move_month(party: _Party, number: int, ids: Sequence[UUID], step_id: UUID) -> None:
    days = party.move.days(number)
    months = JourneyMonth.objects.filter(journey__in=ids, number=number)
    changes = {"due_date": LaterDate("due_date", days)} if days else {}
    months.update(step_id=step_id, updated_at=party.now, **changes)
    for kind in MONTH_KINDS:
        later = party.move.days(number, kind)
        if later:
            rows = rows_moved_by_start(ids).filter(kind=kind, occurrence=occurrence_of(number))
            # What a move to earlier days takes past now must be looked at by the rule as well.
            near = max(party.own_now, party.now) + NEAR + timedelta(days=max(0, -later))
            shift_rows(rows, _mover(party, later), days=later, near=near, now=party.now)


def _mover(party: _Party, days: int) -> Mover:
    def move(journey_id: UUID, row: RowFacts) -> RowFacts:
        return move_by_start(row, days=days, own_now=party.own_now, today=party.today(journey_id), include_past=False)

    return move


def _add(party: _Party, step_ids: Mapping[int, UUID]) -> None:
    course = Course(party.version, list_steps(party.version), step_ids)
    months: list[JourneyMonth] = []
    rows: list[AutomationSchedule] = []
    for journey in party.journeys:
        added = party.months[journey.pk].added
        if added:
            timeline = lay_out_added(added, party.move.new, today=party.today(journey.pk))
            seed = Seed(journey.customer, course, timeline, journey.start_date)
            months += list_months(seed, journey, party.now, party.by)
            rows += list_rows(seed, journey, party.now, hour=party.version.local_time)
    JourneyMonth.objects.bulk_create(months, batch_size=BATCH)
    AutomationSchedule.objects.bulk_create(rows, batch_size=BATCH)
