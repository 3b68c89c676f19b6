"""Programmes: defined and published by ops, never changed afterwards, and each client under way is asked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from customers.models import Activity, User
from journeys import admin_programmes
from journeys.enums import VersionAnswer
from journeys.models import (
    Journey,
    JourneyChange,
    JourneyMonth,
    Programme,
    ProgrammeStep,
    ProgrammeVersion,
    Published,
    RolloutRun,
    VersionChoice,
)
from journeys.queries.programmes import count_touched, list_behind, list_touched, read_text
from journeys.rules.programmes import StepText, VersionText, compare_versions, find_problems
from journeys.services import rollout_runs
from journeys.services.programmes import (
    NotOps,
    StaleDraft,
    WrongDraft,
    add_programme,
    bring_back,
    discard_draft,
    publish_draft,
    save_draft,
)
from journeys.services.rollout_runs import UnderWay, begin_rollout, work_rollouts
from journeys.services.rollouts import answer_for, answer_for_all
from journeys.services.undoing import why_not_undo
from tests import factories
from tests.journeys.ground import approve_plan, begin, deliver

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)


def steps(*days: int) -> tuple[StepText, ...]:
    return tuple(StepText(number, f"Part {number}", offset_days=day) for number, day in enumerate(days, 1))


def text(*days: int, **fields: Any) -> VersionText:
    return VersionText(steps(*days), **fields)


def draft(programme: Programme, wanted: VersionText, *, by: User, edit: int | None = None, note: str = "") -> Any:
    return save_draft(programme, wanted, given=wanted.steps, note=note, edit=edit, now=NOW, by=by)


def publish(programme: Programme, wanted: VersionText, *, by: User) -> ProgrammeVersion:
    made = draft(programme, wanted, by=by)
    return publish_draft(programme, edit=made.edit, now=NOW, by=by)


@pytest.fixture
def programme(ops: User) -> Programme:
    made = add_programme(name="Growth", segment="Mid-market", now=NOW, by=ops)
    publish(made, text(0, 30, 60, 90), by=ops)
    return made


@pytest.fixture
def first(programme: Programme) -> ProgrammeVersion:
    return programme.versions.get(number=1)  # type: ignore[no-any-return]


def under_way(first: ProgrammeVersion, count: int = 3) -> list[Journey]:
    """So many clients, the first with nothing delivered, each next with one month more."""
    journeys = []
    for done in range(count):
        customer = factories.CustomerFactory.create(name=f"Client {done}")
        journey = begin(customer, now=NOW, version=first)
        approve_plan(customer, now=NOW)
        for number in range(1, done + 1):
            deliver(journey, number, now=NOW)
        journeys.append(journey)
    return journeys


# --- What is wrong with a draft -------------------------------------------------------------------------------------


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


# --- Drafts and publishing ------------------------------------------------------------------------------------------


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


# --- Who is touched -------------------------------------------------------------------------------------------------


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


# --- By the clock ---------------------------------------------------------------------------------------------------


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


# --- The admin ------------------------------------------------------------------------------------------------------


@pytest.fixture
def admin(ops: User) -> Client:
    client = Client()
    client.force_login(ops)
    return client


def home(programme: Programme, path: str = "change/") -> str:
    return f"/admin/journeys/programme/{programme.pk}/{path}"


def form_of(answer: Any) -> dict[str, Any]:
    """What a browser would send of the page's form."""
    data: dict[str, Any] = {}
    version, formset = answer.context["form"], answer.context["steps"]
    for form in (version, formset.management_form, *formset.forms):
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                data[field.html_name] = f"{value:%H:%M}" if isinstance(value, time) else value
    return data


def test_a_programme_is_made_and_published_by_forms_alone(admin: Client, ops: User) -> None:
    made = admin.post("/admin/journeys/programme/add/", {"name": "Fast track", "segment": "SMB"})
    programme = Programme.objects.get(name="Fast track")
    assert made["Location"] == home(programme, "edit")
    data = form_of(admin.get(made["Location"]))
    data |= {f"steps-{place}-DELETE": "on" for place in range(1, 8)}
    more = admin.post(home(programme, "edit"), data | {"add": "1"})
    assert more.status_code == 200
    assert "errorlist" not in more.content.decode()
    data = form_of(more) | {"steps-0-title": "Start", "steps-8-title": "End", "phase_name": "Week"}
    assert (data["steps-8-number"], data["steps-8-offset_days"]) == ("2", "30")

    admin.post(home(programme, "edit"), data)
    page = admin.get(home(programme, "publish")).content.decode()
    admin.post(home(programme, "publish"), {"edit": programme.versions.get().edit})

    assert "No client under way is touched" in page
    version = programme.versions.get()
    assert (version.published_by, version.phase_name) == (ops, "Week")
    assert list(version.steps.values_list("number", "title", "offset_days")) == [(1, "Start", 0), (2, "End", 30)]


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(admin: Client, programme: Programme) -> None:
    data = form_of(admin.get(home(programme, "edit")))

    answer = admin.post(home(programme, "edit"), data | {"steps-1-offset_days": "0", "steps-2-title": "Typed title"})

    assert answer.context["steps"].forms[1].errors == {
        "offset_days": ["It must come after step 1, day 0."],
    }
    assert "Typed title" in answer.content.decode()
    assert programme.versions.count() == 1


