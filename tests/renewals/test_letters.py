"""The letters of an Engage run: written once, kept in line with the plan, left alone where a person edited."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks
from time_machine import TimeMachineFixture

from customers.enums import TodoState
from customers.models import Stakeholder, Todo, User
from emails.enums import DraftState, PriceApproach, Writer
from emails.facts import read
from emails.models import CapturedMail, Draft
from emails.services.editing import save_draft
from emails.services.outbox import deliver
from emails.services.sending import Refused, send
from emails.signals import draft_sent
from outreach.enums import PlanEnd, PlanState, TouchKind, TouchState
from outreach.services.plans import close_plan
from renewals.models import EngageRun, Renewal
from renewals.queries.letters import list_drafts
from renewals.services.engage import choose_price_approach, open_engage, reorder
from renewals.services.letters import refresh_letters, write_letters
from renewals.services.renewals import lock_price, set_target_price, unlock_price
from tests import factories
from tests.renewals.conftest import at_day

pytestmark = pytest.mark.django_db
NOW = at_day(117)
MONDAY = at_day(115)
"""The first day after NOW on which mails leave."""


@pytest.fixture(autouse=True)
def _the_day(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def run(renewal: Renewal, people: dict[str, Stakeholder], csm: User) -> EngageRun:
    lock_price(renewal, now=NOW, by=csm)
    return open_engage(renewal.customer, now=NOW, by=csm)


@pytest.fixture
def drafts(run: EngageRun, csm: User) -> list[Draft]:
    return list(write_letters(run, now=NOW, by=csm).drafts)


def proposals(run: EngageRun) -> list[int]:
    return [draft.attachments.filter(kind="proposal").count() for draft in list_drafts(run)]


def test_letters_are_written_for_each_person_in_order(run: EngageRun, drafts: list[Draft], csm: User, ae: User) -> None:
    assert [(d.to_name, d.tone, d.price_approach, d.send_timing) for d in drafts] == [
        ("Ada Byrne", "casual", "value_first", "Week 1 (Day 115)"),
        ("Bob Marsh", "professional", "value_first", "Week 2 (Day 108)"),
        ("Eve Stone", "formal", "lead_with_price", "Week 3 (Day 105)"),
    ]
    assert [(d.sender, d.cc) for d in drafts] == [(csm, []), (csm, [ae.email]), (csm, [ae.email])]
    assert "$268,000" in drafts[2].subject
    assert proposals(run) == [1, 1, 1]


def test_letters_are_tied_to_their_touches(run: EngageRun, drafts: list[Draft]) -> None:
    touches = run.plan.touches.filter(kind=TouchKind.EMAIL).order_by("order")

    assert [touch.draft_id for touch in touches] == [draft.pk for draft in drafts]


def test_letters_are_written_once(run: EngageRun, drafts: list[Draft], csm: User) -> None:
    again = write_letters(run, now=NOW, by=csm)

    assert [draft.pk for draft in again.drafts] == [draft.pk for draft in drafts]
    assert Draft.objects.count() == 3


def test_letter_to_nobody_is_named(renewal: Renewal, csm: User) -> None:
    factories.StakeholderFactory.create(customer=renewal.customer, name="No Address", email="", roles=["champion"])
    run = open_engage(renewal.customer, now=NOW, by=csm)

    letters = write_letters(run, now=NOW, by=csm)

    assert letters.drafts == ()
    assert [(row.name, row.reason) for row in letters.not_written] == [
        ("No Address", "There is no email address on record.")
    ]


def test_price_in_a_letter_is_read_from_the_locked_renewal(run: EngageRun, drafts: list[Draft], csm: User) -> None:
    fact = next(row for row in drafts[2].facts if row["key"] == "price.new")

    assert (fact["kind"], fact["value"], fact["url"]) == (
        "renewal",
        "268000",
        f"/customers/{run.customer_id}#renewal",
    )
    assert read(fact["kind"], fact["id"], fact["field"]) == "268000"
    unlock_price(run.renewal, now=NOW, by=csm)
    assert read(fact["kind"], fact["id"], fact["field"]) is None


def test_letters_without_a_locked_price_carry_no_proposal_until_it_is_locked(
    renewal: Renewal,
    people: dict[str, Stakeholder],
    csm: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    run = open_engage(renewal.customer, now=NOW, by=csm)
    before = write_letters(run, now=NOW, by=csm).drafts
    assert proposals(run) == [0, 0, 0]

    with django_capture_on_commit_callbacks(execute=True):
        lock_price(renewal, now=NOW, by=csm)

    assert proposals(run) == [1, 1, 1]
    assert [draft.body for draft in list_drafts(run)] == [draft.body for draft in before]


def test_other_price_approach_is_written_anew(run: EngageRun, drafts: list[Draft], csm: User) -> None:
    choose_price_approach(run, approach=PriceApproach.NO_PRICE, reason="Meet first", now=NOW, by=csm)

    refresh_letters(run, now=NOW, by=csm)

    texts = [draft.subject + draft.body for draft in list_drafts(run)]
    assert not any("268,000" in text or "7.2%" in text for text in texts)
    assert proposals(run) == [0, 0, 0]


def test_edited_letter_keeps_its_text_when_the_plan_changes(run: EngageRun, drafts: list[Draft], csm: User) -> None:
    mine = save_draft(drafts[0], version=drafts[0].version, now=NOW, by=csm, body="Hi Ada,\n\nshall we talk?\n\nDana")
    choose_price_approach(run, approach=PriceApproach.NO_PRICE, reason="Meet first", now=NOW, by=csm)

    refresh_letters(run, now=NOW, by=csm)

    kept = list_drafts(run)[0]
    assert (kept.body, kept.writer, kept.price_approach) == (mine.body, Writer.PERSON, "no_price")
    assert proposals(run) == [0, 0, 0]


def test_other_order_moves_letters_without_writing_them_anew(
    run: EngageRun, drafts: list[Draft], people: dict[str, Stakeholder], csm: User
) -> None:
    order = (people["decision_maker"].pk, people["champion"].pk, people["economic_buyer"].pk)
    reorder(run, order=order, reason="Bob asked first", now=NOW, by=csm)

    refresh_letters(run, now=NOW, by=csm)

    rows = list_drafts(run)
    assert [(row.to_name, row.position) for row in rows] == [("Bob Marsh", 1), ("Ada Byrne", 2), ("Eve Stone", 3)]
    assert {row.pk: (row.version, row.body) for row in rows} == {row.pk: (row.version, row.body) for row in drafts}


def test_other_price_is_written_anew_once_it_is_locked(
    run: EngageRun,
    drafts: list[Draft],
    csm: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        unlock_price(run.renewal, now=NOW, by=csm)
    with django_capture_on_commit_callbacks(execute=True):
        set_target_price(run.renewal, price=Decimal(265000), now=NOW, by=csm)
    with django_capture_on_commit_callbacks(execute=True):
        lock_price(run.renewal, now=NOW, by=csm)

    assert "$265,000" in list_drafts(run)[2].subject
    assert "268,000" not in " ".join(draft.subject + draft.body for draft in list_drafts(run))


def test_sent_letter_finishes_touch_and_task_and_moves_the_follow_ups(
    run: EngageRun,
    drafts: list[Draft],
    people: dict[str, Stakeholder],
    time_machine: TimeMachineFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    sent_at = at_day(114)  # a day late: Tuesday 10 March
    time_machine.move_to(sent_at, tick=False)

    with django_capture_on_commit_callbacks(execute=True):
        draft_sent.send(
            sender=None,
            draft_id=drafts[0].pk,
            customer_id=run.customer_id,
            stakeholder_id=people["champion"].pk,
            origin_kind="engage",
            origin_id=run.plan_id,
            purpose="first_touch",
            sent_at=sent_at.isoformat(),
        )

    run.plan.refresh_from_db()
    assert run.plan.state == PlanState.OPEN
    assert run.plan.touches.get(draft_id=drafts[0].pk).state == TouchState.DONE
    assert run.plan.touches.get(key=f"reminder:{people['champion'].pk}").wanted_date == date(2026, 3, 13)
    assert Todo.objects.get(customer=run.customer, title="Send the email to Ada Byrne").state == TodoState.DONE
    assert Todo.objects.filter(customer=run.customer, actor="ai", state=TodoState.OPEN).count() == 4


def test_each_letter_of_the_plan_passes_the_gate_and_leaves(
    run: EngageRun, drafts: list[Draft], csm: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        for draft in drafts:
            send(draft, version=draft.version, now=MONDAY, by=csm)
            deliver(draft.pk, now=MONDAY)

    assert {draft.state for draft in list_drafts(run)} == {DraftState.SENT}
    assert CapturedMail.objects.count() == 3
    emails = run.plan.touches.filter(kind=TouchKind.EMAIL)
    assert {touch.state for touch in emails} == {TouchState.DONE}


def test_letter_that_states_a_price_unlocked_since_does_not_leave(
    run: EngageRun, drafts: list[Draft], csm: User
) -> None:
    unlock_price(run.renewal, now=NOW, by=csm)

    with pytest.raises(Refused):
        send(drafts[2], version=drafts[2].version, now=NOW, by=csm)

    assert not CapturedMail.objects.exists()


def test_letters_of_a_closed_plan_are_cancelled_even_when_queued(
    run: EngageRun, drafts: list[Draft], csm: User
) -> None:
    send(drafts[0], version=drafts[0].version, now=NOW, by=csm, undo_seconds=60)

    close_plan(run.plan, end=PlanEnd.PERSON, reason="Settled by phone", now=NOW, by=csm)

    assert list_drafts(run) == []
    assert deliver(drafts[0].pk, now=at_day(116)) is None
    assert not CapturedMail.objects.exists()


def test_letter_that_has_left_survives_the_end_of_its_plan(run: EngageRun, drafts: list[Draft], csm: User) -> None:
    send(drafts[0], version=drafts[0].version, now=MONDAY, by=csm)
    deliver(drafts[0].pk, now=MONDAY)

    close_plan(run.plan, end=PlanEnd.PERSON, now=MONDAY, by=csm)

    assert [draft.state for draft in list_drafts(run)] == [DraftState.SENT]


def test_letter_to_somebody_taken_out_of_the_order_is_cancelled_and_written_anew_when_back(
    run: EngageRun, drafts: list[Draft], people: dict[str, Stakeholder], csm: User
) -> None:
    ada, bob = people["champion"].pk, people["decision_maker"].pk

    reorder(run, order=(ada,), reason="Ada first", now=NOW, by=csm)
    refresh_letters(run, now=NOW, by=csm)
    assert [draft.to_name for draft in list_drafts(run)] == ["Ada Byrne"]

    reorder(run, order=(ada, bob), reason="Bob after all", now=NOW, by=csm)
    refresh_letters(run, now=NOW, by=csm)
    assert [draft.to_name for draft in list_drafts(run)] == ["Ada Byrne", "Bob Marsh"]


def test_owner_without_an_address_does_not_sign(renewal: Renewal, people: dict[str, Stakeholder], csm: User) -> None:
    customer = renewal.customer
    customer.owner = factories.UserFactory.create(username="named.by.import", email="", is_active=False)
    customer.account_executive = None
    customer.save()
    lead = factories.UserFactory.create(username="opener", role="lead", team=csm.team)

    written = write_letters(open_engage(customer, now=NOW, by=lead), now=NOW, by=lead)

    assert {draft.sender for draft in written.drafts} == {lead}


def test_letter_sent_while_the_plan_changes_is_left_alone(
    run: EngageRun, drafts: list[Draft], csm: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read as a draft that a person edited, and leaves before it is brought in line."""
    save_draft(drafts[0], version=drafts[0].version, now=NOW, by=csm, body="Hi Ada,\n\nshall we talk?\n\nDana")
    choose_price_approach(run, approach=PriceApproach.NO_PRICE, reason="Meet first", now=NOW, by=csm)
    as_read = list_drafts(run)[0]
    Draft.objects.filter(pk=as_read.pk).update(version=as_read.version + 1)
    monkeypatch.setattr("renewals.services.letters.find_draft", lambda *_: as_read)

    refresh_letters(run, now=NOW, by=csm)

    assert Draft.objects.get(pk=as_read.pk).version == as_read.version + 1


def test_copy_that_a_person_added_survives_a_refresh(run: EngageRun, drafts: list[Draft], csm: User) -> None:
    factories.StakeholderFactory.create(customer=run.customer, email="assistant@acme.example", roles=["user"])
    Draft.objects.filter(pk=drafts[0].pk).update(cc=["assistant@acme.example"], writer=Writer.PERSON)

    refresh_letters(run, now=NOW, by=csm)

    assert "assistant@acme.example" in Draft.objects.get(pk=drafts[0].pk).cc
