"""What is preselected after a reply, and what each choice changes."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest

from customers.rules.workdays import Calendar
from emails.enums import HUMAN_CLASSES, OBJECTION_CLASSES, ReplyClass
from outreach.enums import CadenceKind, Choice, TouchKind
from outreach.rules.reactions import Milestone, Pending, ReactionFacts, changes_of, propose

TODAY = date(2026, 3, 11)  # a Wednesday
ADA, BOB = "ada", "bob"


def chaser(kind: CadenceKind, person: str, day: int, *, overdue: bool = False) -> Pending:
    return Pending(uuid.uuid4(), kind, f"{kind.label} {person}".strip(), person, date(2026, 3, day), overdue)


def facts(**given: Any) -> ReactionFacts:
    values: dict[str, Any] = {
        "next_day": date(2026, 3, 12),
        "calendar": Calendar(),
        "chasers": (
            chaser(CadenceKind.REMIND, ADA, 12),
            chaser(CadenceKind.OTHER_CHANNEL, ADA, 16),
            chaser(CadenceKind.REMIND, BOB, 13),
            chaser(CadenceKind.ESCALATE, "", 23),
        ),
        "milestones": (
            Milestone(uuid.uuid4(), TouchKind.FINAL_FOLLOW_UP, "Final follow-ups", date(2026, 3, 27)),
            Milestone(uuid.uuid4(), TouchKind.ALIGNMENT, "Alignment", date(2026, 4, 1)),
            Milestone(uuid.uuid4(), TouchKind.NOTICE, "Notice", date(2026, 4, 3)),
        ),
        "answered": {ADA: "Ada answered on 11 March 2026."},
        "anybody": "Ada answered on 11 March 2026.",
    }
    return ReactionFacts(**(values | given))


def told(choice: Choice, given: ReactionFacts) -> list[tuple[str, str, str]]:
    return [
        (change.title, f"{change.old:%-d %b}", f"{change.new:%-d %b}" if change.new else "")
        for change in changes_of(choice, given)
    ]


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        (["positive"], Choice.ACCELERATE),
        (["meeting"], Choice.ACCELERATE),
        (["neutral"], Choice.RESUME),
        (["question"], Choice.RESUME),
        (["wrong_person"], Choice.RESUME),
        (["left_company"], Choice.RESUME),
        (["unsubscribe"], Choice.RESUME),
        (["objection_price"], Choice.NEGOTIATE),
        (["objection_budget"], Choice.NEGOTIATE),
        (["objection_competitor"], Choice.NEGOTIATE),
        (["objection_timing"], Choice.NEGOTIATE),
        (["positive", "objection_price"], Choice.NEGOTIATE),
        (["objection_price", "positive"], Choice.NEGOTIATE),
        (["neutral", "positive"], Choice.ACCELERATE),
        ([], Choice.RESUME),
    ],
)
def test_reaction_of_the_spec_is_preselected(classes: list[str], expected: Choice) -> None:
    assert propose(classes, can_accelerate=True, can_negotiate=True) == expected


def test_every_human_class_has_a_reaction() -> None:
    for one in HUMAN_CLASSES:
        expected = Choice.NEGOTIATE if one in OBJECTION_CLASSES else None
        found = propose([one], can_accelerate=True, can_negotiate=True)
        assert expected is None or found == expected


def test_what_cannot_be_done_is_not_proposed() -> None:
    assert propose([ReplyClass.POSITIVE], can_accelerate=False, can_negotiate=True) == Choice.RESUME
    assert propose([ReplyClass.OBJECTION_PRICE], can_accelerate=True, can_negotiate=False) == Choice.RESUME


def test_accelerate_cancels_all_chasers_and_brings_the_notice_forward() -> None:
    assert told(Choice.ACCELERATE, facts()) == [
        ("Reminder ada", "12 Mar", ""),
        ("Reminder bob", "13 Mar", ""),
        ("Another channel ada", "16 Mar", ""),
        ("Executive escalation", "23 Mar", ""),
        ("Final follow-ups", "27 Mar", ""),
        ("Alignment", "1 Apr", "12 Mar"),
        ("Notice", "3 Apr", "12 Mar"),
    ]


def test_accelerate_never_moves_the_notice_back() -> None:
    notice = Milestone(uuid.uuid4(), TouchKind.NOTICE, "Notice", date(2026, 3, 12))

    assert told(Choice.ACCELERATE, facts(chasers=(), milestones=(notice,))) == []


def test_resume_spares_who_answered_and_leaves_the_others() -> None:
    assert told(Choice.RESUME, facts()) == [
        ("Reminder ada", "12 Mar", ""),
        ("Another channel ada", "16 Mar", ""),
        ("Executive escalation", "23 Mar", ""),
    ]


def test_resume_without_an_answer_changes_nothing() -> None:
    assert told(Choice.RESUME, facts(answered={}, anybody="")) == []


def test_resume_brings_what_fell_due_on_the_next_working_day_as_far_apart_as_it_was() -> None:
    given = facts(
        answered={},
        anybody="",
        chasers=(
            chaser(CadenceKind.REMIND, BOB, 5, overdue=True),
            chaser(CadenceKind.OTHER_CHANNEL, BOB, 9, overdue=True),
            chaser(CadenceKind.REMIND, ADA, 13),
        ),
    )

    assert told(Choice.RESUME, given) == [
        ("Reminder bob", "5 Mar", "12 Mar"),
        ("Another channel bob", "9 Mar", "16 Mar"),
    ]


def test_negotiate_cancels_every_chaser_and_leaves_the_notice() -> None:
    titles = [title for title, _, new in told(Choice.NEGOTIATE, facts()) if not new]

    assert titles == ["Reminder ada", "Reminder bob", "Another channel ada", "Executive escalation", "Final follow-ups"]


def test_hold_changes_nothing_by_itself() -> None:
    assert told(Choice.HOLD, facts()) == []
