"""The question after a reply and the workspace of a negotiation, by page and without a script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from customers.models import Brake, Customer, Hold, Stakeholder, Todo, User
from customers.services.holds import set_brake
from emails.models import Draft
from outreach.models import Reaction
from renewals.models import Objection, Renewal, TermNote
from renewals.services.objections import note_objection
from tests import factories
from tests.outreach.conftest import (
    START,
    Receive,
    Send,
    commit,
    letters,
    receive,
    run,
    send_letter,
)

__all__ = ["commit", "letters", "receive", "run", "send_letter"]
pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOW = START + DAY


@pytest.fixture
def page(client: Client, csm: User) -> Any:
    client.force_login(csm)
    with time_machine.travel(NOW, tick=True):
        yield client


@pytest.fixture
def stopped(letters: list[Draft], send_letter: Send, receive: Receive) -> Callable[[str], Any]:
    first = send_letter(letters[0])
    send_letter(letters[1])
    return lambda classification: receive(first, classification, at=NOW, text="Price is too high", proof=["too high"])


def url(name: str, *args: Any) -> str:
    return reverse(f"renewals:{name}", args=args)


# -- the question ----------------------------------------------------------------------------------------------


def test_question_shows_the_reply_and_what_each_choice_changes(
    page: Client, stopped: Callable[[str], Any], customer: Customer
) -> None:
    stopped("positive")

    text = page.get(url("brake", customer.pk)).content.decode()

    assert "Price is too high" in text
    assert 'value="accelerate" checked' in text
    assert "The reply was read as: positive." in text
    assert "What it changes (8)" in text
    notice = text.partition("Notice deadline: the formal proposal is delivered")[2]
    assert "Fri 3 Apr" in notice[:400] and "Wed 11 Mar" in notice[:500]


@pytest.mark.parametrize(
    ("classification", "proposed"),
    [("positive", "accelerate"), ("neutral", "resume"), ("objection_price", "negotiate"), ("question", "resume")],
)
def test_reaction_of_the_spec_is_preselected(
    page: Client, stopped: Callable[[str], Any], customer: Customer, classification: str, proposed: str
) -> None:
    stopped(classification)

    assert page.get(url("brake", customer.pk)).context["chosen"] == proposed


def test_choice_is_confirmed_by_one_click_and_taken_back_by_another(
    page: Client, stopped: Callable[[str], Any], customer: Customer, csm: User
) -> None:
    stopped("positive")

    answer = page.post(url("brake", customer.pk), {"choice": "accelerate"}, follow=True)
    assert "Accelerate: done" in answer.content.decode()
    reaction = Reaction.objects.get()
    assert (reaction.choice, reaction.proposed, reaction.decided_by) == ("accelerate", "accelerate", csm)
    assert "Take it back" in answer.content.decode()

    again = page.post(url("brake_undo", customer.pk, reaction.pk), follow=True).content.decode()
    assert "Taken back." in again
    assert 'value="accelerate" checked' in again
    assert Brake.objects.filter(cleared_at=None).count() == 1


def test_choice_to_negotiate_leads_to_its_workspace(
    page: Client, stopped: Callable[[str], Any], customer: Customer, renewal: Renewal
) -> None:
    stopped("objection_price")

    answer = page.post(url("brake", customer.pk), {"choice": "negotiate"})

    assert answer["Location"] == url("negotiate", customer.pk)
    renewal.refresh_from_db()
    assert renewal.negotiate_started_at is not None


def test_hold_needs_a_day_ahead_or_none(page: Client, stopped: Callable[[str], Any], customer: Customer) -> None:
    stopped("neutral")

    refused = page.post(url("brake", customer.pk), {"choice": "hold", "until": "2026-03-01"})
    page.post(url("brake", customer.pk), {"choice": "hold", "until": "2026-03-20", "reason": "Merger"})

    assert "Choose a day in the future." in refused.content.decode()
    hold = Hold.objects.get()
    assert (hold.reason, hold.until.date() if hold.until else None) == ("Merger", date(2026, 3, 20))


def test_choice_that_somebody_else_made_meanwhile_is_said(
    page: Client, stopped: Callable[[str], Any], customer: Customer
) -> None:
    stopped("neutral")
    page.post(url("brake", customer.pk), {"choice": "resume"})

    answer = page.post(url("brake", customer.pk), {"choice": "accelerate"}, follow=True)

    assert "Somebody has decided this before" in answer.content.decode()
    assert Reaction.objects.count() == 1


def test_question_of_an_account_that_a_person_stopped_has_no_reply(page: Client, customer: Customer) -> None:
    set_brake(customer, reason="Wait for legal", now=NOW, by=None)

    text = page.get(url("brake", customer.pk)).content.decode()

    assert "Wait for legal" in text
    assert 'value="accelerate"' not in text  # there is no plan to accelerate


def test_nothing_to_decide_says_so(page: Client, customer: Customer) -> None:
    assert "Nothing waits for a decision" in page.get(url("brake", customer.pk)).content.decode()


def test_reader_looks_and_chooses_nothing(
    client: Client, stopped: Callable[[str], Any], customer: Customer, reader: User
) -> None:
    stopped("positive")
    client.force_login(reader)

    text = client.get(url("brake", customer.pk)).content.decode()

    assert "disabled" in text and "Confirm" not in text
    assert client.post(url("brake", customer.pk), {"choice": "resume"}).status_code == 403


@pytest.mark.parametrize("name", ["brake", "negotiate"])
def test_pages_of_another_team_are_not_there(client: Client, renewal: Renewal, stranger: User, name: str) -> None:
    client.force_login(stranger)

    assert client.get(url(name, renewal.customer_id)).status_code == 404


def test_account_page_leads_to_the_question_and_to_taking_it_back(
    page: Client, stopped: Callable[[str], Any], customer: Customer
) -> None:
    stopped("objection_price")
    account = reverse("customers:account", args=[customer.pk])

    before = page.get(account).content.decode()
    page.post(url("brake", customer.pk), {"choice": "resume"})
    after = page.get(account).content.decode()

    assert "Decide how to go on" in before and url("brake", customer.pk) in before
    assert "1 open objection" in before
    assert "See it, or take it back" in after and "go on as planned" in after


def test_book_leads_to_the_question(page: Client, stopped: Callable[[str], Any], customer: Customer) -> None:
    stopped("positive")

    assert url("brake", customer.pk) in page.get(reverse("renewals:book")).content.decode()


# -- the workspace ---------------------------------------------------------------------------------------------


def test_workspace_shows_objection_evidence_and_prepared_answer(
    page: Client, stopped: Callable[[str], Any], customer: Customer
) -> None:
    reply = stopped("objection_price")

    text = page.get(url("negotiate", customer.pk)).content.decode()

    answer = Objection.objects.get().answer
    assert answer is not None
    assert "Price is too high" in text and "Proof: “too high”" in text
    assert reverse("emails:reply", args=[reply.pk]) in text
    assert reverse("emails:draft", args=[answer.pk]) in text
    assert "An objection was raised: start now?" in text
    assert 'value="Objection: price, Ada Byrne"' in text


def test_negotiation_is_started_by_a_person_with_a_reason(page: Client, renewal: Renewal) -> None:
    refused = page.post(url("negotiate_start", renewal.customer_id), {"reason": " "})
    page.post(url("negotiate_start", renewal.customer_id), {"reason": "They compare vendors"})

    assert refused.status_code == 200
    renewal.refresh_from_db()
    assert renewal.negotiate_started_at is not None


def test_objection_is_noted_answered_and_settled(
    page: Client, renewal: Renewal, people: dict[str, Stakeholder]
) -> None:
    customer_id = renewal.customer_id
    given = {"kind": "budget", "quote": "Budget is frozen", "stakeholder": str(people["economic_buyer"].pk)}

    page.post(url("objection_new", customer_id), given)
    objection = Objection.objects.get()
    opened = page.post(url("objection_answer", customer_id, objection.pk))
    page.post(url("objection_settle", customer_id, objection.pk), {"how": "Split over two years"})

    objection.refresh_from_db()
    assert objection.answer is not None
    assert opened["Location"] == reverse("emails:draft", args=[objection.answer.pk])
    assert (objection.settled_how, objection.is_open) == ("Split over two years", False)
    assert "Split over two years" in page.get(url("negotiate", customer_id)).content.decode()


def test_terms_are_noted_and_a_discount_waits_for_a_lead(
    page: Client, client: Client, renewal: Renewal, lead: User
) -> None:
    customer_id = renewal.customer_id

    refused = page.post(url("terms", customer_id), {})
    page.post(url("terms", customer_id), {"price": "268000", "term_months": "24"})
    page.post(url("terms", customer_id), {"discount_pct": "5", "note": "For three years"})
    text = page.get(url("negotiate", customer_id)).content.decode()

    assert "Enter a price, a term, a discount or a note." in refused.content.decode()
    assert "Waits for a lead" in text and 'name="decision"' not in text
    waiting = TermNote.objects.get(version=2)
    client.force_login(lead)
    client.post(url("terms_decide", customer_id, waiting.pk), {"decision": "approve"})
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by) == ("approved", lead)
    assert TermNote.objects.get(version=1).price == Decimal(268000)


def test_next_step_is_a_task_and_is_done_from_the_workspace(page: Client, renewal: Renewal) -> None:
    customer_id = renewal.customer_id

    refused = page.post(url("next_step", customer_id), {"title": "Send scenarios"})
    page.post(url("next_step", customer_id), {"title": "Send scenarios", "due_date": "2026-03-20"})

    assert refused.context["step_form"].errors["due_date"]
    todo = Todo.objects.get(kind="negotiate.next_step")
    assert "Send scenarios" in page.get(url("negotiate", customer_id)).content.decode()
    answer = page.post(reverse("customers:todo_close", args=[todo.pk]), {"next": url("negotiate", customer_id)})
    assert answer["Location"] == url("negotiate", customer_id)


def test_account_without_a_contract_has_nothing_to_negotiate(page: Client, csm: User) -> None:
    customer = factories.CustomerFactory.create(owner=csm)

    assert page.get(url("negotiate", customer.pk)).status_code == 404


def test_workspace_asks_the_same_for_1_row_as_for_6_of_everything(
    page: Client, renewal: Renewal, people: dict[str, Stakeholder], csm: User, django_assert_max_num_queries: Any
) -> None:
    def fill(count: int) -> None:
        for number in range(count):
            note_objection(
                renewal,
                kind="price",  # type: ignore[arg-type]
                quote=f"Too much {number}",
                stakeholder=people["champion"],
                now=NOW,
                by=csm,
            )
            page.post(url("terms", renewal.customer_id), {"note": f"Note {number}"})
            page.post(url("next_step", renewal.customer_id), {"title": f"Step {number}", "due_date": "2026-03-20"})

    fill(1)
    with django_assert_max_num_queries(20) as one:
        page.get(url("negotiate", renewal.customer_id))
    fill(5)
    with django_assert_max_num_queries(20) as six:
        page.get(url("negotiate", renewal.customer_id))

    assert len(one) == len(six)
