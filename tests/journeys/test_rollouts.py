"""Clients under way when a newer version is published: asked about one by one, for all, or by the clock."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from customers.models import Activity, User
from journeys.enums import VersionAnswer
from journeys.models import (
    Journey,
    JourneyChange,
    JourneyMonth,
    Programme,
    ProgrammeVersion,
    RolloutRun,
    VersionChoice,
)
from journeys.queries.programmes import count_touched, list_behind, list_touched, read_text
from journeys.services import rollout_runs
from journeys.services.programmes import (
    bring_back,
    publish_draft,
)
from journeys.services.rollout_runs import UnderWay, begin_rollout, work_rollouts
from journeys.services.rollouts import answer_for, answer_for_all
from journeys.services.undoing import why_not_undo
from tests import factories
from tests.journeys.ground import begin
from tests.journeys.programme_ground import NOW, first, programme, publish, text, under_way

__all__ = ["first", "programme"]

pytestmark = pytest.mark.django_db


def test_touched_are_those_whose_changed_step_is_still_to_come(
    programme: Programme, first: ProgrammeVersion, ops: User
) -> None:
    journeys = under_way(first, 4)  # 0, 1, 2 and 3 months delivered
    JourneyMonth.objects.filter(journey=journeys[0], number=3).update(skipped_at=NOW)
    version = publish(programme, text(0, 35, 60, 95), by=ops)
    behind = list_behind(programme, read_text(version), newest=version)

    assert count_touched(behind) == {2: 2, 4: 4}
    assert set(list_touched(behind, step=2)) == set(journeys[:2])
    assert set(list_touched(behind, step=3)) == set()
    assert set(list_touched(behind)) == set(journeys)
    assert [one.difference.touched for one in behind] == [{2, 4}]


def test_going_back_to_the_same_content_asks_about_those_who_moved_alone(
    programme: Programme, first: ProgrammeVersion, ops: User
) -> None:
    journeys = under_way(first, 2)
    second = publish(programme, text(0, 35, 60, 90), by=ops)
    answer_for(second, VersionAnswer.MOVE, [journeys[0].pk], now=NOW, by=ops)
    made = bring_back(first, now=NOW, by=ops)
    third = publish_draft(programme, edit=made.edit, now=NOW, by=ops)

    behind = list_behind(programme, read_text(third), newest=third)
    assert list(list_touched(behind, undecided=third)) == [journeys[0]]

    answer_for_all(third, VersionAnswer.MOVE, now=NOW, by=ops)
    due = dict(JourneyMonth.objects.filter(journey=journeys[0]).values_list("number", "due_date"))
    assert due[2] == journeys[0].start_date + timedelta(days=30)


def test_move_keeps_what_is_delivered_and_answers_once(
    programme: Programme, first: ProgrammeVersion, ops: User
) -> None:
    journeys = under_way(first)
    version = publish(programme, text(0, 40, 75, 90), by=ops)

    done = answer_for_all(version, VersionAnswer.MOVE, now=NOW, by=ops)

    assert (done.count, done.refused) == (3, {})
    assert set(Journey.objects.values_list("version__number", flat=True)) == {2}
    start: date = journeys[2].start_date
    due = dict(JourneyMonth.objects.filter(journey=journeys[2]).values_list("number", "due_date"))
    assert due == {
        1: start,
        2: start + timedelta(days=30),
        3: start + timedelta(days=75),
        4: start + timedelta(days=90),
    }
    assert set(VersionChoice.objects.values_list("answer", "by")) == {("move", ops.pk)}
    assert answer_for_all(version, VersionAnswer.MOVE, now=NOW, by=ops).count == 0


def test_keep_changes_nothing_and_is_remembered(programme: Programme, first: ProgrammeVersion, ops: User) -> None:
    journeys = under_way(first)
    before = list(JourneyMonth.objects.order_by("pk").values("due_date", "step", "skipped_at"))
    version = publish(programme, text(0, 40, 75, 90), by=ops)

    answer_for(version, VersionAnswer.KEEP, [journeys[0].pk], now=NOW, by=ops)

    behind = list_behind(programme, read_text(version), newest=version)
    assert set(list_touched(behind, undecided=version)) == set(journeys[1:])
    assert list(JourneyMonth.objects.order_by("pk").values("due_date", "step", "skipped_at")) == before
    line = Activity.objects.get(verb="journey.kept_version")
    assert (line.customer_id, line.actor) == (journeys[0].customer_id, ops)
    # Another answer later counts.
    answer_for(version, VersionAnswer.MOVE, [journeys[0].pk], now=NOW, by=ops)
    assert VersionChoice.objects.get().answer == VersionAnswer.MOVE


def test_skip_leaves_the_changed_months_out(programme: Programme, first: ProgrammeVersion, ops: User) -> None:
    journeys = under_way(first)
    version = publish(programme, text(0, 40, 75, 90), by=ops)

    done = answer_for_all(version, VersionAnswer.SKIP, now=NOW, by=ops)

    assert done.count == 3
    skipped = set(JourneyMonth.objects.filter(skipped_at=NOW).values_list("journey", "number"))
    assert skipped == {(journeys[0].pk, 2), (journeys[0].pk, 3), (journeys[1].pk, 2), (journeys[1].pk, 3),
                       (journeys[2].pk, 3)}  # fmt: skip
    assert set(Journey.objects.values_list("version__number", flat=True)) == {1}


def test_skip_of_one_step_leaves_the_others(programme: Programme, first: ProgrammeVersion, ops: User) -> None:
    journeys = under_way(first)
    version = publish(programme, text(0, 40, 75, 90), by=ops)

    done = answer_for_all(version, VersionAnswer.SKIP, step=2, now=NOW, by=ops)

    assert done.count == 2
    skipped = set(JourneyMonth.objects.filter(skipped_at=NOW).values_list("journey", "number"))
    assert skipped == {(journeys[0].pk, 2), (journeys[1].pk, 2)}


def test_who_cannot_be_moved_is_named(programme: Programme, first: ProgrammeVersion, ops: User) -> None:
    journeys = under_way(first)
    version = publish(programme, text(0, 30), by=ops)

    done = answer_for_all(version, VersionAnswer.MOVE, now=NOW, by=ops)

    assert (done.count, done.refused) == (2, {"Client 2": "Nothing would be left to deliver."})
    assert not VersionChoice.objects.filter(journey=journeys[2]).exists()


def test_many_clients_cost_few_statements_more(
    programme: Programme, first: ProgrammeVersion, ops: User, django_assert_max_num_queries: Any
) -> None:
    under_way(first, 1)
    for _ in range(11):
        begin(factories.CustomerFactory.create(), now=NOW, version=first)
    version = publish(programme, text(0, 40, 75, 90), by=ops)

    with django_assert_max_num_queries(90):
        done = answer_for_all(version, VersionAnswer.MOVE, now=NOW, by=ops)

    assert done.count == 12


def test_clock_works_an_answer_off_in_batches(
    programme: Programme, first: ProgrammeVersion, ops: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollout_runs, "BATCH", 1)
    under_way(first, 3)
    version = publish(programme, text(0, 40, 75, 90), by=ops)
    run = begin_rollout(version, VersionAnswer.MOVE, now=NOW, by=ops)

    seen = [work_rollouts(NOW) for _ in range(4)]

    run.refresh_from_db()
    assert (seen, run.total, run.answered, run.finished_at, run.problem) == ([2, 1, 0, 0], 3, 3, NOW, "")
    assert set(Journey.objects.values_list("version__number", flat=True)) == {2}
    assert VersionChoice.objects.filter(answer=VersionAnswer.MOVE, by=ops).count() == 3


def test_clock_names_who_stays_and_goes_past_them(
    programme: Programme, first: ProgrammeVersion, ops: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollout_runs, "BATCH", 1)
    under_way(first)
    version = publish(programme, text(0, 30), by=ops)
    run = begin_rollout(version, VersionAnswer.MOVE, now=NOW, by=ops)

    for _ in range(4):
        work_rollouts(NOW)

    run.refresh_from_db()
    assert (run.answered, run.refused, run.finished_at) == (2, [["Client 2", "Nothing would be left to deliver."]], NOW)


def test_run_of_a_dead_worker_goes_on_when_its_lease_is_over(
    programme: Programme, first: ProgrammeVersion, ops: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way(first, 2)
    version = publish(programme, text(0, 40, 75, 90), by=ops)
    run = begin_rollout(version, VersionAnswer.MOVE, now=NOW, by=ops)

    def die(*args: object, **kwargs: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(rollout_runs, "_keep_place", die)
        with pytest.raises(RuntimeError, match="killed"):
            work_rollouts(NOW)
    assert not VersionChoice.objects.exists()
    assert work_rollouts(NOW + timedelta(minutes=1)) == 0
    assert work_rollouts(NOW + timedelta(minutes=3)) == 2

    run.refresh_from_db()
    assert (run.answered, VersionChoice.objects.count()) == (2, 2)


def test_run_that_always_fails_is_given_up_with_a_reason(
    programme: Programme, first: ProgrammeVersion, ops: User
) -> None:
    under_way(first, 1)
    version = publish(programme, text(0, 40, 75, 90), by=ops)
    run = begin_rollout(version, VersionAnswer.MOVE, now=NOW, by=ops)
    RolloutRun.objects.filter(pk=run.pk).update(attempts=rollout_runs.MOST_ATTEMPTS)

    assert work_rollouts(NOW) == 0

    run.refresh_from_db()
    assert (run.finished_at, run.problem) == (NOW, "It failed 4 times at the same clients.")


def test_two_answers_for_a_version_at_once_are_refused(
    programme: Programme, first: ProgrammeVersion, ops: User
) -> None:
    under_way(first, 1)
    version = publish(programme, text(0, 40, 75, 90), by=ops)
    begin_rollout(version, VersionAnswer.KEEP, now=NOW, by=ops)

    with pytest.raises(UnderWay):
        begin_rollout(version, VersionAnswer.MOVE, now=NOW, by=ops)


def test_move_says_why_it_is_not_taken_back(programme: Programme, first: ProgrammeVersion, ops: User) -> None:
    under_way(first, 1)
    version = publish(programme, text(0, 40, 75, 90), by=ops)
    answer_for_all(version, VersionAnswer.MOVE, now=NOW, by=ops)

    assert "bring the old version back" in why_not_undo(JourneyChange.objects.get(action="moved"))
