"""After a reply: what is proposed, what each choice does, and that it can be taken back exactly."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from customers.enums import HoldScope
from customers.models import Activity, Brake, Customer, Hold, User
from customers.services.holds import AlreadyHeld, clear_brake, hold_customer
from emails.enums import DraftState, Purpose, ReplyClass
from emails.models import Draft
from emails.services.replies import correct_reply
from journeys.models import AutomationSchedule
from outreach.enums import Choice, TouchKind, TouchState
from outreach.models import OutreachPlan, Reaction, Touch
from outreach.queries.reactions import read_standing
from outreach.services.reactions import Decision, NothingToDecide, TooLateToUndo, react, undo_reaction
from renewals.models import EngageRun
from renewals.services.engage import replan
from tests.outreach.conftest import START, Commit, PlayTo, Receive, Send, rows_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def dump(customer: Customer) -> dict[str, Any]:
    """Every row that a reply may move, whole."""
    skipped = ("created_at", "updated_at")

    def rows(queryset: Any) -> list[dict[str, Any]]:
        found = queryset.order_by("pk").values()
        return [{name: value for name, value in row.items() if name not in skipped} for row in found]

    return {
        "automations": rows(AutomationSchedule.objects.filter(customer=customer)),
        "touches": rows(Touch.objects.filter(plan__customer=customer)),
        "drafts": rows(Draft.objects.filter(customer=customer).exclude(state=DraftState.CANCELLED)),
    }


def choose(choice: Choice, **more: Any) -> Decision:
    return Decision(choice, proposed=more.pop("proposed", Choice.RESUME), **more)


@pytest.fixture
def stopped(letters: list[Draft], send_letter: Send, receive: Receive) -> Any:
    """Two letters have left, and the first is answered a day later."""
    first = send_letter(letters[0])
    send_letter(letters[1])
    return lambda classification: receive(first, classification, at=START + DAY)


def test_reply_stops_every_follow_up_as_it_is(
    stopped: Any, customer: Customer, letters: list[Draft], play_to: PlayTo
) -> None:
    stopped("positive")
    before = rows_of(customer)

    play_to(START + 30 * DAY)

    assert rows_of(customer) == before
    assert not Draft.objects.filter(purpose=Purpose.FOLLOW_UP).exists()


def test_standing_shows_the_replies_and_who_answered(stopped: Any, customer: Customer) -> None:
    reply = stopped("neutral")
    brake = Brake.objects.get(customer=customer)

    standing = read_standing(customer, brake, now=START + DAY)

    assert standing.replies == (reply,)
    assert standing.facts.answered == {str(reply.stakeholder_id): "Ada Byrne answered on 10 March 2026."}
    assert [chaser.title for chaser in standing.facts.chasers] == [
        "Remind Ada Byrne",
        "Remind Bob Marsh",
        "Reach Ada Byrne another way",
        "Reach Bob Marsh another way",
        "Escalate to an executive",
    ]


def test_accelerate_cancels_chasers_and_brings_the_notice_forward(
    stopped: Any, customer: Customer, plan: OutreachPlan, csm: User, commit: Commit
) -> None:
    stopped("positive")

    with commit(START + DAY):
        react(customer, choose(Choice.ACCELERATE), now=START + DAY, by=csm)

    assert {status for _, _, status in rows_of(customer)} == {"CANCELLED"}
    notice = plan.touches.get(kind=TouchKind.NOTICE)
    assert (notice.due_date, notice.state) == (date(2026, 3, 11), TouchState.PLANNED)
    assert plan.touches.get(kind=TouchKind.FINAL_FOLLOW_UP).state == TouchState.SKIPPED
    assert not Brake.objects.filter(customer=customer, cleared_at=None).exists()


def test_brought_forward_notice_stays_when_the_plan_is_computed_again(
    stopped: Any, customer: Customer, run: EngageRun, csm: User, commit: Commit
) -> None:
    stopped("positive")
    with commit(START + DAY):
        react(customer, choose(Choice.ACCELERATE), now=START + DAY, by=csm)

    run.refresh_from_db()
    replan(run, now=START + DAY, by=csm)

    notice = run.plan.touches.get(kind=TouchKind.NOTICE)
    assert (notice.due_date, notice.day) == (date(2026, 3, 11), 113)
    assert run.plan.touches.get(kind=TouchKind.REMINDER, stakeholder__name="Ada Byrne").state == TouchState.SKIPPED


def test_resume_goes_on_for_the_others_and_goes_back_to_who_wants_to_think(
    stopped: Any, customer: Customer, csm: User, commit: Commit, play_to: PlayTo
) -> None:
    stopped("neutral")

    with commit(START + DAY):
        react(customer, choose(Choice.RESUME), now=START + DAY, by=csm)
    play_to(START + 9 * DAY)

    reminded = Draft.objects.filter(purpose=Purpose.FOLLOW_UP).values_list("to_name", flat=True)
    assert list(reminded) == ["Bob Marsh"]
    assert ("check_back", "Tue 17 Mar", "COMPLETED") in rows_of(customer)


def test_hold_of_the_account_waits_until_its_day(stopped: Any, customer: Customer, csm: User, commit: Commit) -> None:
    stopped("neutral")
    until = START + 6 * DAY

    with commit(START + DAY):
        reaction = react(customer, choose(Choice.HOLD, until=until, reason="They merge"), now=START + DAY, by=csm)

    hold = Hold.objects.get(customer=customer)
    assert (reaction.hold, hold.until, hold.reason, hold.ended_at) == (hold, until, "They merge", None)
    assert not Brake.objects.filter(customer=customer, cleared_at=None).exists()


def test_negotiate_cancels_every_chaser(stopped: Any, customer: Customer, csm: User, commit: Commit) -> None:
    stopped("objection_price")

    with commit(START + DAY):
        react(customer, choose(Choice.NEGOTIATE), now=START + DAY, by=csm)

    assert {status for _, _, status in rows_of(customer)} == {"CANCELLED"}


def test_choice_is_on_record_with_what_was_proposed(stopped: Any, customer: Customer, csm: User) -> None:
    stopped("positive")

    react(customer, choose(Choice.RESUME, proposed=Choice.ACCELERATE, reason="Too early"), now=START + DAY, by=csm)

    line = Activity.objects.get(verb="reaction.chosen")
    assert (line.summary, line.actor, line.data["proposed"]) == (
        "After the reply: go on as planned (Too early)",
        csm,
        "accelerate",
    )


def test_choice_is_made_once(stopped: Any, customer: Customer, csm: User) -> None:
    stopped("positive")
    react(customer, choose(Choice.RESUME), now=START + DAY, by=csm)

    with pytest.raises(NothingToDecide):
        react(customer, choose(Choice.ACCELERATE), now=START + DAY, by=csm)


def test_refused_hold_changes_nothing(stopped: Any, customer: Customer, csm: User) -> None:
    stopped("neutral")
    hold_customer(customer, scope=HoldScope.ACCOUNT, until=None, reason="", now=START + DAY, by=csm)
    before = dump(customer)

    with pytest.raises(AlreadyHeld):
        react(customer, choose(Choice.HOLD), now=START + DAY, by=csm)

    assert dump(customer) == before
    assert not Reaction.objects.exists()
    assert Brake.objects.filter(customer=customer, cleared_at=None).exists()


@pytest.mark.parametrize("choice", list(Choice))
def test_undone_choice_leaves_every_row_as_it_was(
    stopped: Any, customer: Customer, csm: User, commit: Commit, choice: Choice
) -> None:
    stopped("positive")
    before = dump(customer)
    with commit(START + DAY):
        reaction = react(customer, choose(choice), now=START + DAY, by=csm)

    with commit(START + DAY):
        undo_reaction(reaction, now=START + DAY + timedelta(minutes=5), by=csm)

    assert dump(customer) == before
    assert Brake.objects.filter(customer=customer, cleared_at=None).count() == 1
    assert not Hold.objects.filter(customer=customer, ended_at=None).exists()


def test_undone_choice_can_be_made_again(stopped: Any, customer: Customer, csm: User, commit: Commit) -> None:
    stopped("neutral")
    with commit(START + DAY):
        undo_reaction(react(customer, choose(Choice.RESUME), now=START + DAY, by=csm), now=START + DAY, by=csm)

    with commit(START + DAY):
        react(customer, choose(Choice.RESUME), now=START + DAY, by=csm)

    assert ("check_back", "Tue 17 Mar", "SCHEDULED") in rows_of(customer)


def test_choice_cannot_be_undone_once_something_has_left(
    stopped: Any, customer: Customer, letters: list[Draft], csm: User, commit: Commit, send_letter: Send
) -> None:
    stopped("positive")
    with commit(START + DAY):
        reaction = react(customer, choose(Choice.ACCELERATE), now=START + DAY, by=csm)
    send_letter(letters[2], at=START + 2 * DAY)

    with pytest.raises(TooLateToUndo, match="has left since"):
        undo_reaction(reaction, now=START + 2 * DAY, by=csm)


def test_chasing_letter_that_waits_is_cancelled_with_the_choice_and_comes_back_with_its_undoing(
    letters: list[Draft],
    customer: Customer,
    csm: User,
    commit: Commit,
    send_letter: Send,
    play_to: PlayTo,
    receive: Receive,
) -> None:
    first = send_letter(letters[0])
    play_to(START + 3 * DAY)
    reminder = Draft.objects.get(purpose=Purpose.FOLLOW_UP)
    receive(first, "positive", at=START + 4 * DAY)

    with commit(START + DAY):
        reaction = react(customer, choose(Choice.ACCELERATE), now=START + 4 * DAY, by=csm)
    reminder.refresh_from_db()
    cancelled = reminder.state
    with commit(START + DAY):
        undo_reaction(reaction, now=START + 4 * DAY, by=csm)
    reminder.refresh_from_db()

    assert (cancelled, reminder.state) == (DraftState.CANCELLED, DraftState.DRAFT)
    assert Touch.objects.get(kind=TouchKind.REMINDER, stakeholder=first.stakeholder).draft_id == reminder.pk


def test_brake_released_without_a_choice_goes_on_as_planned(
    stopped: Any, customer: Customer, csm: User, commit: Commit
) -> None:
    stopped("neutral")

    with commit(START + DAY):
        clear_brake(customer, now=START + 5 * DAY, by=csm)

    assert rows_of(customer) == [
        ("remind", "Thu 12 Mar", "CANCELLED"),  # Ada answered
        ("other_channel", "Mon 16 Mar", "CANCELLED"),
        ("remind", "Mon 16 Mar", "SCHEDULED"),  # Bob's, which fell due meanwhile: the next working day
        ("other_channel", "Fri 20 Mar", "SCHEDULED"),
        ("escalate", "Mon 23 Mar", "CANCELLED"),
    ]


# -- corrections and absences --------------------------------------------------------------------------------


def away(until: date) -> dict[str, Any]:
    return {"return_date": until}


def test_absence_moves_only_that_persons_follow_ups_to_the_return(
    letters: list[Draft], customer: Customer, send_letter: Send, receive: Receive
) -> None:
    first = send_letter(letters[0])
    send_letter(letters[1])

    receive(first, "out_of_office", at=START + DAY, **away(date(2026, 3, 21)))  # a Saturday

    assert rows_of(customer) == [
        ("remind", "Thu 12 Mar", "SCHEDULED"),  # Bob's
        ("other_channel", "Mon 16 Mar", "SCHEDULED"),
        ("escalate", "Mon 23 Mar", "SCHEDULED"),
        ("remind", "Mon 23 Mar", "SCHEDULED"),  # Ada's
        ("other_channel", "Fri 27 Mar", "SCHEDULED"),
    ]
    touch = Touch.objects.get(kind=TouchKind.REMINDER, stakeholder=first.stakeholder)
    assert (touch.due_date, touch.note) == (date(2026, 3, 23), "Ada Byrne is away until 21 Mar 2026.")


def test_absence_that_ends_before_the_follow_ups_moves_nothing(
    letters: list[Draft], customer: Customer, send_letter: Send, receive: Receive
) -> None:
    first = send_letter(letters[0])
    before = dump(customer)

    receive(first, "out_of_office", at=START + DAY, **away(date(2026, 3, 12)))

    assert dump(customer) == before


def test_absence_without_a_day_or_of_an_unverified_sender_moves_nothing(
    letters: list[Draft], customer: Customer, send_letter: Send, receive: Receive
) -> None:
    first = send_letter(letters[0])
    before = dump(customer)

    receive(first, "out_of_office", at=START + DAY)
    receive(first, "out_of_office", at=START + DAY, is_verified=False, **away(date(2026, 3, 21)))

    assert dump(customer) == before


def test_absence_moves_letters_and_first_touches_that_fall_into_it(
    letters: list[Draft], customer: Customer, csm: User, plan: OutreachPlan, send_letter: Send, receive: Receive
) -> None:
    first = send_letter(letters[0])
    planned = plan.touches.get(kind=TouchKind.EMAIL, stakeholder=letters[1].stakeholder)

    receive(letters[1], "out_of_office", at=START + DAY, **away(date(2026, 3, 30)))

    planned.refresh_from_db()
    assert (planned.due_date, planned.fixed_reason) == (date(2026, 3, 30), "Bob Marsh is away until 30 Mar 2026.")
    assert ("remind", "Thu 12 Mar", "SCHEDULED") in rows_of(customer)
    assert first.stakeholder != planned.stakeholder


@pytest.mark.parametrize("wrong", ["out_of_office", "positive", "objection_price", "neutral"])
@pytest.mark.parametrize("right", ["auto_generated", "out_of_office", "unverified"])
def test_correction_restores_exactly_what_the_wrong_class_had_moved(
    letters: list[Draft],
    customer: Customer,
    csm: User,
    commit: Commit,
    send_letter: Send,
    receive: Receive,
    wrong: str,
    right: str,
) -> None:
    first = send_letter(letters[0])
    send_letter(letters[1])
    before = dump(customer)
    reply = receive(first, wrong, at=START + DAY, **(away(date(2026, 3, 21)) if wrong == "out_of_office" else {}))
    if wrong != "out_of_office":
        choice = Choice.RESUME if wrong == "neutral" else Choice.ACCELERATE
        with commit(START + DAY):
            react(customer, choose(choice), now=START + DAY, by=csm)
    if wrong != right:
        assert dump(customer) != before

    with commit(START + DAY):
        correct_reply(reply, classification=ReplyClass(right), now=START + 2 * DAY, by=csm)

    after = dump(customer)
    after["automations"] = [row for row in after["automations"] if row["kind"] != "outreach.check_back"]
    if wrong != right:
        after["drafts"], before["drafts"] = strip(after["drafts"]), strip(before["drafts"])
        assert after == before
    assert not Brake.objects.filter(customer=customer, cleared_at=None).exists()


def strip(drafts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the date of the answer, which was none."""
    return [{name: value for name, value in row.items() if name != "replied_at"} for row in drafts]


