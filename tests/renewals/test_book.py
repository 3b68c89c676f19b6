"""The book: what is in it for whom, in which order, in how many queries, and what leaves it as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.models import Activity, Contract, Customer, SavedView, User
from customers.services.holds import hold_customer, set_brake
from customers.services.todos import add_todo
from renewals.enums import NextAction, Stage
from renewals.models import Renewal
from renewals.queries.book import Book
from renewals.queries.book_days import group_zones
from renewals.queries.book_filter import NO_CONTRACT, NO_OWNER, SORTS, STEP_SORTS, BookCount, BookFilter
from renewals.queries.book_rows import BookRow, read_rows
from renewals.queries.book_summary import BookSummary, read_facets
from renewals.rules.stages import STAGE_SPANS
from renewals.services.step_lines import take_changes
from tests import factories
from tests.conftest import NOW

TODAY = date(2026, 3, 4)  # in New York, where the factory's accounts are
pytestmark = pytest.mark.django_db


def make_account(
    owner: User, days: int | None, *, price: int = 100_000, target: int | None = 107_000, **fields: object
) -> Customer:
    customer = factories.CustomerFactory.create(owner=owner, **fields)
    if days is not None:
        contract = factories.ContractFactory.create(
            customer=customer,
            current_price=Decimal(price),
            target_price=None if target is None else Decimal(target),
            start_date=None,
            renewal_date=TODAY + timedelta(days=days),
        )
        Renewal.objects.create(customer=customer, contract=contract)
    return customer


def ask(user: User, now: datetime = NOW, begin: int = 0, end: int = 50, **wanted: object) -> list[BookRow]:
    dates = read_facets(user, now=now).dates
    book = Book(user, BookFilter(**wanted), dates)  # type: ignore[arg-type]
    return read_rows(book.ids(begin, end, count=book.count()), dates=dates)


def summarize(user: User) -> BookSummary:
    return Book(user, BookFilter(), read_facets(user, now=NOW).dates).summary


def names(rows: list[BookRow]) -> list[str]:
    return [row.name for row in rows]


def sign_in(client: Client, user: User) -> None:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


def test_book_row_says_what_stands_and_what_is_next(csm: User) -> None:
    make_account(csm, 118, name="Acme", churn_risk=60, relationship_strength=8)

    (row,) = ask(csm)

    assert (row.name, row.days, row.stage, row.increase_pct) == ("Acme", 118, Stage.ENGAGE, Decimal(7))
    assert (row.churn_risk, row.relationship, row.price_locked) == (60, 8, False)
    assert (row.action, row.waits_since, row.waits_days) == (NextAction.LOCK_PRICE, date(2026, 3, 3), 1)


def test_book_shows_only_what_the_reader_may_see(csm: User, other_csm: User, lead: User, stranger: User) -> None:
    make_account(csm, 100, name="Mine")
    make_account(other_csm, 100, name="My colleague's")

    assert names(ask(csm)) == ["Mine"]
    assert names(ask(lead)) == ["Mine", "My colleague's"]
    assert names(ask(stranger)) == []


@pytest.mark.parametrize(
    ("days", "stage"),
    [(days, str(span.stage)) for span in STAGE_SPANS for days in (span.most_days, span.least_days) if days is not None],
)
def test_book_filters_and_sums_by_stage_at_each_edge(csm: User, days: int, stage: str) -> None:
    make_account(csm, days, churn_risk=25)

    summary = summarize(csm)

    assert [row.days for row in ask(csm, stage=stage)] == [days]
    assert [code for code in Stage.values if ask(csm, stage=code)] == [stage]
    assert {code: found.at_risk for code, found in summary.stages.items() if found.count} == {
        stage: {"USD": Decimal(25_000)}
    }


def test_book_counts_days_where_the_customer_is(csm: User) -> None:
    # 23:30 in Los Angeles on the 4th is already the 5th in Berlin.
    late = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
    make_account(csm, 120, name="Los Angeles", timezone="America/Los_Angeles")
    make_account(csm, 120, name="Berlin", timezone="Europe/Berlin")
    make_account(csm, 120, name="Tokyo", timezone="Asia/Tokyo")

    rows = {row.name: (row.days, row.stage) for row in ask(csm, now=late)}

    assert rows == {
        "Los Angeles": (120, Stage.PREPARE),
        "Berlin": (119, Stage.ENGAGE),
        "Tokyo": (119, Stage.ENGAGE),
    }
    assert names(ask(csm, now=late, stage="prepare")) == ["Los Angeles"]
    assert names(ask(csm, now=late, stage="engage")) == ["Berlin", "Tokyo"]


def test_group_zones_never_has_more_than_three_dates() -> None:
    zones = ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC", "Asia/Tokyo", "America/New_York"]

    at_ten = group_zones(zones, now=datetime(2026, 3, 4, 10, 30, tzinfo=UTC))

    assert {at_ten.usual, *at_ten.others} == {date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 5)}
    assert at_ten.date_in("Pacific/Kiritimati") == date(2026, 3, 5)
    assert at_ten.date_in("Pacific/Pago_Pago") == date(2026, 3, 3)


def test_book_summary_keeps_currencies_apart_and_unknown_risk_out(csm: User) -> None:
    for currency, risk in [("USD", 50), ("EUR", 10), ("USD", None)]:
        customer = make_account(csm, 100, churn_risk=risk, currency=currency)
        Contract.objects.filter(customer=customer).update(currency=currency)
    make_account(csm, None)

    summary = summarize(csm)

    assert (summary.count, summary.without_contract) == (4, 1)
    assert summary.at_risk == {"USD": Decimal(50_000), "EUR": Decimal(10_000)}


def test_book_filters_by_owner_segment_risk_and_text(csm: User, other_csm: User, lead: User) -> None:
    acme = make_account(csm, 100, name="Acme", segment="SMB", churn_risk=51, external_id="X-1")
    make_account(other_csm, 101, name="Bluefin", segment="Enterprise", churn_risk=50)
    factories.StakeholderFactory.create(customer=acme, name="Mary Okonkwo", email="mary@acme.example")

    assert names(ask(lead, owner=str(csm.pk))) == ["Acme"]
    assert names(ask(lead, segment="Enterprise")) == ["Bluefin"]
    assert names(ask(lead, risk="high")) == ["Acme"]
    assert names(ask(lead, risk="medium")) == ["Bluefin"]
    assert names(ask(lead, text="blue")) == ["Bluefin"]
    assert names(ask(lead, text="okonkwo")) == ["Acme"]
    assert names(ask(lead, text="mary@acme")) == ["Acme"]
    assert names(ask(lead, text="x-1")) == ["Acme"]
    assert names(ask(lead, text="%")) == []


def test_book_finds_a_text_in_an_account_or_its_people(csm: User) -> None:
    acme = make_account(csm, 100, name="Acme", churn_risk=51)
    make_account(csm, 90, name="Bluefin", churn_risk=None)
    make_account(csm, None, name="Cedar, of Acme", churn_risk=None)
    factories.StakeholderFactory.create(customer=acme, name="Mary Okonkwo", email="mary@acme.example")
    wanted = {sort: BookFilter(text="ACME", sort=sort) for sort in ("days", "risk", "name")}

    books = {sort: Book(csm, asked, read_facets(csm, now=NOW).dates) for sort, asked in wanted.items()}

    assert {sort: book.count() for sort, book in books.items()} == {
        "days": BookCount(2, 1), "risk": BookCount(2, 1), "name": BookCount(2, 2)
    }  # fmt: skip
    assert all(names(ask(csm, text="ACME", sort=sort)) == ["Acme", "Cedar, of Acme"] for sort in wanted)
    assert names(ask(csm, text="okonkwo")) == ["Acme"]
    assert names(ask(csm, text="fin")) == ["Bluefin"]
    assert names(ask(csm, text="nobody")) == []


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"stage": "engage"},
        {"stage": NO_CONTRACT},
        {"risk": "high"},
        {"risk": "high", "stage": "engage"},
        {"segment": "SMB", "sort": "target"},
        {"owner": NO_OWNER, "sort": "risk"},
        {"text": "a", "segment": "SMB", "sort": "increase"},
    ],
)
def test_book_counts_what_it_then_shows(lead: User, csm: User, wanted: dict[str, str]) -> None:
    for number, days in enumerate((118, 100, 40, None, 300)):
        target = 107_000 if number % 2 else None
        make_account(csm, days, target=target, segment=("SMB", "")[number % 2], churn_risk=(None, 60, 51)[number % 3])
    Customer.objects.filter(pk=Customer.objects.all()[:1].get().pk).update(owner=None)

    book = Book(lead, BookFilter(**wanted), read_facets(lead, now=NOW).dates)  # type: ignore[arg-type]

    assert book.count().total == len(ask(lead, **wanted)) == len(set(book.all_ids()))


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("descending", [False, True])
def test_book_sorts_on_every_column_and_loses_nobody(csm: User, sort: str, descending: bool) -> None:
    make_account(csm, 160, name="Acme", price=300, target=None, churn_risk=None, relationship_strength=None)
    make_account(csm, 100, name="Bluefin", price=200, target=210, churn_risk=20, relationship_strength=3)
    make_account(csm, 80, name="Cedar", price=100, target=120, churn_risk=90, relationship_strength=9)
    make_account(csm, None, name="Dunmore")

    rows = ask(csm, sort=sort, descending=descending)

    assert sorted(names(rows)) == ["Acme", "Bluefin", "Cedar", "Dunmore"]
    values = [_sort_value(row, sort) for row in rows]
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=descending)
    assert values[: len(known)] == known  # what is not known comes last


def _sort_value(row: BookRow, sort: str) -> object:
    return {
        "name": row.name,
        "days": row.days,
        "owner": row.owner_name,
        "price": row.current_price,
        "target": row.target_price,
        "increase": row.increase_pct,
        "risk": row.churn_risk,
        "relationship": row.relationship,
        "action": list(NextAction).index(row.action),
        "waits": row.waits_since,
    }[sort]


@pytest.mark.parametrize("segment", ["", "SMB"])
@pytest.mark.parametrize("descending", [False, True])
def test_book_by_owner_goes_from_name_to_name_and_ends_with_what_nobody_owns(
    lead: User, descending: bool, segment: str
) -> None:
    """Two people of one name are one, as far as their accounts' order goes."""
    names_of = (("Ada", "Lane"), ("Ada", "Lane"), ("Bo", "Aske"), ("Ada", "Zed"), ("Cy", ""))
    owners = [
        factories.UserFactory.create(first_name=first, last_name=last, team=lead.team) for first, last in names_of
    ]
    for number in range(24):
        owner = [*owners, None][number % 6]
        factories.CustomerFactory.create(name=f"Account {number:02d}", owner=owner, segment=("SMB", "")[number % 2])

    rows = ask(lead, sort="owner", descending=descending, segment=segment)

    owned = [row for row in rows if row.owner_name]
    by_last_name = sorted(owned, key=lambda row: (row.owner_name.partition(" ")[2], row.name))
    assert owned == sorted(by_last_name, key=lambda row: row.owner_name.partition(" ")[0], reverse=descending)
    assert names(rows[len(owned) :]) == [f"Account {n:02d}" for n in range(5, 24, 6) if not segment or n % 2 == 0]
    assert len(rows) == (12 if segment else 24)


