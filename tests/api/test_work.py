"""Tasks, successes and meetings by API: the same services as the page, and nothing of another account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from customers.enums import MeetingState, TodoState
from customers.models import Activity, Brake, Customer, Meeting, Todo, User, Win
from customers.services.todos import add_todo
from tests import factories
from tests.api.conftest import Caller, error_of
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]
AHEAD = (NOW + timedelta(days=5)).isoformat()


def at(customer: Customer, rest: str) -> str:
    return f"/api/customers/{customer.pk}/{rest}"


def test_task_is_added_listed_closed_and_opened_again(api: Caller, customer: Customer) -> None:
    made = api.post(at(customer, "todos"), {"title": "Ask for the logo", "dueDate": "2026-03-09"}).json()
    listed = api.get(at(customer, "todos?state=open")).json()["results"]

    done = api.patch(f"/api/todos/{made['id']}", {"state": "done"})
    again = api.patch(f"/api/todos/{made['id']}", {"state": "done"})
    other = api.patch(f"/api/todos/{made['id']}", {"state": "dismissed"})
    opened = api.patch(f"/api/todos/{made['id']}", {"state": "open"}).json()

    assert (made["title"], made["dueDate"], made["state"]) == ("Ask for the logo", "2026-03-09", "open")
    assert [row["id"] for row in listed] == [made["id"]]
    assert (done.status_code, done.json()["state"], done.json()["doneAt"] is not None) == (200, "done", True)
    assert again.status_code == 200
    assert error_of(other)["code"] == "conflict"
    assert (opened["state"], opened["doneAt"]) == ("open", None)
    assert Activity.objects.filter(verb="todo.done").count() == 1


def test_task_is_the_callers_own(api: Caller, customer: Customer, csm: User) -> None:
    api.post(at(customer, "todos"), {"title": "Call"})

    assert Todo.objects.get().owner == csm


@pytest.mark.parametrize(
    ("body", "field"), [({}, "title"), ({"title": " "}, "title"), ({"title": "x", "dueDate": "soon"}, "dueDate")]
)
def test_wrong_task_is_refused_beside_its_field(api: Caller, customer: Customer, body: Any, field: str) -> None:
    assert field in error_of(api.post(at(customer, "todos"), body))["fields"]
    assert not Todo.objects.exists()


def test_success_is_noted_once_and_taken_out(api: Caller, customer: Customer) -> None:
    win = {"text": "Invoices in a day", "value": "40000.00", "achievedOn": "2026-02-01"}
    made = api.post(at(customer, "wins"), win)
    twice = api.post(at(customer, "wins"), win)
    listed = api.get(at(customer, "wins")).json()["results"]

    gone = api.delete(at(customer, f"wins/{made.json()['id']}"))

    assert made.status_code == 201
    assert "text" in error_of(twice)["fields"]
    assert [row["value"] for row in listed] == ["40000.00"]
    assert gone.status_code == 204
    assert not Win.objects.exists()


def test_meeting_ahead_stops_what_is_planned_and_is_held_with_tasks(api: Caller, customer: Customer) -> None:
    person = factories.StakeholderFactory.create(customer=customer)
    body = {"title": "Preview", "startsAt": AHEAD, "stakeholderIds": [str(person.pk)]}
    made = api.post(at(customer, "meetings"), body).json()
    moved = api.patch(at(customer, f"meetings/{made['id']}"), {"title": "Renewal preview"}).json()

    held = api.post(at(customer, f"meetings/{made['id']}/held"), {"notes": "Good", "actions": ["Send the roadmap"]})
    twice = api.post(at(customer, f"meetings/{made['id']}/held"), {})

    assert made["state"] == "scheduled"
    assert Brake.objects.filter(customer=customer).exists()
    assert (moved["title"], moved["startsAt"], moved["stakeholderIds"]) == (
        "Renewal preview", made["startsAt"], [str(person.pk)],
    )  # fmt: skip
    assert (held.json()["state"], held.json()["notes"]) == ("held", "Good")
    assert Todo.objects.filter(title="Send the roadmap").count() == 1
    assert twice.status_code == 409


def test_meeting_that_was_is_held_and_one_that_is_not_to_be_is_cancelled(api: Caller, customer: Customer) -> None:
    past = {"title": "Kick-off", "startsAt": (NOW - timedelta(days=3)).isoformat()}
    assert api.post(at(customer, "meetings"), past).json()["state"] == "held"
    ahead = api.post(at(customer, "meetings"), {"title": "Next", "startsAt": AHEAD}).json()

    cancelled = api.post(at(customer, f"meetings/{ahead['id']}/cancel"))
    twice = api.post(at(customer, f"meetings/{ahead['id']}/cancel"))
    listed = api.get(at(customer, "meetings")).json()["results"]

    assert cancelled.json()["state"] == "cancelled"
    assert twice.status_code == 409
    assert [row["title"] for row in listed] == ["Next", "Kick-off"]


def test_people_of_another_account_are_refused(api: Caller, customer: Customer) -> None:
    other = factories.StakeholderFactory.create()
    body = {"title": "Preview", "startsAt": AHEAD, "stakeholderIds": [str(other.pk)]}

    assert "stakeholderIds" in error_of(api.post(at(customer, "meetings"), body))["fields"]
    assert not Meeting.objects.exists()


def test_things_of_another_account_are_not_there(api: Caller, customer: Customer, csm: User) -> None:
    own = factories.CustomerFactory.create(owner=csm)
    meeting = Meeting.objects.create(customer=own, title="Theirs", starts_at=NOW, state=MeetingState.SCHEDULED)
    win = Win.objects.create(customer=own, text="Theirs")
    foreign = add_todo("Theirs", customer=factories.CustomerFactory.create(), now=NOW, by=None)

    answers = [
        api.patch(at(customer, f"meetings/{meeting.pk}"), {"title": "Mine"}),
        api.post(at(customer, f"meetings/{meeting.pk}/held"), {}),
        api.post(at(customer, f"meetings/{meeting.pk}/cancel")),
        api.delete(at(customer, f"wins/{win.pk}")),
        api.patch(f"/api/todos/{foreign.pk}", {"state": "done"}),
        api.patch(f"/api/todos/{uuid4()}", {"state": "done"}),
    ]

    assert {answer.status_code for answer in answers} == {404}
    meeting.refresh_from_db()
    foreign.refresh_from_db()
    assert (meeting.title, meeting.state, foreign.state) == ("Theirs", MeetingState.SCHEDULED, TodoState.OPEN)
    assert Win.objects.filter(pk=win.pk).exists()


def test_lists_take_the_same_queries_for_one_and_for_many(
    api: Caller, customer: Customer, django_assert_max_num_queries: Any
) -> None:
    person = factories.StakeholderFactory.create(customer=customer)
    for n in range(6):
        add_todo(f"Task {n}", customer=customer, now=NOW, by=None, owner=customer.owner)
        Meeting.objects.create(customer=customer, title=f"M {n}", starts_at=NOW).stakeholders.add(person)

    for name in ("todos", "meetings"):
        with django_assert_max_num_queries(8):
            assert api.get(at(customer, name)).json()["count"] == 6
