"""Programmes: defined and published by ops, never changed afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from customers.models import Activity, User
from journeys.enums import VersionAnswer
from journeys.models import (
    Programme,
    ProgrammeStep,
    ProgrammeVersion,
    Published,
)
from journeys.queries.programmes import read_text
from journeys.rules.programmes import StepText, VersionText, compare_versions, find_problems
from journeys.services.programmes import (
    NotOps,
    StaleDraft,
    WrongDraft,
    add_programme,
    bring_back,
    discard_draft,
    publish_draft,
)
from journeys.services.rollouts import answer_for_all
from tests import factories
from tests.journeys.ground import begin
from tests.journeys.programme_ground import NOW, draft, first, programme, publish, steps, text, under_way

__all__ = ["first", "programme"]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((), {(None, "")}),
        (steps(0, 30, 60), set()),
        (steps(0), set()),
        (steps(0, 30, 30), {(2, "offset_days")}),
        (steps(0, 30, 29), {(2, "offset_days")}),
        (steps(5, 4, 3), {(1, "offset_days"), (2, "offset_days")}),
        ((replace(steps(0)[0], number=2),), {(0, "number")}),
        ((steps(0)[0], replace(steps(0, 30)[1], number=3)), {(1, "number")}),
        ((steps(0)[0], replace(steps(0, 30)[1], number=1)), {(1, "number")}),
        ((replace(steps(0)[0], title=" "),), {(0, "title")}),
        ((replace(steps(0)[0], overdue_days=0),), {(0, "overdue_days")}),
        ((replace(steps(0)[0], overdue_days=7, escalation_days=7),), {(0, "escalation_days")}),
        ((replace(steps(0)[0], overdue_days=7, escalation_days=8),), set()),
        ((replace(steps(0)[0], reminder_days=366),), {(0, "reminder_days")}),
        ((replace(steps(0)[0], offset_days=3651),), {(0, "offset_days")}),
        ((replace(steps(0)[0], key_items=("x" * 201,)),), {(0, "key_items")}),
        ((replace(steps(0)[0], achievements=("x",) * 21),), {(0, "achievements")}),
        (tuple(reversed(steps(0, 30, 60))), set()),
    ],
)
def test_problems_name_their_step_and_field(given: tuple[StepText, ...], expected: set[Any]) -> None:
    wanted = VersionText(tuple(sorted(given, key=lambda step: step.number)))

    assert {(problem.place, problem.field) for problem in find_problems(wanted, given)} == expected


def test_difference_is_told_step_by_step() -> None:
    old, new = text(0, 30, 60), text(0, 35, 60, 90, local_time=time(10, 30))

    found = compare_versions(old, new)

    assert [(change.label, change.old, change.new) for change in found.general] == [
        ("Hour, where the customer is", "09:00", "10:30")
    ]
    assert [(step.number, step.is_added, step.is_gone) for step in found.steps] == [(2, False, False), (4, True, False)]
    assert [(change.label, change.old, change.new) for change in found.steps[0].fields] == [
        ("Days from the start", "30", "35")
    ]
    assert (found.touched, found.is_for_all) == (frozenset({2}), True)
    assert compare_versions(new, old).touched == {2, 4}
    assert compare_versions(old, old).is_empty


def test_a_draft_is_edited_freely_and_counts_once_it_is_published(programme: Programme, ops: User) -> None:
    made = draft(programme, text(0, 31), by=ops)
    made = draft(programme, text(0, 32, 64, phase_name="Phase"), by=ops, edit=made.edit)
    assert begin(factories.CustomerFactory.create(), now=NOW, version=None) is not None

    version = publish_draft(programme, edit=made.edit, now=NOW, by=ops)

    assert (version.number, version.published_at, version.published_by) == (2, NOW, ops)
    assert read_text(version) == text(0, 32, 64, phase_name="Phase")
    verbs = list(Activity.objects.filter(verb__startswith="programme.").values_list("verb", flat=True))
    assert verbs.count("programme.published") == 2


def test_a_wrong_draft_is_not_kept(programme: Programme, ops: User) -> None:
    with pytest.raises(WrongDraft):
        draft(programme, text(0, 0), by=ops)

    assert programme.versions.count() == 1


def test_who_saw_an_older_draft_overwrites_nothing(programme: Programme, ops: User) -> None:
    made = draft(programme, text(0, 31), by=ops)
    draft(programme, text(0, 32), by=ops, edit=made.edit)

    for act in (
        lambda: draft(programme, text(0, 33), by=ops, edit=made.edit),
        lambda: draft(programme, text(0, 33), by=ops),
        lambda: publish_draft(programme, edit=made.edit, now=NOW, by=ops),
    ):
        with pytest.raises(StaleDraft):
            act()

    assert read_text(programme.versions.get(number=2)) == text(0, 32)


def test_only_ops_change_programmes(programme: Programme, first: ProgrammeVersion, lead: User) -> None:
    for act in (
        lambda: add_programme(name="Mine", segment="x", now=NOW, by=lead),
        lambda: draft(programme, text(0), by=lead),
        lambda: publish_draft(programme, edit=1, now=NOW, by=lead),
        lambda: discard_draft(programme, now=NOW, by=lead),
        lambda: bring_back(first, now=NOW, by=lead),
        lambda: answer_for_all(first, VersionAnswer.MOVE, now=NOW, by=lead),
    ):
        with pytest.raises(NotOps):
            act()


def test_what_is_published_is_never_changed(programme: Programme, first: ProgrammeVersion, ops: User) -> None:
    [journey] = under_way(first, 1)
    step = first.steps.get(number=1)
    before = (list(ProgrammeVersion.objects.values()), list(ProgrammeStep.objects.order_by("pk").values()))
    step.title = first.phase_name = first.note = "Other"

    for act in (
        step.save,
        first.save,
        step.delete,
        first.delete,
        lambda: ProgrammeStep.objects.update(title="Other"),
        lambda: ProgrammeVersion.objects.filter(pk=first.pk).update(published_at=None),
        lambda: ProgrammeStep.objects.filter(version=first).delete(),
        lambda: ProgrammeVersion.objects.all().delete(),
        lambda: ProgrammeStep.objects.bulk_update([step], ["title"]),
        lambda: ProgrammeStep.objects.create(version=first, number=5, title="More", offset_days=400),
        lambda: ProgrammeStep.objects.bulk_create([ProgrammeStep(version=first, number=5, title="", offset_days=4)]),
        lambda: first.steps.create(number=5, title="More", offset_days=400),
        lambda: first.steps.all().update(offset_days=1),
    ):
        with pytest.raises(Published), transaction.atomic():
            act()

    assert (list(ProgrammeVersion.objects.values()), list(ProgrammeStep.objects.order_by("pk").values())) == before
    assert journey.months.count() == 4


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journeys_programmeversion SET phase_name = 'Other'",
        "UPDATE journeys_programmeversion SET published_at = NULL",
        "UPDATE journeys_programmestep SET title = 'Other'",
        "UPDATE journeys_programmestep SET offset_days = offset_days + 1",
    ],
)
def test_database_itself_keeps_what_is_published(first: ProgrammeVersion, change: str) -> None:
    refused = pytest.raises(DatabaseError, match="what is published is never changed")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)

    first.refresh_from_db()
    assert first.is_published


def test_person_who_published_can_be_deleted_and_a_draft_be_written(
    programme: Programme, first: ProgrammeVersion, ops: User
) -> None:
    draft(programme, text(0), by=ops)
    publish_draft(programme, edit=1, now=NOW, by=ops)
    drafted = ProgrammeVersion.objects.create(programme=programme, number=9)
    ProgrammeStep.objects.create(version=drafted, number=1, title="One", offset_days=0)

    with connection.cursor() as cursor:
        cursor.execute("UPDATE journeys_programmeversion SET published_by_id = NULL")
    ProgrammeStep.objects.filter(version=drafted).update(title="Two")

    assert not ProgrammeVersion.objects.filter(published_by=ops).exists()
    assert drafted.steps.get().title == "Two"


def test_there_is_one_draft_and_one_programme_of_a_segment(programme: Programme, ops: User) -> None:
    draft(programme, text(0), by=ops)

    with pytest.raises(IntegrityError), transaction.atomic():
        ProgrammeVersion.objects.create(programme=programme, number=9)
    with pytest.raises(IntegrityError), transaction.atomic():
        Programme.objects.create(name="Other", segment="Mid-market")


def test_bringing_back_makes_a_new_version_of_the_old_content(
    programme: Programme, first: ProgrammeVersion, ops: User
) -> None:
    publish(programme, text(0, 45), by=ops)

    made = bring_back(first, now=NOW, by=ops)
    version = publish_draft(programme, edit=made.edit, now=NOW, by=ops)

    assert (version.number, version.note) == (3, "Back to version 1")
    assert read_text(version) == read_text(first)