@pytest.mark.parametrize("is_taken_in", [False, True])
@pytest.mark.parametrize("sort", SORTS)
def test_accounts_without_a_contract_are_those_that_have_none_now(
    lead: User, csm: User, other_csm: User, sort: str, is_taken_in: bool
) -> None:
    accounts = [make_account(csm, None if n % 2 else 100, name=f"Account {n}", target=None) for n in range(8)]
    take_changes(now=NOW)
    Contract.objects.filter(customer=accounts[2]).update(state="ended")
    Contract.objects.create(customer=accounts[3], current_price=Decimal(1), renewal_date=TODAY)
    Customer.objects.filter(pk=accounts[5].pk).update(name="Zebra")
    Customer.objects.filter(pk=accounts[7].pk).update(owner=other_csm)
    if is_taken_in:
        take_changes(now=NOW)

    found = {who: [names(ask(who, stage=NO_CONTRACT, sort=sort, descending=down)) for down in (False, True)]
             for who in (lead, csm)}  # fmt: skip

    assert [sorted(one) for one in found[lead]] == [["Account 1", "Account 2", "Account 7", "Zebra"]] * 2
    assert [sorted(one) for one in found[csm]] == [["Account 1", "Account 2", "Zebra"]] * 2
    if sort not in ("owner", *STEP_SORTS):
        upwards = ["Account 1", "Account 2", "Zebra"]
        assert found[csm] == [upwards, upwards[::-1] if sort == "name" else upwards]


