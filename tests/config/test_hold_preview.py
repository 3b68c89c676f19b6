"""A hold before it is set and ended: what it stops, what is away, the notice deadline inside, what goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.enums import HoldScope
from customers.models import Activity, Contract, Customer, Hold, User
from customers.queries.holds import preview_hold
from customers.rules.holds import is_inside
from customers.services.holds import hold_customer
from emails.enums import DraftState, Lane
from emails.models import Draft
from journeys.enums import AutomationType
from journeys.models import AutomationSchedule
from outreach.enums import PlanState, SequencingApproach, TouchKind
from outreach.models import OutreachPlan, Touch
from tests import factories
from tests.api.conftest import Caller, key_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def customer(csm: User) -> Customer:
    return factories.CustomerFactory.create(owner=csm, name="Acme Rail", timezone="America/New_York")


@pytest.fixture
def page(csm: User) -> Client:
    client = Client()
    client.force_login(csm)
    return client


@pytest.fixture
def api(csm: User) -> Caller:
    return Caller(key_of(csm))


def letter(customer: Customer, state: DraftState, subject: str, *, lane: Lane = Lane.RENEWAL) -> Draft:
    approved = datetime(2026, 3, 1, tzinfo=UTC)
    more: dict[str, Any] = {
        DraftState.SCHEDULED: {"scheduled_send_date": timezone.now() + 2 * DAY},
        DraftState.SENDING: {"claim_token": uuid4(), "leased_until": timezone.now() + DAY},
        DraftState.BLOCKED: {"blocked_by": "hold"},
    }.get(state, {})
    return Draft.objects.create(
        customer=customer, to_name="Sarah Lee", to_email="sarah@acme.example", subject=subject, body="x", lane=lane,
        state=state, approved_at=approved, approval_expires_at=approved + 90 * DAY, approval_hash="h", **more,
    )  # fmt: skip


def automation(customer: Customer, kind: str, occurrence: str, at: datetime) -> AutomationSchedule:
    return AutomationSchedule.objects.create(
        customer=customer, type=AutomationType.FOLLOW_UP, kind=kind, subject_kind="draft", subject_id=uuid4(),
        occurrence=occurrence, trigger_at=at,
    )  # fmt: skip


def touch(customer: Customer, title: str, kind: TouchKind, due: date, **more: Any) -> Touch:
    plan, _ = OutreachPlan.objects.get_or_create(
        customer=customer,
        defaults={
            "renewal_id": uuid4(),
            "approach": SequencingApproach.PARALLEL,
            "pricing_approach": "value_first",
            "deadline": due,
            "state": PlanState.PROPOSED,
        },
    )
    return Touch.objects.create(plan=plan, key=title, title=title, kind=kind, wanted_date=due, due_date=due, **more)


def contract(customer: Customer, *, notice_in: int) -> Contract:
    renewal = timezone.now().date() + timedelta(days=notice_in + 90)
    return factories.ContractFactory.create(customer=customer, start_date=None, renewal_date=renewal, notice_days=90)


@pytest.mark.parametrize(
    ("day", "goes_on", "inside"),
    [
        (date(2026, 3, 4), None, True),
        (date(2026, 3, 3), None, False),
        (date(2026, 3, 10), date(2026, 3, 11), True),
        (date(2026, 3, 10), date(2026, 3, 10), False),
        (date(2026, 3, 10), date(2026, 3, 9), False),
        (None, None, False),
    ],
)
def test_deadline_inside_a_hold(day: date | None, goes_on: date | None, inside: bool) -> None:
    assert is_inside(day, today=date(2026, 3, 4), goes_on=goes_on) == inside


def test_hold_of_the_account_names_letters_contacts_and_automations(customer: Customer) -> None:
    now = timezone.now()
    letter(customer, DraftState.SCHEDULED, "The renewal")
    letter(customer, DraftState.QUEUED, "The programme", lane=Lane.JOURNEY)
    letter(customer, DraftState.QUEUED, "The notice", lane=Lane.NOTICE)
    letter(customer, DraftState.DRAFT, "Not approved")
    letter(customer, DraftState.UNKNOWN, "On its way")
    automation(customer, "outreach.remind", "day-3", now + 3 * DAY)
    touch(customer, "Email", TouchKind.EMAIL, now.date() + DAY)
    touch(customer, "Notice", TouchKind.NOTICE, now.date() + DAY)

    preview = preview_hold(customer, scope=HoldScope.ACCOUNT, until=None, now=now)

    assert {stops.kind: [stop.name for stop in stops.named] for stops in preview.stops} == {
        "letters": ["“The renewal” to Sarah Lee", "“The programme” to Sarah Lee"],
        "automations": ["Follow up: remind, day-3"],
        "touches": ["Email"],
    }
    assert [stop.name for stop in preview.in_flight] == ["“On its way” to Sarah Lee"]


def test_hold_of_the_journey_stops_the_journey_alone(customer: Customer) -> None:
    now = timezone.now()
    letter(customer, DraftState.QUEUED, "The renewal")
    letter(customer, DraftState.QUEUED, "The programme", lane=Lane.JOURNEY)
    automation(customer, "outreach.remind", "day-3", now)
    touch(customer, "Email", TouchKind.EMAIL, now.date())

    preview = preview_hold(customer, scope=HoldScope.JOURNEY, until=None, now=now)

    assert [(stops.kind, stops.count) for stops in preview.stops] == [("letters", 1)]
    assert preview.stops[0].named[0].name == "“The programme” to Sarah Lee"


def test_contact_whose_letter_waits_is_named_once(customer: Customer) -> None:
    now = timezone.now()
    waiting = letter(customer, DraftState.QUEUED, "First letter")
    touch(customer, "Email", TouchKind.EMAIL, now.date(), draft_id=waiting.pk)

    preview = preview_hold(customer, scope=HoldScope.ACCOUNT, until=None, now=now)

    assert [(stops.kind, stops.count) for stops in preview.stops] == [("letters", 1)]


def test_page_shows_what_it_stops_before_and_names_what_was_away(page: Client, customer: Customer) -> None:
    letter(customer, DraftState.SCHEDULED, "The renewal")
    letter(customer, DraftState.SENDING, "Just leaving")
    address = reverse("customers:hold", args=[customer.pk])

    asked = page.get(address).content.decode()
    answer = page.post(address, {"scope": "account", "reason": "Merger"}, follow=True).content.decode()

    assert "“The renewal” to Sarah Lee" in asked
    assert "Too late for" in asked
    assert "Away already, and not to be called back: “Just leaving” to Sarah Lee." in answer
    line = Activity.objects.get(verb="hold.started")
    assert "Already away: “Just leaving” to Sarah Lee" in line.summary
    assert line.data["in_flight"] == [str(Draft.objects.get(subject="Just leaving").pk)]


def test_notice_deadline_inside_is_shown_and_must_be_seen(page: Client, customer: Customer) -> None:
    deadline = contract(customer, notice_in=10)
    day = deadline.renewal_date - timedelta(days=90)
    address = reverse("customers:hold", args=[customer.pk])

    first = page.post(address, {"scope": "account"})

    assert first.status_code == 200
    assert "The notice deadline is inside." in first.content.decode()
    assert Hold.objects.count() == 0
    page.post(address, {"scope": "account", "seen_deadline": "2020-01-01"})
    assert Hold.objects.count() == 0
    page.post(address, {"scope": "account", "seen_deadline": day.isoformat()})
    assert Hold.objects.count() == 1


def test_hold_that_ends_before_the_deadline_is_not_asked_twice(page: Client, customer: Customer) -> None:
    contract(customer, notice_in=10)
    until = (timezone.now() + 5 * DAY).date().isoformat()

    page.post(reverse("customers:hold", args=[customer.pk]), {"scope": "account", "until": until})

    assert Hold.objects.count() == 1


def test_resume_names_what_goes_on(page: Client, customer: Customer, csm: User) -> None:
    now = timezone.now()
    hold = hold_customer(customer, scope=HoldScope.ACCOUNT, until=None, reason="", now=now - DAY, by=csm)
    letter(customer, DraftState.BLOCKED, "It waited")
    automation(customer, "outreach.remind", "day-3", now - timedelta(hours=1))
    automation(customer, "outreach.other_channel", "day-7", now + DAY)

    asked = page.get(reverse("customers:hold_resume", args=[customer.pk, hold.pk])).content.decode()

    assert "1 letter that waited: “It waited” to Sarah Lee." in asked
    assert "1 automation that waited: Follow up: remind, day-3." in asked
    assert "day-7" not in asked


def test_api_answers_a_hold_with_what_it_stops(api: Caller, customer: Customer) -> None:
    day = contract(customer, notice_in=10).renewal_date - timedelta(days=90)
    waiting = letter(customer, DraftState.SCHEDULED, "The renewal")
    away = letter(customer, DraftState.UNKNOWN, "On its way")
    path = f"/api/customers/{customer.pk}/hold"

    preview = api.post(f"{path}?preview=true", {"scope": "account", "reason": "Merger"})
    assert (preview.status_code, Hold.objects.count()) == (200, 0)
    held = api.post(path, {"scope": "account", "reason": "Merger"})

    assert held.status_code == 201
    body: dict[str, Any] = held.json()  # type: ignore[attr-defined]
    assert [(stops["kind"], stops["count"], [item["id"] for item in stops["items"]]) for stops in body["stops"]] == [
        ("letters", 1, [str(waiting.pk)])
    ]
    assert [(item["id"], item["state"]) for item in body["inFlight"]] == [(str(away.pk), "Unknown")]
    assert body["noticeDeadline"] == day.isoformat()
    assert body["id"] == str(Hold.objects.get().pk)
    same: dict[str, Any] = preview.json()  # type: ignore[attr-defined]
    assert {**same, "id": body["id"], "startsAt": body["startsAt"]} == body


def test_api_names_no_deadline_outside_the_hold(api: Caller, customer: Customer) -> None:
    contract(customer, notice_in=10)
    until = (timezone.now() + 2 * DAY).isoformat()

    held = api.post(f"/api/customers/{customer.pk}/hold", {"scope": "account", "until": until})

    assert held.json()["noticeDeadline"] is None  # type: ignore[attr-defined]
    past = api.post(f"/api/customers/{customer.pk}/hold?preview=true", {"until": "2020-01-01"})
    assert past.status_code == 400


def test_preview_costs_the_same_for_many_things(
    customer: Customer, page: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for number in range(30):
        letter(customer, DraftState.QUEUED, f"Letter {number}")
        automation(customer, "outreach.remind", f"day-{number}", timezone.now() + DAY)

    with django_assert_max_num_queries(12):
        text = page.get(reverse("customers:hold", args=[customer.pk])).content.decode()

    assert "30 letters" in text
    assert "and 10 more" in text