def test_clients_are_asked_about_one_by_one_or_together(
    admin: Client, programme: Programme, first: ProgrammeVersion, ops: User
) -> None:
    journeys = under_way(first)
    made = draft(programme, text(0, 40, 75, 90), by=ops)
    page = admin.get(home(programme, "publish")).content.decode()
    assert "Touches 3 clients under way" in page
    assert "Month 2: 2 under way" in page
    assert "Client 0" in page

    answer = admin.post(home(programme, "publish"), {"edit": made.edit, "answer": "each"})
    version = programme.versions.get(number=2)
    assert answer["Location"] == home(programme, "under-way")
    asked = {"version": version.pk, "answer": "keep", "journey": [journeys[0].pk]}
    admin.post(home(programme, "under-way"), asked)
    left = admin.get(home(programme, "under-way")).content.decode()
    admin.post(home(programme, "under-way"), {"version": version.pk, "answer": "move", "all": "1"})

    assert "Client 0" not in left
    assert "2 clients without an answer" in left
    versions = dict(Journey.objects.values_list("pk", "version__number"))
    assert versions == {journeys[0].pk: 1, journeys[1].pk: 2, journeys[2].pk: 2}


@pytest.mark.parametrize(("answer", "number"), [("keep", 1), ("move", 2)])
def test_publishing_answers_for_all_at_once(
    admin: Client, programme: Programme, first: ProgrammeVersion, ops: User, answer: str, number: int
) -> None:
    under_way(first)
    made = draft(programme, text(0, 40, 75, 90), by=ops)

    admin.post(home(programme, "publish"), {"edit": made.edit, "answer": answer})

    assert set(Journey.objects.values_list("version__number", flat=True)) == {number}
    assert VersionChoice.objects.filter(answer=answer).count() == 3


def test_a_page_of_clients_costs_the_same_for_one_and_many(
    admin: Client, programme: Programme, first: ProgrammeVersion, ops: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(55):
        begin(factories.CustomerFactory.create(name=f"Client {number:03d}"), now=NOW, version=first)
    publish(programme, text(0, 40, 75, 90), by=ops)

    with django_assert_max_num_queries(15):
        page = admin.get(home(programme, "under-way")).content.decode()
    with django_assert_max_num_queries(15):
        second = admin.get(home(programme, "under-way") + "?page=2&step=2").content.decode()

    assert "Client 049" in page
    assert "Client 050" not in page
    assert "Client 054" in second


@pytest.mark.parametrize("path", ["change/", "edit", "settings", "publish", "under-way"])
def test_others_than_ops_do_not_get_in(programme: Programme, lead: User, csm: User, path: str) -> None:
    client = Client()
    assert client.get(home(programme, path)).status_code == 302
    for user in (lead, csm):
        client.force_login(user)
        assert client.get(home(programme, path)).status_code in (302, 403)


def test_a_programme_is_renamed_and_archived_on_record(admin: Client, programme: Programme) -> None:
    answer = admin.post(home(programme, "settings"), {"name": "Growth 2", "segment": "SMB", "is_archived": "on"})

    assert answer.status_code == 302
    programme.refresh_from_db()
    assert (programme.name, programme.segment, programme.is_archived) == ("Growth 2", "SMB", True)
    assert Activity.objects.get(verb="programme.changed").data["changes"]["segment"] == ["Mid-market", "SMB"]


def test_pages_of_a_programme_open(admin: Client, programme: Programme, first: ProgrammeVersion, ops: User) -> None:
    publish(programme, text(0, 40), by=ops)
    draft(programme, text(0, 41), by=ops)

    for path in ("change/", "edit", "settings", "publish", "under-way", f"compare/{first.pk}"):
        assert admin.get(home(programme, path)).status_code == 200
    assert admin.get("/admin/journeys/programme/").status_code == 200
    assert admin.get("/admin/journeys/versionchoice/").status_code == 200
    refused = admin.post(home(programme, f"bring-back/{first.pk}"), follow=True)
    assert "There is a draft already" in refused.content.decode()
    admin.post(home(programme, "discard"))
    assert admin.post(home(programme, f"bring-back/{first.pk}"))["Location"] == home(programme, "publish")


def test_a_programme_without_a_draft_offers_to_write_one(programme: Programme, ops: User) -> None:
    client = Client()
    client.force_login(ops)

    page = client.get(reverse("admin:journeys_programme_change", args=[programme.pk])).content.decode()

    assert "Write a new version" in page
    assert reverse("admin:journeys_programme_edit_page", args=[programme.pk]) in page
    assert reverse("admin:journeys_programme_settings_page", args=[programme.pk]) in page


def test_answer_for_very_many_is_given_by_the_clock_and_the_page_says_how_far(
    admin: Client, programme: Programme, first: ProgrammeVersion, ops: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin_programmes, "BATCH", 1)
    under_way(first)
    version = publish(programme, text(0, 45, 60), by=ops)

    answer = admin.post(
        home(programme, "under-way"), {"version": version.pk, "answer": "keep", "all": "1"}, follow=True
    )

    run = RolloutRun.objects.get()
    assert "The clock answers for" in answer.content.decode()
    assert f"0 of {run.total} client" in answer.content.decode()
    assert not VersionChoice.objects.exists()
    work_rollouts(NOW)
    assert f"{run.total} of {run.total} client" in admin.get(home(programme, "under-way")).content.decode()
    assert VersionChoice.objects.count() == run.total