def test_book_pages_join_without_gap_or_double(csm: User) -> None:
    for day in range(7):
        make_account(csm, 100 + day, name=f"With {day}")
    for number in range(4):
        make_account(csm, None, name=f"Without {number}")

    pages = [names(ask(csm, begin=begin, end=begin + 3)) for begin in range(0, 12, 3)]

    assert [name for page in pages for name in page] == names(ask(csm))
    assert names(ask(csm, stage=NO_CONTRACT)) == [f"Without {number}" for number in range(4)]


def test_book_next_action_names_the_oldest_task(csm: User) -> None:
    customer = make_account(csm, 200)
    add_todo("Later", customer=customer, now=NOW, by=csm, due_date=TODAY + timedelta(days=5))
    add_todo("Ask for the board date", customer=customer, now=NOW - timedelta(days=9), by=csm)
    add_todo("Newer", customer=customer, now=NOW - timedelta(days=2), by=csm)

    (row,) = ask(csm)

    assert (row.action, row.action_text, row.waits_days) == (NextAction.DO_TODO, "Ask for the board date", 9)


@pytest.mark.parametrize(
    ("zone", "since", "days"),
    [("Australia/Sydney", date(2026, 3, 5), 0), ("Asia/Kathmandu", date(2026, 3, 5), 0), ("UTC", date(2026, 3, 4), 1)],
)
def test_book_waits_since_a_day_of_the_customers(csm: User, zone: str, since: date, days: int) -> None:
    evening, night = datetime(2026, 3, 4, 22, 0, tzinfo=UTC), datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
    customer = make_account(csm, 300, timezone=zone)
    set_brake(customer, reason="Positive reply", now=evening, by=csm)

    row = ask(csm, now=night)[0]

    assert (row.waits_since, row.waits_days) == (since, days)


