"""Around a meeting: confirmed two days before, recapped after, moved and cancelled with it; what booking one stops."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from customers.models import Brake, Customer, Meeting, Stakeholder, Todo, User
from customers.services.meetings import cancel_meeting, mark_held, record_meeting, update_meeting
from emails.enums import DraftState, Purpose
from emails.models import Draft
from emails.queries.checks import judge
from journeys.models import AutomationSchedule
from outreach.enums import TouchKind
from outreach.models import Touch
from tests.outreach.conftest import START, Commit, PlayTo, Send, rows_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MEETING_AT = START + 8 * DAY  # Tuesday, 17 March, noon in New York


@pytest.fixture
def book(customer: Customer, people: dict[str, Stakeholder], csm: User, commit: Commit) -> Any:
    def booked(at: datetime = MEETING_AT, *, now: datetime = START, role: str = "decision_maker") -> Meeting:
        with commit(now):
            return record_meeting(
                customer, title="Renewal: terms", starts_at=at, stakeholders=[people[role]], now=now, by=csm
            )

    return booked


def written(purpose: Purpose) -> list[Draft]:
    return list(Draft.objects.filter(purpose=purpose).exclude(state=DraftState.CANCELLED))


def test_booked_meeting_stops_the_account_like_a_reply(book: Any, customer: Customer) -> None:
    meeting = book()

    brake = Brake.objects.get(customer=customer, cleared_at=None)
    assert (brake.source_kind, brake.source_id, brake.reason) == (
        "meeting",
        meeting.pk,
        "A meeting is booked: Renewal: terms",
    )


def test_meeting_that_was_held_stops_nothing(book: Any, customer: Customer) -> None:
    book(START - DAY)

    assert not Brake.objects.filter(customer=customer).exists()


def test_meeting_has_its_mails_on_the_clock(book: Any, customer: Customer) -> None:
    book()

    assert rows_of(customer) == [
        ("confirm_meeting", "Fri 13 Mar", "SCHEDULED"),  # two days before is a Sunday
        ("ask_notes", "Tue 17 Mar", "SCHEDULED"),
        ("recap", "Wed 18 Mar", "SCHEDULED"),
    ]


def test_confirmation_is_written_though_the_account_is_stopped(
    book: Any, people: dict[str, Stakeholder], play_to: PlayTo
) -> None:
    book()

    play_to(START + 5 * DAY)

    (draft,) = written(Purpose.CONFIRMATION)
    assert (draft.to_name, draft.state) == ("Bob Marsh", DraftState.DRAFT)
    assert "“Renewal: terms” on 17 March 2026 at 12:00." in draft.body
    assert judge(draft).open_spans == []
    assert Todo.objects.filter(kind="approve_draft", source_id=draft.pk).count() == 1


def test_meeting_booked_later_than_two_days_before_is_not_confirmed(book: Any, customer: Customer) -> None:
    book(START + DAY)

    row = AutomationSchedule.objects.get(kind="outreach.confirm_meeting")
    assert (row.status, row.reason) == ("SKIPPED", "The meeting was set less than 2 days ahead.")


def test_moved_meeting_moves_its_rows_and_drops_the_old_confirmation(
    book: Any, customer: Customer, csm: User, commit: Commit, play_to: PlayTo
) -> None:
    meeting = book()
    play_to(START + 5 * DAY)
    later = START + 17 * DAY  # Thursday, 26 March

    with commit(START + 5 * DAY):
        update_meeting(
            meeting,
            title=meeting.title,
            starts_at=later,
            stakeholders=list(meeting.stakeholders.all()),
            notes="",
            now=START + 5 * DAY,
            by=csm,
        )

    assert written(Purpose.CONFIRMATION) == []
    assert [row for row in rows_of(customer) if row[2] == "SCHEDULED"] == [
        ("confirm_meeting", "Tue 24 Mar", "SCHEDULED"),
        ("ask_notes", "Thu 26 Mar", "SCHEDULED"),
        ("recap", "Fri 27 Mar", "SCHEDULED"),
    ]


def test_cancelled_meeting_cancels_its_rows_and_its_confirmation(
    book: Any, customer: Customer, csm: User, commit: Commit, play_to: PlayTo
) -> None:
    meeting = book()
    play_to(START + 5 * DAY)

    with commit(START + 5 * DAY):
        cancel_meeting(meeting, now=START + 5 * DAY, by=csm)

    assert written(Purpose.CONFIRMATION) == []
    assert {status for kind, _, status in rows_of(customer) if kind != "confirm_meeting"} == {"CANCELLED"}


def test_nobody_said_that_it_took_place_asks_for_the_notes(book: Any, csm: User, play_to: PlayTo) -> None:
    book()

    play_to(MEETING_AT + timedelta(hours=2))

    todo = Todo.objects.get(kind="meeting.notes")
    assert (todo.owner, todo.title) == (csm, "Did “Renewal: terms” take place? Note what was said")
    assert written(Purpose.RECAP) == []


def test_held_meeting_is_recapped_at_once_from_notes_and_action_items(
    book: Any, csm: User, commit: Commit, play_to: PlayTo
) -> None:
    meeting = book()
    held_at = MEETING_AT + timedelta(hours=3)

    with commit(held_at):
        mark_held(
            meeting,
            notes="Reporting matters most.\n- Budget is decided in April",
            actions=["Send the roadmap", "Ask Finance for the form"],
            now=held_at,
            by=csm,
        )
    play_to(held_at)

    (recap,) = written(Purpose.RECAP)
    assert "- Reporting matters most\n- Budget is decided in April" in recap.body
    assert "What happens next:\n- Send the roadmap\n- Ask Finance for the form" in recap.body
    assert judge(recap).open_spans == []
    tasks = Todo.objects.filter(kind="meeting.action").order_by("key")
    assert [(task.title, task.owner) for task in tasks] == [
        ("Send the roadmap", csm),
        ("Ask Finance for the form", csm),
    ]
    assert not Todo.objects.filter(kind="meeting.notes").exists()


def test_recap_stays_in_the_thread_of_the_last_letter(
    letters: list[Draft], book: Any, csm: User, commit: Commit, send_letter: Send, play_to: PlayTo
) -> None:
    letter = send_letter(letters[1])
    meeting = book()
    with commit(MEETING_AT + DAY):
        mark_held(meeting, notes="Good talk", now=MEETING_AT + DAY, by=csm)
    play_to(MEETING_AT + DAY)

    (recap,) = written(Purpose.RECAP)
    assert (recap.parent, recap.subject) == (letter, f"Re: {letter.subject}")
    touch = Touch.objects.get(kind=TouchKind.RECAP, stakeholder=letter.stakeholder)
    assert touch.draft_id == recap.pk


def test_meeting_with_somebody_spares_them_the_reminder(
    letters: list[Draft], book: Any, customer: Customer, csm: User, commit: Commit, send_letter: Send, play_to: PlayTo
) -> None:
    send_letter(letters[1])
    book()
    Brake.objects.filter(customer=customer).update(cleared_at=START, cleared_by=csm)

    play_to(START + 3 * DAY)

    assert ("remind", "Thu 12 Mar", "SKIPPED") in rows_of(customer)
