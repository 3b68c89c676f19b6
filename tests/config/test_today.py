"""Today: who sees what, nothing twice, what is done in place, and what it costs."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.desk import today
from config.desk.today import EVERYBODY, Today, Wanted
from config.desk.today_acts import ROWS
from config.desk.today_kinds import _KINDS
from config.desk.today_offers import show_items
from customers.enums import HoldScope, MeetingState, TodoState
from customers.models import Brake, Customer, Hold, Meeting, SavedView, Todo, User
from customers.services.holds import hold_customer, set_brake
from customers.services.todos import add_todo
from emails.enums import DraftState, ReplyClass
from emails.models import Draft
from emails.services.drafts import compose_draft
from tests import factories
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]


@pytest.fixture
def customer(csm: User) -> Customer:
    customer: Customer = factories.CustomerFactory.create(owner=csm, name="Acme", churn_risk=50)
    factories.ContractFactory.create(
        customer=customer, current_price=Decimal(100_000), renewal_date=date(2027, 1, 1), notice_days=90
    )
    return customer


@pytest.fixture
def desk(client: Client, csm: User) -> Client:
    client.force_login(csm)
    return client


def test_item_says_what_it_is_worth_and_how_long_is_left(csm: User, customer: Customer) -> None:
    add_todo("Ask for the logo", customer=customer, owner=csm, now=NOW, by=csm, due_date=NOW.date())

    [item] = _items(csm)

    assert (item.turn.account_name, item.turn.at_risk, item.rank.days_left) == ("Acme", Decimal("50000.00"), 0)
    assert (item.kind.group, item.turn.since) == ("do", NOW)


def test_letter_and_its_task_are_one_item(csm: User, customer: Customer) -> None:
    draft = _letter(customer, csm)
    add_todo(
        "Approve it", customer=customer, owner=csm, now=NOW, by=None, kind="approve_draft",
        source_kind="draft", source_id=draft.pk,
    )  # fmt: skip

    assert [item.turn.id for item in _items(csm)] == [draft.pk]


def test_task_of_a_later_day_waits_for_nobody_and_comes_next(csm: User, customer: Customer) -> None:
    add_todo("Later", customer=customer, owner=csm, now=NOW, by=csm, due_date=NOW.date() + timedelta(3))

    assert _items(csm) == []
    assert [one.title for one in Today(csm, Wanted(), now=NOW).coming()] == ["Later"]


def test_letters_of_a_stopped_account_wait_for_the_question_alone(csm: User, customer: Customer) -> None:
    _letter(customer, csm)
    set_brake(customer, reason="A reply came", now=NOW, by=None)

    assert [item.turn.code for item in _items(csm)] == ["brake"]


def test_letters_of_a_held_account_wait_for_nobody(csm: User, customer: Customer) -> None:
    _letter(customer, csm)
    hold_customer(customer, scope=HoldScope.ACCOUNT, until=None, reason="Quiet", now=NOW, by=csm)

    assert _items(csm) == []


def test_reply_needs_somebody_until_it_is_seen_to(csm: User, customer: Customer) -> None:
    reply = factories.ReplyFactory.create(customer=customer, classification=ReplyClass.QUESTION, is_verified=True)

    assert [item.turn.id for item in _items(csm)] == [reply.pk]

    reply.handled_at = NOW
    reply.save()
    assert _items(csm) == []


def test_renewal_past_its_date_asks_for_the_outcome(csm: User, customer: Customer) -> None:
    customer.contracts.update(renewal_date=NOW.date() - timedelta(2))

    [item] = _items(csm)

    assert (item.turn.code, item.rank.days_left) == ("outcome", -2)


@pytest.mark.parametrize(
    ("days", "codes"), [(30, ["near"]), (31, ["engage"]), (119, ["engage"]), (120, [])]
)  # fmt: skip
def test_near_renewals_need_somebody_where_nothing_else_waits(
    csm: User, customer: Customer, days: int, codes: list[str]
) -> None:
    customer.contracts.update(renewal_date=NOW.date() + timedelta(days), notice_days=10)

    assert [item.turn.code for item in _items(csm)] == codes


def test_meeting_past_is_to_be_settled(csm: User, customer: Customer) -> None:
    factories.MeetingFactory.create(customer=customer, starts_at=NOW - timedelta(hours=2), state=MeetingState.SCHEDULED)

    assert [item.kind.group for item in _items(csm)] == ["settle"]


def test_turn_is_the_tasks_owner_not_the_accounts(csm: User, other_csm: User, lead: User, customer: Customer) -> None:
    customer.account_executive = other_csm
    customer.save()
    add_todo("For Marco", customer=customer, owner=other_csm, now=NOW, by=csm)

    assert _items(csm) == []
    assert [item.turn.title for item in _items(other_csm)] == ["For Marco"]
    assert [item.turn.title for item in _items(lead, EVERYBODY)] == ["For Marco"]


def test_stranger_sees_nothing(stranger: User, csm: User, customer: Customer) -> None:
    add_todo("Ask", customer=customer, owner=stranger, now=NOW, by=csm)

    assert _items(stranger, EVERYBODY) == []


def test_all_are_counted_where_there_are_more_than_are_ranked(
    csm: User, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(today, "MOST", 2)
    for place in range(5):
        add_todo(f"Task {place}", customer=customer, owner=csm, now=NOW, by=csm, due_date=NOW.date())

    items, counts = Today(csm, Wanted(), now=NOW).read()

    assert (len(items), counts.total) == (2, 5)


def test_loads_are_counted_by_person(csm: User, lead: User, customer: Customer) -> None:
    for place in range(3):
        add_todo(f"Task {place}", customer=customer, owner=csm, now=NOW, by=csm, due_date=NOW.date())

    loads = {load.person.username: load for load in Today(lead, Wanted(EVERYBODY), now=NOW).loads() if load.person}

    dana = loads["dana"]
    assert (dana.open_items, dana.at_risk, dana.due_this_week, dana.accounts) == (3, Decimal(50_000), 3, 1)


def test_every_kind_has_words_an_offer_and_a_model(csm: User) -> None:
    assert set(_KINDS) == set(ROWS) - {"todo"}


# The page


def test_page_is_where_sign_in_leads(client: Client, csm: User, customer: Customer) -> None:
    csm.set_password("evergreen-evergreen")
    csm.save()

    answer = client.post(reverse("customers:sign_in"), {"username": "dana", "password": "evergreen-evergreen"})

    assert answer["Location"] == reverse("today")


def test_empty_workspace_shows_the_first_step(desk: Client) -> None:
    assert "Import your book" in desk.get(reverse("today")).content.decode()


def test_quiet_day_says_what_comes_next(desk: Client, csm: User, customer: Customer) -> None:
    add_todo("Call them", customer=customer, owner=csm, now=NOW, by=csm, due_date=NOW.date() + timedelta(3))

    page = desk.get(reverse("today")).content.decode()

    assert "Nothing needs anybody now" in page
    assert "Call them" in page


def test_task_is_done_in_place_without_script(desk: Client, csm: User, customer: Customer) -> None:
    todo = add_todo("Ask", customer=customer, owner=csm, now=NOW, by=csm)

    answer = desk.post(_url("todo", todo.pk), {"verb": "done", "next": "/today?kind=do"})

    todo.refresh_from_db()
    assert (todo.state, answer["Location"]) == (TodoState.DONE, "/today?kind=do")


def test_letter_is_approved_in_place(desk: Client, csm: User, customer: Customer) -> None:
    draft = _letter(customer, csm)

    desk.post(_url("draft", draft.pk), {"verb": "approve", "version": draft.version})

    draft.refresh_from_db()
    assert draft.state == DraftState.QUEUED


def test_stale_letter_is_refused_at_its_item(desk: Client, csm: User, customer: Customer) -> None:
    draft = _letter(customer, csm)

    answer = desk.post(_url("draft", draft.pk), {"verb": "approve", "version": draft.version + 1})

    draft.refresh_from_db()
    assert (answer.status_code, draft.state) == (409, DraftState.DRAFT)
    assert f"error-draft-{draft.pk}" in answer.content.decode()


def test_refusal_by_htmx_is_the_item_alone_with_what_was_typed(desk: Client, csm: User, customer: Customer) -> None:
    brake = set_brake(customer, reason="A reply came", now=NOW, by=None)

    answer = desk.post(_url("brake", brake.pk), {"verb": "hold", "until": "2020-01-01"}, headers={"HX-Request": "true"})

    page = answer.content.decode()
    assert "Choose a day in the future." in page
    assert 'value="2020-01-01"' in page
    assert "<html" not in page


@pytest.mark.parametrize("verb", ["resume", "hold", "negotiate"])
def test_question_after_a_reply_is_answered_in_place(desk: Client, csm: User, customer: Customer, verb: str) -> None:
    brake = set_brake(customer, reason="A reply came", now=NOW, by=None)

    desk.post(_url("brake", brake.pk), {"verb": verb})

    assert Brake.objects.get(pk=brake.pk).cleared_at is not None
    assert Hold.objects.filter(customer=customer, ended_at=None).exists() == (verb == "hold")


def test_meeting_is_marked_as_held_with_its_notes(desk: Client, csm: User, customer: Customer) -> None:
    meeting = factories.MeetingFactory.create(
        customer=customer, starts_at=NOW - timedelta(hours=2), state=MeetingState.SCHEDULED
    )

    desk.post(_url("meeting_past", meeting.pk), {"verb": "held", "notes": "They agree."})

    held = Meeting.objects.get(pk=meeting.pk)
    assert (held.state, held.notes) == (MeetingState.HELD, "They agree.")


def test_what_is_done_already_is_said_so(desk: Client, csm: User, customer: Customer) -> None:
    todo = add_todo("Ask", customer=customer, owner=csm, now=NOW, by=csm)
    Todo.objects.update(state=TodoState.DONE, done_at=NOW)

    answer = desk.post(_url("todo", todo.pk), {"verb": "done"}, headers={"HX-Request": "true"})

    assert "Somebody was faster" in answer.content.decode()


def test_unknown_verb_changes_nothing(desk: Client, csm: User, customer: Customer) -> None:
    todo = add_todo("Ask", customer=customer, owner=csm, now=NOW, by=csm)

    assert desk.post(_url("todo", todo.pk), {"verb": "burn"}).status_code == 409
    assert Todo.objects.get().state == TodoState.OPEN


@pytest.mark.parametrize("code", ["todo", "nonsense"])
def test_what_is_not_theirs_is_not_there(client: Client, stranger: User, customer: Customer, code: str) -> None:
    todo = add_todo("Ask", customer=customer, now=NOW, by=None)
    client.force_login(stranger)

    assert client.post(_url(code, todo.pk), {"verb": "done"}).status_code == 404
    assert client.post(_url("todo", uuid.uuid4()), {"verb": "done"}).status_code == 404


def test_reader_looks_and_does_nothing(client: Client, reader: User, csm: User, customer: Customer) -> None:
    todo = add_todo("Ask", customer=customer, owner=csm, now=NOW, by=csm)
    client.force_login(reader)

    page = client.get(reverse("today") + "?whose=all").content.decode()

    assert "Ask" in page
    assert _url("todo", todo.pk) not in page
    assert client.post(_url("todo", todo.pk), {"verb": "done"}).status_code == 403


def test_filter_is_kept_under_a_name(desk: Client, csm: User) -> None:
    desk.post(reverse("today_view_save"), {"name": "Journeys", "query": "part=journeys&page=3&evil=1"})

    view = SavedView.objects.get(user=csm, page="today")
    assert (view.name, view.query) == ("Journeys", "part=journeys")

    desk.post(reverse("today_view_delete", args=[view.pk]))
    assert not SavedView.objects.exists()


def test_load_is_for_leaders(desk: Client, client: Client, lead: User, customer: Customer) -> None:
    assert desk.get(reverse("today_team")).status_code == 403

    client.force_login(lead)
    assert "Dana Whitfield" in client.get(reverse("today_team")).content.decode()


def test_page_costs_the_same_for_few_and_many(desk: Client, csm: User, customer: Customer) -> None:
    _fill(csm, 1)
    few = _queries(desk)

    _fill(csm, 6)

    assert _queries(desk) == few
    assert few <= 12


# API


def test_api_lists_filters_and_orders(client: Client, csm: User, customer: Customer) -> None:
    client.force_login(csm)
    add_todo("Small", customer=factories.CustomerFactory.create(owner=csm, name="Beta"), owner=csm, now=NOW, by=csm)
    add_todo("Large", customer=customer, owner=csm, now=NOW, by=csm)
    _letter(customer, csm)

    listed = client.get("/api/today", {"kind": "do"}).json()
    backwards = client.get("/api/today", {"kind": "do", "ordering": "weight"}).json()

    assert (listed["count"], [row["title"] for row in listed["results"]]) == (2, ["Large", "Small"])
    assert [row["title"] for row in backwards["results"]] == ["Small", "Large"]
    assert listed["results"][0]["atRisk"] == "50000.00"
    assert listed["results"][0]["actions"] == ["done", "dismissed"]


@pytest.mark.parametrize("name", ["kind", "part", "whose", "ordering"])
@pytest.mark.parametrize("value", ["x", ""])
def test_api_refuses_what_it_does_not_know(client: Client, csm: User, name: str, value: str) -> None:
    client.force_login(csm)

    answer = client.get("/api/today", {name: value})

    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, [name])


def _items(user: User, whose: str = "") -> list[Any]:
    items, _ = Today(user, Wanted(whose), now=NOW).read()
    assert len(show_items(items, reader=user, now=NOW)) == len(items)
    return items


def _url(code: str, pk: Any) -> str:
    return reverse("today_do", args=[code, pk])


def _letter(customer: Customer, csm: User) -> Draft:
    person = factories.StakeholderFactory.create(customer=customer)
    return compose_draft(
        customer=customer,
        stakeholder=person,
        sender=csm,
        subject="A word about the coming year",
        body="Hello,\n\nshall we talk?",
        now=NOW,
        by=csm,
    )


def _fill(csm: User, count: int) -> None:
    for _ in range(count):
        letters, braked = factories.CustomerFactory.create_batch(2, owner=csm)
        _letter(letters, csm)
        set_brake(braked, reason="A reply came", now=NOW, by=None)
        add_todo("Ask", customer=letters, owner=csm, now=NOW, by=csm)
        factories.MeetingFactory.create(
            customer=letters, starts_at=NOW - timedelta(hours=2), state=MeetingState.SCHEDULED
        )


def _queries(desk: Client) -> int:
    desk.get(reverse("today"))
    with CaptureQueriesContext(connection) as asked:
        assert desk.get(reverse("today")).status_code == 200
    return len(asked)
