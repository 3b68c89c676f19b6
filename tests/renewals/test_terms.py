"""Terms that were discussed: version by version, discounts by a lead; and what begins with a choice after a reply."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from customers.models import Customer, Todo, User
from journeys.models import AutomationSchedule
from outreach.enums import Choice
from outreach.services.reactions import Decision, undo_reaction
from renewals.enums import TermState
from renewals.models import Renewal
from renewals.rules.terms import TermFacts, why_lead
from renewals.services.negotiate import KIND
from renewals.services.reactions import decide
from renewals.services.renewals import NotAllowed
from renewals.services.terms import Terms, TermsDecided, decide_terms, note_terms, set_next_step
from tests.outreach.conftest import START, Commit, Receive, Send, commit, letters, receive, run, send_letter

__all__ = ["commit", "letters", "receive", "run", "send_letter"]
pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("price", "discount", "reason"),
    [
        (None, None, ""),
        ("268000", None, ""),
        ("267999.99", None, "A price below what we ask for is a discount and needs a lead."),
        ("287500", None, ""),  # 15 % more than now
        ("287500.01", None, "An increase above 15 % needs a lead."),
        (None, "0", ""),
        (None, "0.01", "A discount of 0.01 % needs a lead."),
        ("268000", "5.00", "A discount of 5 % needs a lead."),
    ],
)
def test_discount_and_large_increase_need_a_lead(price: str | None, discount: str | None, reason: str) -> None:
    facts = TermFacts(
        Decimal(250000),
        Decimal(268000),
        Decimal(price) if price else None,
        Decimal(discount) if discount else None,
    )

    assert why_lead(facts) == reason


def test_terms_are_kept_version_by_version(renewal: Renewal, csm: User) -> None:
    one = note_terms(renewal, Terms(price=Decimal(268000), term_months=24), now=START, by=csm)
    two = note_terms(renewal, Terms(note="They ask for monthly payment"), now=START, by=csm)

    assert [(note.version, note.state) for note in (one, two)] == [(1, TermState.DISCUSSED), (2, TermState.DISCUSSED)]
    with pytest.raises(ValidationError):
        note_terms(renewal, Terms(), now=START, by=csm)
    with pytest.raises(ValidationError):
        note_terms(renewal, Terms(discount_pct=Decimal(101)), now=START, by=csm)


def test_csm_proposes_a_discount_and_a_lead_decides(renewal: Renewal, csm: User, lead: User) -> None:
    note = note_terms(renewal, Terms(discount_pct=Decimal(5)), now=START, by=csm)
    todo = Todo.objects.get(kind="terms_proposed")
    assert todo.owner is not None
    assert (note.state, todo.owner.role) == (TermState.PROPOSED, "lead")

    with pytest.raises(NotAllowed):
        decide_terms(note, approved=True, now=START, by=csm)
    decide_terms(note, approved=True, now=START + DAY, by=lead)

    note.refresh_from_db()
    todo.refresh_from_db()
    assert (note.state, note.decided_by, todo.state) == (TermState.APPROVED, lead, "done")
    with pytest.raises(TermsDecided):
        decide_terms(note, approved=False, now=START + DAY, by=lead)


def test_lead_who_notes_a_discount_has_decided_it(renewal: Renewal, lead: User) -> None:
    note = note_terms(renewal, Terms(discount_pct=Decimal(5)), now=START, by=lead)

    assert (note.state, note.decided_by) == (TermState.APPROVED, lead)


def test_reader_may_note_nothing(renewal: Renewal, reader: User) -> None:
    with pytest.raises(NotAllowed):
        note_terms(renewal, Terms(note="x"), now=START, by=reader)


def test_next_step_is_a_task_with_a_day(renewal: Renewal, csm: User) -> None:
    todo = set_next_step(renewal, title="Send the scenarios", due_date=date(2026, 3, 20), owner=None, now=START, by=csm)

    assert (todo.kind, todo.owner, todo.due_date) == ("negotiate.next_step", csm, date(2026, 3, 20))


# -- what begins with a choice -------------------------------------------------------------------------------


@pytest.fixture
def objected(letters: Any, send_letter: Send, receive: Receive) -> Any:
    first = send_letter(letters[0])
    return receive(first, "objection_price", at=START + DAY)


def negotiate(**more: Any) -> Decision:
    return Decision(Choice.NEGOTIATE, proposed=Choice.NEGOTIATE, **more)


def test_choice_to_negotiate_begins_it(
    objected: Any, renewal: Renewal, customer: Customer, csm: User, commit: Commit
) -> None:
    with commit(START + DAY):
        decide(customer, negotiate(), now=START + DAY, by=csm)

    renewal.refresh_from_db()
    assert renewal.negotiate_started_at == START + DAY
    assert AutomationSchedule.objects.get(kind=KIND).status == "CANCELLED"


def test_taking_the_choice_back_takes_the_negotiation_back(
    objected: Any, renewal: Renewal, customer: Customer, csm: User, commit: Commit
) -> None:
    with commit(START + DAY):
        reaction = decide(customer, negotiate(), now=START + DAY, by=csm)

    with commit(START + DAY):
        undo_reaction(reaction, now=START + DAY + timedelta(minutes=1), by=csm)

    renewal.refresh_from_db()
    assert renewal.negotiate_started_at is None
    assert AutomationSchedule.objects.get(kind=KIND).status == "SCHEDULED"


@pytest.mark.parametrize("choice", [Choice.ACCELERATE, Choice.RESUME])
def test_other_choices_begin_nothing(
    objected: Any, renewal: Renewal, customer: Customer, csm: User, choice: Choice
) -> None:
    decide(customer, Decision(choice, proposed=Choice.NEGOTIATE), now=START + DAY, by=csm)

    renewal.refresh_from_db()
    assert renewal.negotiate_started_at is None
