"""Programmes with their versions, and the journeys that a newer version touches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from journeys.enums import DeliverableState, JourneyState
from journeys.models import (
    Journey,
    JourneyMonth,
    Programme,
    ProgrammeStep,
    ProgrammeVersion,
    VersionChoice,
)
from journeys.rules.programmes import Difference, StepText, VersionText, compare_versions


@dataclass(frozen=True)
class Behind:
    """Journeys under way on one older version, and what is different in the newest."""

    version: ProgrammeVersion
    difference: Difference
    journeys: int


def find_draft(programme: Programme) -> ProgrammeVersion | None:
    found: ProgrammeVersion | None = programme.versions.filter(published_at=None).first()
    return found


def current_version(programme: Programme) -> ProgrammeVersion | None:
    """This will give the version that journeys start on: the last that was published."""
    found: ProgrammeVersion | None = programme.versions.published().order_by("-number").first()
    return found


def read_text(version: ProgrammeVersion) -> VersionText:
    return VersionText(
        steps=tuple(_step(step) for step in version.steps.order_by("number")),
        phase_name=version.phase_name,
        local_time=version.local_time,
        celebrates_apart=version.celebrates_apart,
    )


def _step(step: ProgrammeStep) -> StepText:
    return StepText(
        number=step.number,
        title=step.title,
        description=step.description,
        key_items=tuple(step.key_items),
        achievements=tuple(step.achievements),
        offset_days=step.offset_days,
        reminder_days=step.reminder_days,
        overdue_days=step.overdue_days,
        escalation_days=step.escalation_days,
    )


def list_behind(programme: Programme, text: VersionText, *, newest: ProgrammeVersion | None = None) -> list[Behind]:
    """This will list the published versions that journeys under way stand on and that differ from the text.

    newest: the version that has the text, where it is published already.
    """
    on_older = Count("journeys", filter=Q(journeys__state=JourneyState.ACTIVE))
    versions = programme.versions.published().annotate(under_way=on_older).filter(under_way__gt=0).order_by("number")
    if newest is not None:
        versions = versions.exclude(pk=newest.pk)
    found = [
        Behind(version, compare_versions(read_text(version), text), version.under_way)
        for version in versions.select_related("programme")
    ]
    return [one for one in found if not one.difference.is_empty]


def list_touched(
    behind: list[Behind], *, step: int | None = None, undecided: ProgrammeVersion | None = None
) -> QuerySet[Journey]:
    """This will give the journeys that a new version touches: those whose touched step is still to come.

    step: those of this step alone. undecided: those without an answer for this version.
    """
    wanted = Q(pk__in=[])
    for one in behind:
        wanted |= _touched_by(one, step)
    rows = Journey.objects.filter(wanted, state=JourneyState.ACTIVE)
    if undecided is not None:
        rows = rows.exclude(Exists(VersionChoice.objects.filter(journey=OuterRef("pk"), version=undecided)))
    return rows


def count_touched(behind: list[Behind]) -> dict[int, int]:
    """This will count, by step, the journeys under way for which it is still to come. One query for each version."""
    counts: dict[int, int] = {}
    for one in behind:
        for number, count in _count_open(one.version, one.difference.touched).items():
            counts[number] = counts.get(number, 0) + count
        for step in one.difference.steps:
            if step.is_added:
                counts[step.number] = counts.get(step.number, 0) + one.journeys
    return counts


def open_months() -> QuerySet[JourneyMonth]:
    """This will give the months that are neither skipped nor delivered."""
    return JourneyMonth.objects.filter(skipped_at=None).filter(
        Q(deliverable=None) | ~Q(deliverable__state=DeliverableState.DELIVERED)
    )


def with_open_months(journeys: QuerySet[Journey]) -> QuerySet[Journey]:
    """This will load what a list of journeys shows of each: the account, its version and `open_months`."""
    months = Prefetch("months", queryset=open_months().order_by("number"), to_attr="open_months")
    return journeys.select_related("customer", "version").prefetch_related(months)


def _count_open(version: ProgrammeVersion, numbers: frozenset[int]) -> Mapping[int, int]:
    rows = open_months().filter(journey__version=version, journey__state=JourneyState.ACTIVE, number__in=numbers)
    return dict(rows.order_by().values_list("number").annotate(count=Count("pk")))


def _touched_by(behind: Behind, step: int | None) -> Any:
    difference = behind.difference
    added = {change.number for change in difference.steps if change.is_added}
    mine: Any = Q(version=behind.version)
    if (step is None and difference.is_for_all) or step in added:
        return mine
    numbers = difference.touched if step is None else difference.touched & {step}
    return mine & Exists(open_months().filter(journey=OuterRef("pk"), number__in=numbers))


def pick_ids(journeys: QuerySet[Journey]) -> list[UUID]:
    return list(journeys.order_by("pk").values_list("pk", flat=True))