def test_correction_to_an_absence_restores_and_moves_for_the_absence(
    letters: list[Draft], customer: Customer, csm: User, commit: Commit, send_letter: Send, receive: Receive
) -> None:
    first = send_letter(letters[0])
    reply = receive(first, "neutral", at=START + DAY)
    with commit(START + DAY):
        react(customer, choose(Choice.RESUME), now=START + DAY, by=csm)

    with commit(START + DAY):
        correct_reply(
            reply,
            classification=ReplyClass.OUT_OF_OFFICE,
            return_date=date(2026, 3, 21),
            now=START + 2 * DAY,
            by=csm,
        )

    kept = [row for row in rows_of(customer) if row[0] != "check_back"]
    assert kept == [
        ("escalate", "Mon 23 Mar", "SCHEDULED"),
        ("remind", "Mon 23 Mar", "SCHEDULED"),
        ("other_channel", "Fri 27 Mar", "SCHEDULED"),
    ]


def test_correction_to_another_human_class_asks_again(
    letters: list[Draft], customer: Customer, csm: User, commit: Commit, send_letter: Send, receive: Receive
) -> None:
    first = send_letter(letters[0])
    before = dump(customer)["automations"]
    reply = receive(first, "positive", at=START + DAY)
    with commit(START + DAY):
        react(customer, choose(Choice.ACCELERATE), now=START + DAY, by=csm)

    with commit(START + DAY):
        correct_reply(reply, classification=ReplyClass.OBJECTION_PRICE, now=START + 2 * DAY, by=csm)

    assert dump(customer)["automations"] == before
    assert Brake.objects.filter(customer=customer, cleared_at=None).count() == 1


def test_two_absences_taken_back_in_either_order_leave_the_first_dates(
    letters: list[Draft], customer: Customer, csm: User, commit: Commit, send_letter: Send, receive: Receive
) -> None:
    first = send_letter(letters[0])
    before = dump(customer)
    one = receive(first, "out_of_office", at=START + DAY, **away(date(2026, 3, 16)))
    two = receive(first, "out_of_office", at=START + 2 * DAY, **away(date(2026, 3, 23)))

    with commit(START + DAY):
        correct_reply(one, classification=ReplyClass.AUTO_GENERATED, now=START + 2 * DAY, by=csm)
    assert ("remind", "Mon 23 Mar", "SCHEDULED") in rows_of(customer)
    with commit(START + DAY):
        correct_reply(two, classification=ReplyClass.AUTO_GENERATED, now=START + 2 * DAY, by=csm)

    assert dump(customer) == before
