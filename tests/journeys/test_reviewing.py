"""A person's word on a deliverable: approved once, rejected with a note, revised; what was delivered never changes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from customers.models import Activity, Customer, Todo, User
from journeys.enums import AutomationStatus, DeliverableState, JourneyKind
from journeys.models import AutomationSchedule, Deliverable, DeliverableVersion, Journey, JourneyMonth
from journeys.queries.deliverables import judge_text, list_deliverables, list_versions
from journeys.services.changing import Refused
from journeys.services.clock import tick
from journeys.services.deliverables import write_deliverable_by_hand
from journeys.services.reviewing import (
    NotAllowed,
    OpenClaims,
    approve_deliverable,
    reject_deliverable,
    submit_revision,
)
from journeys.services.texts import NotOpen, StaleText, confirm_claim, remove_claim, restore_text, save_text
from journeys.services.writing import ask_again
from tests.journeys.deliverable_ground import commission, start, write

DEAR = "You will earn €999,999."


@pytest.fixture
def journey(customer: Customer, now: datetime) -> Journey:
    return start(customer, now=now)


@pytest.fixture
def text(journey: Journey, now: datetime) -> Deliverable:
    return write(journey, 1, now=now)


def rows(journey: Journey, kind: JourneyKind) -> list[AutomationSchedule]:
    return list(AutomationSchedule.objects.filter(subject_id=journey.pk, kind=kind).order_by("created_at"))


def test_approval_delivers_completes_the_month_and_closes_the_todo(text: Deliverable, now: datetime, csm: User) -> None:
    delivered = approve_deliverable(text, version=text.version, now=now, by=csm)

    assert (delivered.state, delivered.delivered_at, delivered.approved_by) == (DeliverableState.DELIVERED, now, csm)
    assert [row.occurrence for row in rows(text.journey, JourneyKind.READY)] == ["month-1"]
    assert [todo.state for todo in Todo.objects.filter(source_id=text.pk)] == ["done"]
    assert Activity.objects.filter(verb="deliverable.approved", actor=csm).count() == 1


def test_second_approval_is_refused(text: Deliverable, now: datetime, csm: User) -> None:
    approve_deliverable(text, version=text.version, now=now, by=csm)

    with pytest.raises(NotOpen):
        approve_deliverable(text, version=text.version, now=now, by=csm)

    assert len(rows(text.journey, JourneyKind.READY)) == 1


def test_approval_of_an_old_version_is_refused(text: Deliverable, now: datetime, csm: User) -> None:
    save_text(text, version=text.version, now=now, by=csm, title="Other")

    with pytest.raises(StaleText):
        approve_deliverable(text, version=text.version, now=now, by=csm)


def test_claim_without_a_record_stops_the_approval_until_confirmed(text: Deliverable, now: datetime, csm: User) -> None:
    changed = save_text(text, version=text.version, now=now, by=csm, body=f"{text.body}\n\n{DEAR}")
    with pytest.raises(OpenClaims) as refused:
        approve_deliverable(changed, version=changed.version, now=now, by=csm)
    assert refused.value.claims == ["€999,999"]

    confirmed = confirm_claim(changed, text="€999,999", version=changed.version, now=now, by=csm)

    assert approve_deliverable(confirmed, version=confirmed.version, now=now, by=csm).is_delivered
    assert Activity.objects.filter(verb="deliverable.confirmed", actor=csm).count() == 1


def test_claim_that_is_none_cannot_be_confirmed(text: Deliverable, now: datetime, csm: User) -> None:
    with pytest.raises(ValidationError):
        confirm_claim(text, text="€1", version=text.version, now=now, by=csm)


def test_claim_is_cut_out_of_the_text(text: Deliverable, now: datetime, csm: User) -> None:
    changed = save_text(text, version=text.version, now=now, by=csm, body=f"## Money\n\n{DEAR}")
    span = judge_text(changed).open_spans[0]

    cut = remove_claim(
        changed, part=span.part, start=span.start, end=span.end, version=changed.version, now=now, by=csm
    )

    assert cut.body == "## Money\n\nYou will earn."
    assert judge_text(cut).open_spans == []


def test_empty_text_is_not_delivered(text: Deliverable, now: datetime, csm: User) -> None:
    emptied = save_text(text, version=text.version, now=now, by=csm, body=" \n ")

    with pytest.raises(OpenClaims):
        approve_deliverable(emptied, version=emptied.version, now=now, by=csm)


def test_reader_decides_nothing(text: Deliverable, now: datetime, reader: User) -> None:
    for act in (approve_deliverable, submit_revision):
        with pytest.raises(NotAllowed):
            act(text, version=text.version, now=now, by=reader)
    with pytest.raises(NotAllowed):
        reject_deliverable(text, note="x", version=text.version, now=now, by=reader)


@pytest.mark.parametrize("note", ["", "  \n", "x" * 2001])
def test_rejection_needs_a_note_that_fits(text: Deliverable, now: datetime, csm: User, note: str) -> None:
    with pytest.raises(ValidationError) as refused:
        reject_deliverable(text, note=note, version=text.version, now=now, by=csm)

    assert list(refused.value.message_dict) == ["note"]
    text.refresh_from_db()
    assert text.state == DeliverableState.PENDING_REVIEW


def test_rejection_reminds_of_the_revision_three_days_later(text: Deliverable, now: datetime, csm: User) -> None:
    rejected = reject_deliverable(text, note="Name the hotels.", version=text.version, now=now, by=csm)

    assert (rejected.state, rejected.rejection_note, rejected.rejected_by) == (
        DeliverableState.REJECTED,
        "Name the hotels.",
        csm,
    )
    (reminder,) = rows(text.journey, JourneyKind.REVISION)
    assert (reminder.occurrence, reminder.local_date) == ("month-1", date(2026, 3, 7))
    tick(now=now + timedelta(days=3, hours=1))
    reminder.refresh_from_db()
    assert reminder.status == AutomationStatus.COMPLETED
    assert Todo.objects.filter(title__startswith="Revise M1").exists()


def test_revised_in_time_nobody_is_reminded(text: Deliverable, now: datetime, csm: User) -> None:
    rejected = reject_deliverable(text, note="Shorter.", version=text.version, now=now, by=csm)
    changed = save_text(rejected, version=rejected.version, now=now, by=csm, body="Short.")

    revised = submit_revision(changed, version=changed.version, now=now, by=csm)

    assert (revised.state, revised.review_since) == (DeliverableState.PENDING_REVIEW, now)
    assert [row.status for row in rows(text.journey, JourneyKind.REVISION)] == [AutomationStatus.SKIPPED]
    assert Todo.objects.filter(source_id=text.pk, state="open").count() == 1


def test_second_rejection_has_a_reminder_of_its_own(text: Deliverable, now: datetime, csm: User) -> None:
    for _ in range(2):
        rejected = reject_deliverable(text, note="No.", version=text.version, now=now, by=csm)
        text = submit_revision(rejected, version=rejected.version, now=now, by=csm)
    reject_deliverable(text, note="No.", version=text.version, now=now, by=csm)

    reminders = rows(text.journey, JourneyKind.REVISION)
    assert [row.occurrence for row in reminders] == ["month-1", "month-1-again-2", "month-1-again-3"]
    assert [row.status for row in reminders] == ["SKIPPED", "SKIPPED", "SCHEDULED"]


def test_rejected_text_is_written_again_and_back_in_review(text: Deliverable, now: datetime, csm: User) -> None:
    rejected = reject_deliverable(text, note="No.", version=text.version, now=now, by=csm)

    again = ask_again(rejected, instruction="Warmer", version=rejected.version, now=now, by=csm)

    assert again.state == DeliverableState.PENDING_REVIEW
    assert again.writer_note.startswith("The built-in writer cannot follow an instruction")
    assert [row.status for row in rows(text.journey, JourneyKind.REVISION)] == [AutomationStatus.SKIPPED]


def test_delivered_text_never_changes(text: Deliverable, now: datetime, csm: User) -> None:
    old = list_versions(text)[0]
    row = approve_deliverable(text, version=text.version, now=now, by=csm)
    how = {"version": row.version, "now": now, "by": csm}

    for change in (
        lambda: save_text(row, body="Other", **how),
        lambda: restore_text(row, old, **how),
        lambda: ask_again(row, instruction="", **how),
        lambda: reject_deliverable(row, note="No", **how),
        lambda: submit_revision(row, **how),
        lambda: write_deliverable_by_hand(row.month, title="Other", body="Other", now=now, by=csm),
    ):
        with pytest.raises(NotOpen):
            change()

    row.refresh_from_db()
    assert row.body == text.body


def test_typing_of_one_sitting_is_one_text(text: Deliverable, now: datetime, csm: User, lead: User) -> None:
    for second, body in ((0, "a"), (40, "ab"), (80, "abc")):
        text = save_text(text, version=text.version, now=now + timedelta(seconds=second), by=csm, body=body)
    text = save_text(text, version=text.version, now=now + timedelta(seconds=90), by=lead, body="abcd")

    assert [(row.body, row.by) for row in list_versions(text)[:2]] == [("abcd", lead), ("abc", csm)]
    assert DeliverableVersion.objects.filter(deliverable=text).count() == 3


def test_earlier_text_is_brought_back_and_the_present_one_kept(text: Deliverable, now: datetime, csm: User) -> None:
    first = list_versions(text)[0]
    changed = save_text(text, version=text.version, now=now, by=csm, title="Mine", body="Mine")

    restored = restore_text(changed, first, version=changed.version, now=now, by=csm)

    assert (restored.title, restored.body, restored.writer) == (first.title, first.body, "built_in")
    assert [row.body for row in list_versions(restored)] == [first.body, "Mine", first.body]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"body": "x" * 60_001}, "body"),
    ],
)
def test_text_that_does_not_fit_is_refused_by_field(
    text: Deliverable, now: datetime, csm: User, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        save_text(text, version=text.version, now=now, by=csm, **changes)

    assert list(refused.value.message_dict) == [field]


def test_month_written_by_hand_is_not_generated(journey: Journey, now: datetime, csm: User) -> None:
    month = JourneyMonth.objects.get(journey=journey, number=1)

    made = write_deliverable_by_hand(month, title="Mine", body="## One\n\nText", now=now, by=csm)

    assert (made.state, made.writer, made.first_body) == (DeliverableState.PENDING_REVIEW, "person", "## One\n\nText")
    with pytest.raises(NotOpen):
        write_deliverable_by_hand(month, title="Mine", body="Again", now=now, by=csm)
    first, second = (
        next(row for row in rows(journey, JourneyKind.GENERATE) if row.occurrence == f"month-{number}")
        for number in (1, 2)
    )
    assert (first.status, first.reason) == (AutomationStatus.SKIPPED, "Its deliverable is there already.")
    assert second.status == AutomationStatus.SCHEDULED
    tick(now=now + timedelta(hours=1))
    assert [one.title for one in list_deliverables(journey)] == ["Mine"]


def test_person_takes_over_what_is_being_written(journey: Journey, now: datetime, csm: User) -> None:
    waiting = commission(journey, 1, now=now)

    made = write_deliverable_by_hand(waiting.month, title="Mine", body="Text", now=now, by=csm)

    assert (made.pk, made.due_at, made.body) == (waiting.pk, None, "Text")


def test_skipped_month_is_not_written_by_hand(journey: Journey, now: datetime, csm: User) -> None:
    JourneyMonth.objects.filter(journey=journey, number=2).update(skipped_at=now)

    with pytest.raises(Refused):
        write_deliverable_by_hand(
            JourneyMonth.objects.get(journey=journey, number=2), title="x", body="x", now=now, by=csm
        )

    assert not Deliverable.objects.filter(journey=journey).exists()


def test_approval_in_a_skipped_month_changes_nothing(text: Deliverable, now: datetime, csm: User) -> None:
    JourneyMonth.objects.filter(pk=text.month_id).update(skipped_at=now)

    with pytest.raises(Refused):
        approve_deliverable(text, version=text.version, now=now, by=csm)

    text.refresh_from_db()
    assert text.state == DeliverableState.PENDING_REVIEW
