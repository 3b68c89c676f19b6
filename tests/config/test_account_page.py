"""The account page: its panels, its queries, and whom it lets in."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.desk.panels import load_planned
from customers.models import Brake, Customer, HealthSample, Hold, Todo, UsageSample, User
from customers.registry import panels as registry
from customers.registry.panels import Fold, Panel, PanelRequest, register_panel
from customers.services.activity import record
from customers.services.meetings import mark_held
from emails.models import Draft
from outreach.enums import TouchKind
from outreach.models import OutreachPlan, Touch
from renewals.enums import Outcome
from renewals.models import Renewal
from renewals.services.renewals import Ending, set_outcome
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(csm: User) -> Customer:
    return factories.CustomerFactory.create(owner=csm, name="Acme & Söhne")


@pytest.fixture
def page(client: Client, csm: User) -> Client:
    client.force_login(csm, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def own_panels() -> Iterator[None]:
    before = dict(registry._panels)
    yield
    registry._panels.clear()
    registry._panels.update(before)


def fill(customer: Customer, csm: User, rows: int) -> None:
    """Give the account `rows` of everything that its page shows."""
    now = timezone.now()
    for number in range(rows):
        person = factories.StakeholderFactory.create(customer=customer)
        factories.WinFactory.create(customer=customer)
        factories.MeetingFactory.create(customer=customer, starts_at=now + timedelta(days=number)).stakeholders.add(
            person
        )
        UsageSample.objects.create(customer=customer, metric="Seats", value=number, at=now - timedelta(days=number))
        HealthSample.objects.create(customer=customer, score=70, at=now - timedelta(days=number))
        Todo.objects.create(customer=customer, title=f"Task {number}", waits_since=now, owner=csm)
        Draft.objects.create(customer=customer, stakeholder=person, to_name=person.name, subject=f"Mail {number}")
        record("note.made", f"Line {number}", customer=customer, by=csm, now=now)


def test_meeting_held_before_its_day_is_told_by_when_it_was_held(page: Client, customer: Customer, csm: User) -> None:
    now = timezone.now()
    meeting = factories.MeetingFactory.create(customer=customer, starts_at=now + timedelta(days=20))
    mark_held(meeting, notes="Came early.", now=now, by=csm)

    text = page.get(reverse("customers:account", args=[customer.pk])).content.decode()

    held = text[text.index("Meetings held (1)") : text.index("Came early.")]
    assert f'datetime="{now.date()}' in held
    assert f'datetime="{meeting.starts_at.date()}' not in held


def test_account_page_empty_says_what_is_missing(page: Client, customer: Customer) -> None:
    text = page.get(reverse("customers:account", args=[customer.pk])).content.decode()

    assert "Acme &amp; Söhne" in text
    for words in ("No running contract", "Nobody yet", "Nothing is planned", "No mail yet"):
        assert words in text


def test_account_page_asks_the_same_for_1_row_as_for_9_of_everything(
    page: Client, customer: Customer, csm: User, django_assert_max_num_queries: Callable[..., object]
) -> None:
    contract = factories.ContractFactory.create(
        customer=customer, start_date=None, renewal_date=timezone.now().date() + timedelta(days=100)
    )
    Renewal.objects.create(customer=customer, contract=contract)
    address = reverse("customers:account", args=[customer.pk])
    fill(customer, csm, 1)

    with django_assert_max_num_queries(12) as first:
        page.get(address)
    fill(customer, csm, 8)
    with django_assert_max_num_queries(12) as second:
        text = page.get(address).content.decode()

    assert len(first) == len(second)  # type: ignore[arg-type]
    assert all(f"Task {number}" in text and f"Mail {number}" in text for number in range(8))


def test_account_page_folds_long_panels(page: Client, customer: Customer, csm: User) -> None:
    today = timezone.now().date()
    for number in range(10):
        due = today + timedelta(days=number)
        Todo.objects.create(customer=customer, title=f"Task {number}", waits_since=timezone.now(), due_date=due)
        Draft.objects.create(customer=customer, to_name="Sarah", subject=f"Mail {number}")

    text = page.get(reverse("customers:account", args=[customer.pk])).content.decode()

    planned, mails = text.partition('id="planned"')[2].split('id="sent"')
    before, _, after = planned.partition("and 2 more until ")
    assert after.startswith(f"{today + timedelta(days=9):%-d %b %Y}")
    assert [number for number in range(10) if f"Task {number}<" in before] == list(range(8))
    assert [number for number in range(10) if f"Task {number}<" in after] == [8, 9]
    assert "and 2 more</summary>" in mails


@pytest.mark.parametrize(("kind", "listed"), [(TouchKind.EMAIL, False), (TouchKind.MEETING, True)])
def test_contact_that_is_a_task_already_is_planned_once(customer: Customer, csm: User, kind: str, listed: bool) -> None:
    due, person = date(2026, 3, 10), factories.StakeholderFactory.create(customer=customer)
    Todo.objects.create(
        customer=customer,
        title="Send it",
        kind="csm.email",
        due_date=due,
        waits_since=timezone.now(),
        metadata={"stakeholder": str(person.pk)},
    )
    touch = Touch(kind=kind, title="A contact", due_date=due, stakeholder=person, plan=OutreachPlan(customer=customer))
    asked = PanelRequest(customer, csm, timezone.now())
    asked.once("touches", lambda: [touch])

    items = load_planned(asked)["items"].shown

    assert ("A contact" in [item.title for item in items]) is listed


def test_account_page_says_what_stops_it(page: Client, customer: Customer) -> None:
    now = timezone.now()
    Hold.objects.create(customer=customer, scope="account", starts_at=now, reason="Their audit runs.")
    Hold.objects.create(customer=customer, scope="journey", starts_at=now)
    Brake.objects.create(customer=customer, set_at=now, reason="Robert replied.")

    text = page.get(reverse("customers:account", args=[customer.pk])).content.decode()

    assert "Their audit runs." in text
    assert "The journey is on hold" in text
    assert "Robert replied." in text


def test_account_page_of_somebody_else_is_not_there(client: Client, stranger: User, customer: Customer) -> None:
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")

    for name, args in [
        ("account", [customer.pk]),
        ("account_activity", [customer.pk]),
        ("account_panel", [customer.pk, "people"]),
        ("account", [uuid.uuid4()]),
    ]:
        assert client.get(reverse(f"customers:{name}", args=args)).status_code == 404


def test_account_page_offers_no_changes_to_a_reader(client: Client, reader: User, customer: Customer) -> None:
    client.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")

    text = client.get(reverse("customers:account", args=[customer.pk])).content.decode()

    assert "/edit" not in text
    assert "/hold" not in text
    assert "people/new" not in text


def test_account_page_shows_only_what_is_safe(page: Client, customer: Customer) -> None:
    customer.notes = "<img src=x onerror=alert(1)>"
    customer.save()

    text = page.get(reverse("customers:account", args=[customer.pk])).content.decode()

    assert "<img src=x" not in text


def test_panel_that_is_lazy_is_loaded_alone(page: Client, customer: Customer, own_panels: None) -> None:
    register_panel(
        Panel(
            "late",
            "Comes later",
            "customers/panels/activity.html",
            lambda asked: {"lines": [], "has_more": False},
            is_lazy=True,
        )
    )
    register_panel(Panel("silent", "Says nothing", "customers/panels/activity.html", lambda asked: None))

    text = page.get(reverse("customers:account", args=[customer.pk])).content.decode()
    part = page.get(
        reverse("customers:account_panel", args=[customer.pk, "late"]), headers={"HX-Request": "true"}
    ).content.decode()
    whole = page.get(reverse("customers:account_panel", args=[customer.pk, "late"])).content.decode()

    assert f'hx-get="/customers/{customer.pk}/panels/late"' in text
    assert "Says nothing" not in text
    assert "Nothing was done here yet." in part and "<html" not in part
    assert "Nothing was done here yet." in whole and "<html" in whole
    assert page.get(reverse("customers:account_panel", args=[customer.pk, "silent"])).status_code == 404
    assert page.get(reverse("customers:account_panel", args=[customer.pk, "none"])).status_code == 404


def test_theme_is_kept_in_a_cookie_and_the_page_is_painted_with_it(page: Client, customer: Customer) -> None:
    address = reverse("customers:account", args=[customer.pk])

    plain = page.get(address).content.decode()
    answer = page.post(reverse("theme"), {"theme": "dark", "next": address})
    dark = page.get(address).content.decode()
    page.post(reverse("theme"), {"theme": '"><script>', "next": address})
    unchanged = page.get(address).content.decode()

    assert "data-theme=" not in plain.split("<head>")[0]
    assert answer["Location"] == address
    assert '<html lang="en" data-theme="dark">' in dark
    assert '<html lang="en" data-theme="dark">' in unchanged


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_theme_leads_nowhere_else(page: Client, back: str) -> None:
    assert page.post(reverse("theme"), {"theme": "dark", "next": back})["Location"] == "/"


@pytest.mark.parametrize(("rows", "shown", "folded"), [(0, 0, 0), (8, 8, 0), (9, 9, 0), (10, 8, 2), (30, 8, 22)])
def test_panel_folds_what_is_more_than_a_row_too_many(rows: int, shown: int, folded: int) -> None:
    fold = Fold.of(range(rows))

    assert (len(fold.shown), len(fold.folded)) == (shown, folded)


def test_account_page_folds_many_people(page: Client, customer: Customer) -> None:
    for number in range(12):
        factories.StakeholderFactory.create(customer=customer, name=f"Person {number:02}", roles=["user"])

    text = page.get(reverse("customers:account_panel", args=[customer.pk, "people"])).content.decode()

    assert text.count('class="people-row') == customer.stakeholders.count()
    assert f"and {customer.stakeholders.count() - 8} more" in text


def test_account_that_churned_says_so(page: Client, customer: Customer, csm: User) -> None:
    contract = factories.ContractFactory.create(customer=customer)
    renewal = Renewal.objects.create(customer=customer, contract=contract)
    ending = Ending(Outcome.CHURNED, reason="Bought by a competitor")
    set_outcome(renewal, ending=ending, now=timezone.now(), by=csm)

    text = page.get(reverse("customers:account", args=[customer.pk])).content.decode()

    assert "Churned</span>" in text
    assert "Bought by a competitor" in text
    assert "No running contract" not in text
