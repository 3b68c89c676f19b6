"""The forms of an account by page: what is sent is saved, what is wrong stands beside its field."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer, Hold, Meeting, Stakeholder, Todo, User, Win
from tests import factories
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

FORMS = ("account_edit", "person_new", "meeting_new", "todo_new", "win_new", "hold", "merge")


@pytest.fixture
def customer(csm: User) -> Customer:
    return factories.CustomerFactory.create(owner=csm, name="Acme")


@pytest.fixture
def page(client: Client, csm: User) -> Client:
    return sign_in(client, csm)


def sign_in(client: Client, user: User) -> Client:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def account(customer: Customer, anchor: str = "") -> str:
    return reverse("customers:account", args=[customer.pk]) + (f"#{anchor}" if anchor else "")


def account_values(**changed: str) -> dict[str, str]:
    return {"name": "Acme", "timezone": "Europe/Berlin", "currency": "EUR", **changed}


@pytest.mark.parametrize("name", FORMS)
def test_forms_open_for_who_may_and_for_nobody_else(
    client: Client, csm: User, stranger: User, reader: User, customer: Customer, name: str
) -> None:
    address = reverse(f"customers:{name}", args=[customer.pk])

    assert client.get(address)["Location"].startswith(reverse("customers:sign_in"))
    assert sign_in(client, csm).get(address).status_code == 200
    assert sign_in(client, stranger).get(address).status_code == 404
    assert sign_in(client, reader).get(address).status_code == 403


def test_new_account_leads_to_its_page(page: Client, csm: User) -> None:
    answer = page.post(reverse("customers:account_new"), account_values(name="Bluefin"))

    made = Customer.objects.get(name="Bluefin")
    assert answer["Location"] == account(made)
    assert made.owner == csm


def test_country_that_is_none_is_told_beside_its_field(page: Client, customer: Customer) -> None:
    answer = page.post(reverse("customers:account_edit", args=[customer.pk]), account_values(country="ZZ"))

    assert answer.context["form"].errors == {
        "country": ["“ZZ” is no country of ISO 3166; write its two letters, such as DE."]
    }


def test_edit_account_keeps_the_input_beside_the_error(page: Client, customer: Customer) -> None:
    answer = page.post(
        reverse("customers:account_edit", args=[customer.pk]),
        account_values(name="Acme Ltd", churn_risk="140", country="Germany"),
    )

    text = answer.content.decode()
    customer.refresh_from_db()
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {"churn_risk", "country"}
    assert 'value="Acme Ltd"' in text and 'value="140"' in text
    assert 'id="id_churn_risk_error"' in text
    assert customer.name == "Acme"


def test_edit_account_by_its_csm_keeps_the_owner(page: Client, customer: Customer, csm: User, other_csm: User) -> None:
    page.post(
        reverse("customers:account_edit", args=[customer.pk]), account_values(owner=str(other_csm.pk), segment="SMB")
    )

    customer.refresh_from_db()
    assert (customer.owner, customer.segment) == (csm, "SMB")


def test_edit_account_by_a_lead_hands_it_over(client: Client, customer: Customer, lead: User, other_csm: User) -> None:
    sign_in(client, lead).post(
        reverse("customers:account_edit", args=[customer.pk]), account_values(owner=str(other_csm.pk))
    )

    customer.refresh_from_db()
    assert customer.owner == other_csm


def test_person_is_added_changed_marked_as_left_and_removed(page: Client, customer: Customer) -> None:
    page.post(
        reverse("customers:person_new", args=[customer.pk]),
        {"name": "Mary", "email": "mary@acme.example", "roles": ["champion"], "primary": "on"},
    )
    mary = Stakeholder.objects.get(name="Mary")
    where = [customer.pk, mary.pk]

    edited = page.post(reverse("customers:person_edit", args=where), {"name": "Mary O.", "roles": ["champion", "user"]})
    asked = page.get(reverse("customers:person_left", args=where)).content.decode()
    page.post(reverse("customers:person_left", args=where))
    mary.refresh_from_db()

    assert edited["Location"] == account(customer, "people")
    assert (mary.name, mary.roles, mary.email, mary.primary) == ("Mary O.", ["champion", "user"], "", False)
    assert "lacks its champion" in asked
    assert mary.has_left
    page.post(reverse("customers:person_left", args=where))
    page.post(reverse("customers:person_remove", args=where))
    assert not Stakeholder.objects.exists()


def test_person_with_a_taken_address_is_told_at_the_field(page: Client, customer: Customer) -> None:
    factories.StakeholderFactory.create(customer=customer, email="mary@acme.example")

    answer = page.post(
        reverse("customers:person_new", args=[customer.pk]), {"name": "Mary", "email": "MARY@acme.example"}
    )

    assert answer.context["form"].errors["email"] == ["Another person of this account has this address."]


def test_person_of_another_account_is_not_there(page: Client, customer: Customer) -> None:
    other = factories.StakeholderFactory.create()

    for name in ("person_edit", "person_left", "person_remove"):
        assert page.post(reverse(f"customers:{name}", args=[customer.pk, other.pk])).status_code == 404


def test_meeting_is_recorded_marked_held_and_its_form_is_gone(page: Client, customer: Customer) -> None:
    person = factories.StakeholderFactory.create(customer=customer)
    tomorrow = timezone.now() + timedelta(days=1)

    page.post(
        reverse("customers:meeting_new", args=[customer.pk]),
        {"title": "Review", "starts_at": f"{tomorrow:%Y-%m-%dT%H:%M}", "stakeholders": [str(person.pk)]},
    )
    meeting = Meeting.objects.get()
    where = [customer.pk, meeting.pk]
    page.post(reverse("customers:meeting_held", args=where), {"notes": "All well."})

    meeting.refresh_from_db()
    assert (meeting.state, meeting.notes, list(meeting.stakeholders.all())) == ("held", "All well.", [person])
    assert page.post(reverse("customers:meeting_cancel", args=where)).status_code == 404


def test_todo_is_added_done_and_opened_again(page: Client, customer: Customer, csm: User) -> None:
    page.post(reverse("customers:todo_new", args=[customer.pk]), {"title": "Call Ines", "due_date": "2026-03-09"})
    todo = Todo.objects.get()

    done = page.post(reverse("customers:todo_close", args=[todo.pk]))
    todo.refresh_from_db()
    assert (done["Location"], todo.state, todo.done_by) == (account(customer, "planned"), "done", csm)

    page.post(reverse("customers:todo_reopen", args=[todo.pk]))
    page.post(reverse("customers:todo_close", args=[todo.pk]), {"state": "dismissed", "next": "//elsewhere.example"})
    todo.refresh_from_db()
    assert todo.state == "dismissed"


def test_todo_of_another_account_and_by_get_is_refused(
    client: Client, stranger: User, csm: User, customer: Customer
) -> None:
    todo = Todo.objects.create(customer=customer, title="Call", waits_since=NOW)
    close = reverse("customers:todo_close", args=[todo.pk])

    assert sign_in(client, stranger).post(close).status_code == 404
    assert sign_in(client, csm).get(close).status_code == 405


def test_success_is_noted_and_removed(page: Client, customer: Customer) -> None:
    page.post(reverse("customers:win_new", args=[customer.pk]), {"text": "14 sites", "value": "52000"})
    win = Win.objects.get()

    assert win.value == 52000
    page.post(reverse("customers:win_remove", args=[customer.pk, win.pk]))
    assert not Win.objects.exists()


def test_hold_lasts_to_the_start_of_the_day_there(page: Client, customer: Customer) -> None:
    customer.timezone = "Asia/Tokyo"
    customer.save()
    hold_address = reverse("customers:hold", args=[customer.pk])

    page.post(hold_address, {"scope": "account", "until": "2199-05-02", "reason": "Their audit"})
    hold = Hold.objects.get()
    second = page.post(hold_address, {"scope": "account"})

    assert hold.until is not None and hold.until.isoformat() == "2199-05-01T15:00:00+00:00"
    assert "scope" in second.context["form"].errors
    page.post(reverse("customers:hold_resume", args=[customer.pk, hold.pk]))
    hold.refresh_from_db()
    assert hold.ended_at is not None


def test_hold_into_the_past_is_told_at_the_field(page: Client, customer: Customer) -> None:
    answer = page.post(reverse("customers:hold", args=[customer.pk]), {"scope": "account", "until": "2020-01-01"})

    assert answer.context["form"].errors["until"] == ["Choose a day in the future."]
    assert not Hold.objects.exists()


def test_merge_by_page_shows_what_moves_and_merges(page: Client, customer: Customer, csm: User) -> None:
    other = factories.CustomerFactory.create(owner=csm, name="Acme Inc")
    factories.StakeholderFactory.create_batch(2, customer=other)
    confirm = reverse("customers:merge_confirm", args=[customer.pk, other.pk])

    found = page.get(reverse("customers:merge", args=[customer.pk]))
    asked = page.get(confirm).content.decode()
    page.post(confirm)

    assert list(found.context["candidates"]) == [other]
    assert "2 stakeholders" in asked
    assert customer.stakeholders.count() == 2
    assert not Customer.objects.filter(pk=other.pk).exists()


def test_merge_with_an_account_of_somebody_else_is_not_there(page: Client, customer: Customer) -> None:
    foreign = factories.CustomerFactory.create()

    assert page.post(reverse("customers:merge_confirm", args=[customer.pk, foreign.pk])).status_code == 404
    assert Customer.objects.filter(pk=foreign.pk).exists()