def test_book_account_on_hold_waits_for_nobody(csm: User) -> None:
    customer = make_account(csm, 100)
    hold_customer(customer, scope="account", until=None, reason="", now=NOW, by=csm)  # type: ignore[arg-type]

    (row,) = ask(csm)

    assert (row.action, row.waits_since) == (NextAction.ON_HOLD, None)


# The page


def test_book_page_needs_a_sign_in(client: Client) -> None:
    response = client.get(reverse("renewals:book"))

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("customers:sign_in"))


@pytest.mark.parametrize("query", ["", "?stage=engage", "?q=acme&risk=high", "?sort=waits", "?sort=-increase"])
def test_book_page_asks_the_same_for_3_rows_as_for_50(
    client: Client, lead: User, csm: User, query: str, django_assert_max_num_queries: Callable[..., object]
) -> None:
    sign_in(client, lead)
    today = timezone.now().date()
    address = reverse("renewals:book") + query

    counts = []
    for wanted in (3, 50):
        for number in range(Customer.objects.count(), wanted):
            customer = make_account(csm, 100, name=f"Acme {number}", churn_risk=70)
            Contract.objects.filter(customer=customer).update(renewal_date=today + timedelta(days=100))
            add_todo("Call", customer=customer, now=NOW, by=csm)
        with django_assert_max_num_queries(12) as captured:
            response = client.get(address)
        assert len(response.context["rows"]) == wanted
        counts.append(len(captured))  # type: ignore[arg-type]

    assert counts[0] == counts[1]


