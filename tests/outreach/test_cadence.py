"""The cadence after a first letter: three days, seven days, fourteen days; what stops it, and what its plan shows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from customers.enums import HoldScope, TodoState
from customers.models import Customer, Stakeholder, Todo, User
from customers.services.holds import end_hold, hold_customer, set_brake
from customers.services.stakeholders import mark_left
from customers.services.todos import finish_todo
from emails.enums import DraftState, PriceApproach, Purpose, SuppressionCause, Theme
from emails.models import Draft
from emails.services.suppression import suppress
from journeys.models import AutomationSchedule
from journeys.services.clock import tick
from outreach.enums import CadenceKind, PlanEnd, TouchKind, TouchState
from outreach.models import OutreachPlan
from outreach.services.cadence import start_cadence, sweep_lost_news
from outreach.services.plans import close_plan, finish_touch
from tests import factories
from tests.outreach.conftest import START, Commit, PlayTo, Receive, Send, rows_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def reminders(letter: Draft) -> list[Draft]:
    return list(Draft.objects.filter(parent=letter, purpose=Purpose.FOLLOW_UP))


def row(letter: Draft, kind: CadenceKind) -> AutomationSchedule:
    found: AutomationSchedule = AutomationSchedule.objects.get(subject_id=letter.pk, kind=kind)
    return found


# -- when a first letter leaves --------------------------------------------------------------------------


def test_first_letter_that_leaves_puts_its_follow_ups_on_the_clock(
    letters: list[Draft], customer: Customer, send_letter: Send
) -> None:
    send_letter(letters[0])

    assert rows_of(customer) == [
        ("remind", "Thu 12 Mar", "SCHEDULED"),
        ("other_channel", "Mon 16 Mar", "SCHEDULED"),
        ("escalate", "Mon 23 Mar", "SCHEDULED"),
    ]
    one = row(letters[0], CadenceKind.REMIND)
    assert (one.local_date, one.trigger_at) == (date(2026, 3, 12), datetime(2026, 3, 12, 13, 0, tzinfo=UTC))


def test_follow_ups_are_scheduled_once_however_often_the_news_comes(
    letters: list[Draft], customer: Customer, send_letter: Send
) -> None:
    send_letter(letters[0])

    start_cadence(letters[0].pk, now=START + DAY)

    assert len(rows_of(customer)) == 3


def test_second_letter_of_the_plan_has_no_escalation_of_its_own(
    letters: list[Draft], customer: Customer, send_letter: Send
) -> None:
    send_letter(letters[0])
    send_letter(letters[1], at=START + DAY)

    kinds = [kind for kind, _, _ in rows_of(customer)]
    assert sorted(kinds) == ["escalate", "other_channel", "other_channel", "remind", "remind"]


def test_follow_up_on_a_closed_day_moves_to_the_next_working_day_there(
    letters: list[Draft], customer: Customer, plan: OutreachPlan, send_letter: Send
) -> None:
    send_letter(letters[0], at=START + 2 * DAY)  # Wednesday; three days later is a Saturday

    assert rows_of(customer)[0] == ("remind", "Mon 16 Mar", "SCHEDULED")
    touch = plan.touches.get(kind=TouchKind.REMINDER, stakeholder=letters[0].stakeholder)
    assert (touch.due_date, touch.moved_reason) == (date(2026, 3, 16), "Moved from Sat 14 Mar 2026, a Saturday.")


def test_letter_that_is_no_first_touch_has_no_cadence(
    letters: list[Draft], customer: Customer, send_letter: Send
) -> None:
    Draft.objects.filter(pk=letters[0].pk).update(purpose=Purpose.FREE)

    send_letter(letters[0])

    assert rows_of(customer) == []


def test_letter_whose_news_was_lost_gets_its_follow_ups_from_the_clock(
    letters: list[Draft], customer: Customer, send_letter: Send
) -> None:
    send_letter(letters[0])
    AutomationSchedule.objects.filter(kind__startswith="outreach.").delete()

    assert sweep_lost_news(START + timedelta(hours=1)) == 1
    assert sweep_lost_news(START + timedelta(hours=1)) == 0
    assert len(rows_of(customer)) == 3


# -- three days ------------------------------------------------------------------------------------------


def test_three_days_without_an_answer_write_a_reminder_in_the_thread(
    letters: list[Draft], csm: User, send_letter: Send, play_to: PlayTo
) -> None:
    letter = send_letter(letters[0])

    play_to(START + 3 * DAY)

    (reminder,) = reminders(letter)
    assert reminder.subject == f"Re: {letter.subject}"
    assert (reminder.state, reminder.sender, reminder.to_email) == (DraftState.DRAFT, csm, letter.to_email)
    assert reminder.brief["letter"]["theme"] == Theme.REMINDER
    assert "9 March 2026" in reminder.body
    todo = Todo.objects.get(source_id=reminder.pk)
    assert (todo.owner, todo.title, todo.due_date) == (csm, f"Read and approve: {reminder.subject}", date(2026, 3, 12))


@pytest.mark.parametrize(
    ("approach", "kept"),
    [
        (PriceApproach.LEAD_WITH_PRICE, PriceApproach.LEAD_WITH_PRICE),
        (PriceApproach.VALUE_FIRST, PriceApproach.NO_PRICE),
        (PriceApproach.BURY_PRICE, PriceApproach.NO_PRICE),
        (PriceApproach.NO_PRICE, PriceApproach.NO_PRICE),
    ],
)
def test_reminder_names_no_price_in_its_text(
    letters: list[Draft], send_letter: Send, play_to: PlayTo, approach: PriceApproach, kept: PriceApproach
) -> None:
    letter = send_letter(letters[0])
    Draft.objects.filter(pk=letter.pk).update(price_approach=approach)

    play_to(START + 3 * DAY)

    (reminder,) = reminders(letter)
    assert reminder.price_approach == kept
    assert not [word for word in ("268", "250", "7.2") if word in reminder.body]
    assert not reminder.attachments.exists()


def test_reminder_is_written_once(letters: list[Draft], send_letter: Send, play_to: PlayTo) -> None:
    letter = send_letter(letters[0])

    play_to(START + 3 * DAY)
    play_to(START + 6 * DAY)

    assert len(reminders(letter)) == 1


def test_reminder_that_is_sent_stays_in_the_thread_and_begins_no_cadence(
    letters: list[Draft], customer: Customer, plan: OutreachPlan, send_letter: Send, play_to: PlayTo
) -> None:
    letter = send_letter(letters[0])
    play_to(START + 3 * DAY)
    (reminder,) = reminders(letter)
    touch = plan.touches.get(kind=TouchKind.REMINDER, stakeholder=letter.stakeholder)
    assert (touch.state, touch.draft_id) == (TouchState.PLANNED, reminder.pk)

    sent = send_letter(reminder, at=START + 3 * DAY)

    assert sent.references == [letter.message_id]
    touch.refresh_from_db()
    assert touch.state == TouchState.DONE
    assert len(rows_of(customer)) == 3


def test_to_do_to_approve_is_done_with_the_approval(letters: list[Draft], send_letter: Send, play_to: PlayTo) -> None:
    letter = send_letter(letters[0])
    play_to(START + 3 * DAY)
    (reminder,) = reminders(letter)

    send_letter(reminder, at=START + 3 * DAY)

    assert Todo.objects.get(source_id=reminder.pk, kind="approve_draft").state == TodoState.DONE


# -- what skips a chaser -----------------------------------------------------------------------------------


def test_nobody_is_reminded_after_an_answer(
    letters: list[Draft], customer: Customer, csm: User, send_letter: Send, play_to: PlayTo, receive: Receive
) -> None:
    letter = send_letter(letters[0])
    receive(letter, "neutral", at=START + DAY)

    play_to(START + 4 * DAY)

    assert reminders(letter) == []
    assert row(letter, CadenceKind.REMIND).status == "SCHEDULED"  # it waits for the person's decision


def test_answer_without_a_brake_still_skips_the_reminder(
    letters: list[Draft], send_letter: Send, play_to: PlayTo
) -> None:
    letter = send_letter(letters[0])
    factories.ReplyFactory.create(stakeholder=letter.stakeholder, received_at=START + DAY, from_name="Ada Byrne")

    play_to(START + 4 * DAY)

    one = row(letter, CadenceKind.REMIND)
    assert (one.status, one.reason) == ("SKIPPED", "Ada Byrne answered on 10 March 2026.")
    assert reminders(letter) == []


@pytest.mark.parametrize(
    "fields",
    [{"is_verified": False}, {"classification": "out_of_office"}, {"classification": "auto_generated"}],
)
def test_answer_that_moves_nothing_does_not_keep_the_reminder_back(
    letters: list[Draft], send_letter: Send, play_to: PlayTo, fields: dict[str, Any]
) -> None:
    letter = send_letter(letters[0])
    factories.ReplyFactory.create(stakeholder=letter.stakeholder, received_at=START + DAY, **fields)

    play_to(START + 4 * DAY)

    assert len(reminders(letter)) == 1


def test_opens_and_clicks_decide_nothing(letters: list[Draft], send_letter: Send, play_to: PlayTo) -> None:
    letter = send_letter(letters[0])
    Draft.objects.filter(pk=letter.pk).update(opened_at=START + DAY, clicked_at=START + DAY)

    play_to(START + 4 * DAY)

    assert len(reminders(letter)) == 1


def test_who_has_left_is_not_reminded(
    letters: list[Draft], people: dict[str, Stakeholder], csm: User, commit: Commit, send_letter: Send, play_to: PlayTo
) -> None:
    letter = send_letter(letters[0])
    with commit():
        mark_left(people["champion"], now=START + DAY, by=csm)

    play_to(START + 4 * DAY)

    assert row(letter, CadenceKind.REMIND).status == "SKIPPED"
    assert reminders(letter) == []


def test_who_gets_no_mail_is_not_reminded_but_reached_otherwise(
    letters: list[Draft], csm: User, send_letter: Send, play_to: PlayTo
) -> None:
    letter = send_letter(letters[0])
    suppress(letter.to_email, cause=SuppressionCause.UNSUBSCRIBED, now=START + DAY, by=None)

    play_to(START + 7 * DAY)

    one = row(letter, CadenceKind.REMIND)
    assert (one.status, "gets no mail: unsubscribed" in one.reason) == ("SKIPPED", True)
    assert Todo.objects.filter(kind="other_channel").count() == 1


def test_closed_plan_ends_its_follow_ups_with_the_reason(
    letters: list[Draft], customer: Customer, plan: OutreachPlan, csm: User, send_letter: Send, play_to: PlayTo
) -> None:
    letter = send_letter(letters[0])
    plan.refresh_from_db()

    close_plan(plan, end=PlanEnd.OUTCOME, now=START + DAY, by=csm)
    play_to(START + 15 * DAY)

    assert {status for _, _, status in rows_of(customer)} == {"CANCELLED"}
    assert row(letter, CadenceKind.REMIND).reason == "The plan is closed: the renewal has an outcome."
    assert reminders(letter) == []


def test_touch_that_a_person_skips_takes_its_row_along(
    letters: list[Draft], plan: OutreachPlan, csm: User, send_letter: Send, play_to: PlayTo
) -> None:
    letter = send_letter(letters[0])
    touch = plan.touches.get(kind=TouchKind.REMINDER, stakeholder=letter.stakeholder)

    finish_touch(touch, state=TouchState.SKIPPED, now=START + DAY, by=csm)
    play_to(START + 4 * DAY)

    assert row(letter, CadenceKind.REMIND).status == "CANCELLED"
    assert reminders(letter) == []
    touch.refresh_from_db()
    assert (touch.state, touch.note) == (TouchState.SKIPPED, f"Skipped by {csm.display_name}.")


def test_touch_that_a_person_skipped_before_the_letter_left_stays_skipped(
    letters: list[Draft], plan: OutreachPlan, csm: User, send_letter: Send, play_to: PlayTo
) -> None:
    touch = plan.touches.get(kind=TouchKind.REMINDER, stakeholder=letters[0].stakeholder)
    finish_touch(touch, state=TouchState.SKIPPED, now=START - DAY, by=csm)

    letter = send_letter(letters[0])
    play_to(START + 4 * DAY)

    assert row(letter, CadenceKind.REMIND).status == "CANCELLED"
    assert reminders(letter) == []


def test_brake_keeps_follow_ups_back_on_their_days(
    letters: list[Draft], customer: Customer, send_letter: Send, play_to: PlayTo
) -> None:
    send_letter(letters[0])
    before = rows_of(customer)
    set_brake(customer, reason="A reply came", now=START + DAY, by=None)

    play_to(START + 20 * DAY)

    assert rows_of(customer) == before


# -- lateness ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("late", "status"), [(timedelta(days=2), "COMPLETED"), (timedelta(days=2, seconds=1), "EXPIRED")]
)
def test_reminder_expires_when_it_would_come_more_than_two_days_late(
    letters: list[Draft], send_letter: Send, commit: Commit, late: timedelta, status: str
) -> None:
    letter = send_letter(letters[0])
    due = row(letter, CadenceKind.REMIND).trigger_at

    with commit(due + late):
        tick(now=due + late)

    assert row(letter, CadenceKind.REMIND).status == status


def test_outage_of_three_weeks_ends_in_no_burst(
    letters: list[Draft], customer: Customer, plan: OutreachPlan, send_letter: Send, commit: Commit
) -> None:
    for letter in letters:
        send_letter(letter)

    with commit(START + 21 * DAY):
        tick(now=START + 21 * DAY)

    assert not Draft.objects.filter(purpose=Purpose.FOLLOW_UP, parent__isnull=False).exists()
    done = [kind for kind, _, status in rows_of(customer) if status == "COMPLETED"]
    assert done == ["escalate"]  # an escalation runs however late it is
    touch = plan.touches.get(kind=TouchKind.REMINDER, stakeholder=letters[0].stakeholder)
    assert (touch.state, touch.note.startswith("Due 18 days ago")) == (TouchState.SKIPPED, True)


# -- seven and fourteen days ---------------------------------------------------------------------------------


def test_seven_days_without_an_answer_ask_for_another_channel(
    letters: list[Draft], people: dict[str, Stakeholder], csm: User, send_letter: Send, play_to: PlayTo
) -> None:
    send_letter(letters[1])  # to the decision maker

    play_to(START + 7 * DAY)

    todo = Todo.objects.get(kind="other_channel")
    assert todo.title == "Ask Ada Byrne for a word with Bob Marsh"
    options = todo.metadata["options"]
    assert [(one["channel"], one["is_recommended"]) for one in options] == [
        ("nudge", True),
        ("call", False),
        ("introduction", False),
    ]
    assert all(one["wording"] and one["reason"] for one in options)
    assert "Hello Bob, I'm calling about my note of 9 March 2026" in options[1]["wording"]


def test_other_channel_is_done_with_its_to_do_and_the_other_way_round(
    letters: list[Draft], plan: OutreachPlan, csm: User, commit: Commit, send_letter: Send, play_to: PlayTo
) -> None:
    for letter in letters[:2]:
        send_letter(letter)
    play_to(START + 7 * DAY)
    touches = {touch.stakeholder_id: touch for touch in plan.touches.filter(kind=TouchKind.CALL)}
    one, two = (touches[letter.stakeholder_id] for letter in letters[:2])

    with commit(START + 7 * DAY):
        finish_todo(Todo.objects.get(source_id=one.pk), now=START + 7 * DAY, by=csm)
        finish_touch(two, state=TouchState.DONE, now=START + 7 * DAY, by=csm)

    one.refresh_from_db()
    assert one.state == TouchState.DONE
    assert Todo.objects.get(source_id=two.pk).state == TodoState.DONE


def test_task_of_the_reminders_shows_the_rows(
    letters: list[Draft], run: Any, csm: User, client: Any, send_letter: Send
) -> None:
    send_letter(letters[0])
    client.force_login(csm)

    text = client.get(f"/customers/{run.customer_id}/engage/actions").content.decode()

    assert "Thu 12 Mar: Remind Ada Byrne" in text


def test_fourteen_days_of_silence_go_to_the_executive_with_a_letter(
    letters: list[Draft], executive: User, csm: User, customer: Customer, send_letter: Send, play_to: PlayTo
) -> None:
    send_letter(letters[0])

    play_to(START + 14 * DAY)

    letter = Draft.objects.get(sender=executive)
    assert (letter.to_name, letter.purpose, letter.state) == ("Eve Stone", Purpose.FOLLOW_UP, DraftState.DRAFT)
    assert (letter.cc, letter.price_approach) == ([csm.email], PriceApproach.NO_PRICE)
    assert f"{csm.display_name} has been in touch with Acme about the renewal since 9 March 2026" in letter.body
    todo = Todo.objects.get(kind="executive_escalation")
    assert (todo.owner, todo.metadata["draft"]) == (executive, str(letter.pk))


def test_one_answer_of_anybody_at_the_account_spares_the_escalation(
    letters: list[Draft], customer: Customer, send_letter: Send, play_to: PlayTo
) -> None:
    send_letter(letters[0])
    factories.ReplyFactory.create(
        stakeholder=letters[2].stakeholder, received_at=START + 2 * DAY, from_name="Eve Stone"
    )

    play_to(START + 14 * DAY)

    assert ("escalate", "Mon 23 Mar", "SKIPPED") in rows_of(customer)
    assert not Todo.objects.filter(kind="executive_escalation").exists()


def test_escalation_without_an_executive_says_what_is_missing(
    letters: list[Draft], customer: Customer, csm: User, send_letter: Send, play_to: PlayTo
) -> None:
    Customer.objects.filter(pk=customer.pk).update(executive=None)
    send_letter(letters[0])

    play_to(START + 14 * DAY)

    todo = Todo.objects.get(kind="executive_escalation")
    assert (todo.owner, "name one" in todo.detail) == (csm, True)


# -- holds ---------------------------------------------------------------------------------------------------


def test_hold_shifts_the_follow_ups_by_the_time_held(
    letters: list[Draft], customer: Customer, csm: User, commit: Commit, send_letter: Send, play_to: PlayTo
) -> None:
    send_letter(letters[0])
    hold = hold_customer(
        customer, scope=HoldScope.ACCOUNT, until=None, reason="Reorganisation", now=START + DAY, by=csm
    )
    play_to(START + 8 * DAY)
    with commit(START + 8 * DAY):
        end_hold(hold, now=START + 8 * DAY, by=csm)

    assert rows_of(customer) == [
        ("remind", "Thu 19 Mar", "SCHEDULED"),
        ("other_channel", "Mon 23 Mar", "SCHEDULED"),
        ("escalate", "Mon 30 Mar", "SCHEDULED"),
    ]
