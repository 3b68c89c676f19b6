"""The pages of expansion, without script: what is shown, what a form keeps, and what is not yours."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client

from customers.models import Customer, Stakeholder, User
from emails.models import Draft, StaffMail
from emails.services.sending import send
from outreach.enums import Framing, OpportunityStage
from outreach.models import FeatureRequest, Offer, Opportunity, UpsellIntroduction, UsageAlert
from outreach.services.introductions import write_introduction
from tests import factories
from tests.outreach.expanding import grow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office_hours")]
CHOICE = {"approach": "problem_solving", "directness": "soft"}


@pytest.fixture
def growing(customer: Customer, people: dict[str, Stakeholder], now: datetime) -> Customer:
    return grow(customer, now=now)


@pytest.fixture
def desk(client: Client, csm: User) -> Client:
    client.force_login(csm)
    return client


def url(customer: Customer, rest: str = "") -> str:
    return f"/customers/{customer.pk}/expansion{rest}"


def text(response: HttpResponse) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_page_shows_signals_with_data_worth_and_the_proposed_approach(desk: Client, growing: Customer) -> None:
    shown = text(desk.get(url(growing)))

    assert "98 % of users is used." in shown and "used 98 · limit 100" in shown
    assert "Enterprise" in shown and "$48,000 more a year" in shown
    assert "It may be worth $48,000 a year." in shown
    assert re.search(r'value="problem_solving" checked', shown)
    assert "10 of 100 exports are used" in shown and "Who exactly is inactive, no source has told us" in shown
    assert "advanced analytics" in shown


def test_quiet_account_is_told_honestly(desk: Client, customer: Customer) -> None:
    shown = text(desk.get(url(customer)))

    assert "Nothing on record speaks for an expansion yet." in shown
    assert "Nothing is known that could be optimised" in shown and "no usage was told" in shown


def test_inactive_people_are_listed_as_an_alert_named_them(desk: Client, growing: Customer, now: datetime) -> None:
    UsageAlert.objects.create(
        customer=growing, webhook_id="w", event_id="e", account_id="a", source="s", metric="users", value=98,
        severity="high", happened_at=now, received_at=now, context={"inactiveUsers": ["Tom Reed", {"name": "Ann Lee"}]},
    )  # fmt: skip

    shown = text(desk.get(url(growing)))

    assert "2 inactive by the alert of 04 Mar 2026:" in shown
    assert "Tom Reed" in shown and "Ann Lee" in shown


def test_introduction_is_written_and_stands_in_place(desk: Client, growing: Customer) -> None:
    response = desk.post(url(growing), {**CHOICE, "approach": "value_add", "copies_account_executive": "on"})

    assert response.status_code == 302 and response["Location"].endswith("/expansion#introduction")
    draft = Draft.objects.get()
    assert draft.cc == ["avery@evergreen.example"]
    shown = text(desk.get(url(growing)))
    assert f'hx-get="/drafts/{draft.pk}/card"' in shown and f'href="/drafts/{draft.pk}"' in shown
    assert "Value-add, soft" in shown and "proposed was problem-solving" in shown


def test_nobody_to_write_to_is_said_and_the_choice_kept(desk: Client, growing: Customer) -> None:
    Stakeholder.objects.update(email="")

    shown = text(desk.post(url(growing), {"approach": "educational", "directness": "direct"}))

    assert "Nobody at this account can be written to" in shown
    assert re.search(r'value="educational" checked', shown) and re.search(r'value="direct" checked', shown)
    assert not UpsellIntroduction.objects.exists()


def test_nonsense_is_refused_beside_its_field(desk: Client, growing: Customer) -> None:
    shown = text(desk.post(url(growing), {"approach": "pushy", "directness": ""}))

    assert shown.count('class="field-error"') == 2


def test_card_copies_the_account_executive_by_one_click(
    desk: Client, growing: Customer, csm: User, now: datetime
) -> None:
    introduction = write_introduction(growing.pk, by=csm, now=now)
    draft = Draft.objects.get()
    page = f"/drafts/{draft.pk}"
    assert "CC Account Executive" in text(desk.get(page))
    send(draft, version=1, now=now, by=csm, undo_seconds=600)
    draft.refresh_from_db()

    response = desk.post(f"/introductions/{introduction.pk}/copy", {"version": draft.version, "next": page})

    assert response["Location"].startswith(page)
    draft.refresh_from_db()
    assert (draft.cc, draft.state) == (["avery@evergreen.example"], "draft")
    assert StaffMail.objects.count() == 1
    assert "Drop Avery Berg" in text(desk.get(page))
    desk.post(f"/introductions/{introduction.pk}/copy", {"version": draft.version, "drop": "1"})
    draft.refresh_from_db()
    assert draft.cc == []


def test_stale_copy_changes_nothing(desk: Client, growing: Customer, csm: User, now: datetime) -> None:
    introduction = write_introduction(growing.pk, by=csm, now=now)

    for version in ("7", "", "x", "9" * 20):
        desk.post(f"/introductions/{introduction.pk}/copy", {"version": version})

    assert Draft.objects.get().cc == []


def test_requests_are_noted_and_taken_off(desk: Client, growing: Customer) -> None:
    desk.post(url(growing, "/requests"), {"text": "Single sign-on", "source": "Call", "asked_on": "2026-03-01"})
    wrong = desk.post(url(growing, "/requests"), {"text": "", "source": "A fair"})

    row = FeatureRequest.objects.get(text="Single sign-on")
    assert (wrong.status_code, 'value="A fair"' in text(wrong)) == (400, True)
    desk.post(url(growing, f"/requests/{row.pk}/remove"))
    assert not FeatureRequest.objects.filter(pk=row.pk).exists()


def test_answer_by_word_of_a_colleague(desk: Client, growing: Customer, csm: User, now: datetime) -> None:
    introduction = write_introduction(growing.pk, by=csm, now=now)
    desk.post(f"/introductions/{introduction.pk}/answer", {"response": "yes"})
    introduction.refresh_from_db()
    assert introduction.response == ""
    UpsellIntroduction.objects.update(sent_at=now - timedelta(days=1))

    desk.post(f"/introductions/{introduction.pk}/answer", {"response": "yes"})

    introduction.refresh_from_db()
    assert introduction.response == "yes"


def make(customer: Customer, now: datetime, **fields: object) -> Opportunity:
    row: Opportunity = Opportunity.objects.create(
        **{"customer": customer, "name": f"{customer.name}: Enterprise", "found_at": now, **fields}
    )
    return row


def test_pipeline_sums_per_currency_and_filters(
    desk: Client, growing: Customer, csm: User, other_csm: User, now: datetime
) -> None:
    make(growing, now, estimated_value=Decimal(48_000))
    make(growing, now, estimated_value=Decimal(9_000), currency="EUR", stage=OpportunityStage.IN_TALKS)
    make(growing, now, stage=OpportunityStage.LOST, closed_at=now, end_reason="Too dear")
    make(factories.CustomerFactory.create(name="Foreign", owner=other_csm), now, estimated_value=Decimal(1))

    shown = text(desk.get("/opportunities"))

    assert "$48k" in shown and "€9k" in shown and "Foreign" not in shown
    assert "Write the introduction" in shown and "Too dear" not in shown
    assert "Too dear" in text(desk.get("/opportunities?stage=lost"))
    assert "No opportunities here" in text(desk.get("/opportunities?owner=nobody"))


def test_opportunity_is_moved_with_a_reason(desk: Client, growing: Customer, now: datetime) -> None:
    row = make(growing, now)
    page = f"/opportunities/{row.pk}"

    refused = text(desk.post(page, {"stage": "won", "seen": "identified", "reason": ""}))
    assert "Say why it was won or lost" in refused
    moved = desk.post(page, {"stage": "won", "seen": "identified", "reason": "Signed"})

    row.refresh_from_db()
    assert (moved.status_code, row.stage, row.end_reason) == (302, OpportunityStage.WON, "Signed")
    late = text(desk.post(page, {"stage": "lost", "seen": "identified", "reason": "No"}))
    assert "Somebody moved this opportunity meanwhile" in late and 'value="No"' in late


def test_expansion_is_put_into_the_pipeline_by_hand(desk: Client, growing: Customer) -> None:
    response = desk.post(url(growing, "/look"))

    assert response["Location"] == f"/opportunities/{Opportunity.objects.get().pk}"


def test_price_list_is_kept_by_leads_alone(client: Client, growing: Customer, lead: User, csm: User) -> None:
    client.force_login(csm)
    assert "Enterprise" in text(client.get("/expansion/offers"))
    assert client.get("/expansion/offers/new").status_code == 403
    client.force_login(lead)
    fields = {
        "name": "Ultimate",
        "annual_price": "200000",
        "currency": "usd",
        "features": "One\n\nTwo\nOne",
        "is_active": "on",
    }
    bad = text(
        client.post("/expansion/offers/new", {**fields, "resources_url": "http://plain.example", "currency": "US"})
    )
    assert bad.count('class="field-error"') >= 1 and 'value="Ultimate"' in bad
    good = client.post("/expansion/offers/new", fields)

    assert good.status_code == 302
    offer = Offer.objects.get(name="Ultimate")
    assert (offer.currency, offer.features) == ("USD", ["One", "Two"])
    client.post(f"/expansion/offers/{offer.pk}", {**fields, "name": "Ultimate", "is_active": ""})
    offer.refresh_from_db()
    assert offer.is_active is False


def test_account_page_has_the_panel(desk: Client, growing: Customer) -> None:
    assert f"/customers/{growing.pk}/panels/expansion" in text(desk.get(f"/customers/{growing.pk}"))
    assert "$48,000 more a year" in text(desk.get(f"/customers/{growing.pk}/panels/expansion"))


def test_what_is_not_yours_is_not_there(
    client: Client, growing: Customer, csm: User, stranger: User, now: datetime
) -> None:
    introduction, row = write_introduction(growing.pk, by=csm, now=now), make(growing, now)
    wish = FeatureRequest.objects.get()
    client.force_login(stranger)

    for page in (url(growing), f"/opportunities/{row.pk}", f"/customers/{growing.pk}/panels/expansion"):
        assert client.get(page).status_code == 404, page
    of_account = [url(growing, rest) for rest in ("", "/look", "/requests", f"/requests/{wish.pk}/remove")]
    of_rows = [f"/introductions/{introduction.pk}/{deed}" for deed in ("copy", "answer")]
    for page in (*of_account, *of_rows, f"/opportunities/{row.pk}"):
        assert client.post(page, {**CHOICE, "response": "yes", "version": "1"}).status_code == 404, page
    assert "Acme" not in text(client.get("/opportunities"))
    assert Draft.objects.count() == 1 and FeatureRequest.objects.count() == 1


def test_reader_looks_and_changes_nothing(
    client: Client, growing: Customer, reader: User, csm: User, now: datetime
) -> None:
    row = make(growing, now)
    client.force_login(reader)

    assert client.get(url(growing)).status_code == 200
    assert client.post(url(growing), CHOICE).status_code == 403
    assert (
        client.post(f"/opportunities/{row.pk}", {"stage": "won", "seen": "identified", "reason": "x"}).status_code
        == 403
    )
    assert client.post(url(growing, "/requests"), {"text": "SSO"}).status_code == 403
    assert not UpsellIntroduction.objects.exists()


def test_learning_counts_with_intervals_and_says_where_there_is_too_little(
    desk: Client, growing: Customer, stranger: User, now: datetime
) -> None:
    def introduce(framing: Framing, answers: str, customer: Customer = growing) -> None:
        for place, answer in enumerate(answers):
            sent_at = now - timedelta(days=20 + place)
            UpsellIntroduction.objects.create(
                customer=customer, framing=framing, proposed=framing, written_at=sent_at, sent_at=sent_at,
                response="yes" if answer == "y" else "", responded_at=sent_at if answer == "y" else None,
            )  # fmt: skip

    introduce(Framing.PROBLEM_SOLVING, "yyyyyyyyyyyynn")
    introduce(Framing.EDUCATIONAL, "ynnnnnnnnnnnnnnn")
    introduce(Framing.VALUE_ADD, "yy")
    introduce(Framing.PROACTIVE, "y" * 30, factories.CustomerFactory.create(owner=stranger))
    UpsellIntroduction.objects.create(
        customer=growing, framing=Framing.EDUCATIONAL, proposed=Framing.EDUCATIONAL, written_at=now, sent_at=now
    )

    shown = text(desk.get("/expansion/learning"))

    assert "32 counted; 1 of the last 14 days wait for an answer" in shown
    assert "Problem-solving does better than Educational, by more than chance explains." in shown
    assert "Not enough data: 2 of 2" in shown and "Proactive" not in shown
    assert "12 of 14, 86 %; between 60 and 96 %." in shown