def test_book_page_takes_any_address_without_an_error(client: Client, csm: User) -> None:
    sign_in(client, csm)

    for query in ("?stage=x&owner=y&risk=z&sort=q&page=zzz", "?page=-4", "?page=999999", "?q=%00", "?owner=%00"):
        assert client.get(reverse("renewals:book") + query).status_code == 200


def test_book_page_escapes_names(client: Client, csm: User) -> None:
    make_account(csm, 100, name="<script>alert(1)</script>")
    sign_in(client, csm)

    page = client.get(reverse("renewals:book")).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize(
    ("query", "present"), [("", "days"), ("?sort=-risk", "-risk"), ("?sort=waits", "waits"), ("?sort=q", "days")]
)
def test_book_page_offers_its_orders_to_a_phone_the_present_one_among_them(
    client: Client, csm: User, query: str, present: str
) -> None:
    make_account(csm, 100)
    sign_in(client, csm)

    orders = client.get(reverse("renewals:book") + query).context["orders"]

    assert [code for code, _, is_present in orders if is_present] == [present]
    assert {code for code, _, _ in orders} >= {"days", "-risk", "-price", "-increase", "name"}


def test_book_page_empty_says_what_to_do(client: Client, csm: User) -> None:
    sign_in(client, csm)

    page = client.get(reverse("renewals:book")).content.decode()

    assert "No accounts yet" in page


def test_book_page_empty_offers_no_import_to_who_may_only_read(client: Client, reader: User) -> None:
    sign_in(client, reader)

    page = client.get(reverse("renewals:book")).content.decode()

    assert "Ask a lead or ops" in page
    assert "Import a book" not in page


def test_saved_view_is_kept_replaced_and_removed_by_its_person_alone(
    client: Client, csm: User, other_csm: User
) -> None:
    sign_in(client, csm)
    save = reverse("renewals:book_view_save")

    client.post(save, {"name": " At  risk ", "query": "risk=high"})
    client.post(save, {"name": "At risk", "query": "risk=high&sort=-price"})
    view = SavedView.objects.get()
    sign_in(client, other_csm)
    foreign = client.post(reverse("renewals:book_view_delete", args=[view.pk]))
    sign_in(client, csm)
    own = client.post(reverse("renewals:book_view_delete", args=[view.pk]))

    assert (view.name, view.query) == ("At risk", "risk=high&sort=-price")
    assert (foreign.status_code, own.status_code) == (404, 302)
    assert not SavedView.objects.exists()


def test_saved_view_without_a_name_or_too_long_is_refused_in_words(client: Client, csm: User) -> None:
    sign_in(client, csm)

    nameless = client.post(reverse("renewals:book_view_save"), {"name": " ", "query": ""}, follow=True)
    too_long = client.post(reverse("renewals:book_view_save"), {"name": "Q", "query": "q=" + "x" * 20_000}, follow=True)

    assert "Give the view a name." in nameless.content.decode()
    assert too_long.status_code == 200
    assert not SavedView.objects.exists()


@time_machine.travel(NOW)
def test_export_is_the_filtered_book_and_runs_nothing(client: Client, csm: User, other_csm: User) -> None:
    make_account(csm, 100, name="=HYPERLINK(1)", segment="SMB")
    make_account(csm, 101, name="Other segment", segment="Enterprise")
    make_account(other_csm, 100, name="Not mine", segment="SMB")
    sign_in(client, csm)

    response = client.get(reverse("renewals:book_export") + "?segment=SMB")
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    (row,) = csv.DictReader(io.StringIO(text))

    assert row["Account"] == "'=HYPERLINK(1)"
    assert (row["Stage"], row["Days to renewal"], row["Current price"], row["Increase %"]) == (
        "Engage",
        "100",
        "100000.00",
        "7.0",
    )
    assert Activity.objects.get(verb="book.exported").data == {"count": 1}
