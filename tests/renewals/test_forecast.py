"""The forecast: what each figure holds, that the sums agree, and that every figure leads to the rows that make it."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from customers.models import Activity, User
from renewals.enums import Outcome, Stage
from renewals.models import Renewal
from renewals.queries.book import Book
from renewals.queries.book_filter import BookFilter
from renewals.queries.book_summary import read_facets
from renewals.queries.forecast import CurrencyForecast, Figures, Forecast, Settled, read_forecast
from renewals.services.renewals import Ending, set_outcome
from tests import factories
from tests.conftest import NOW

TODAY = date(2026, 3, 4)
pytestmark = pytest.mark.django_db


def make(owner: User | None, days: int, price: int = 100_000, **more: object) -> Renewal:
    """An account whose contract ends in so many days. more: target, confidence, currency, or a field of the account."""
    target, confidence, currency = more.pop("target", None), more.pop("confidence", None), more.pop("currency", "USD")
    customer = factories.CustomerFactory.create(owner=owner, **more)
    contract = factories.ContractFactory.create(
        customer=customer,
        current_price=Decimal(price),
        target_price=target,
        currency=currency,
        start_date=None,
        renewal_date=TODAY + timedelta(days=days),
    )
    return Renewal.objects.create(customer=customer, contract=contract, confidence=confidence)


def read(reader: User, today: date = TODAY, now: datetime = NOW, **wanted: Any) -> Forecast:
    dates = read_facets(reader, now=now).dates
    return read_forecast(reader, BookFilter(**wanted), dates=dates, today=today)


def only(found: Forecast) -> CurrencyForecast:
    (one,) = found.currencies
    return one


def settle(renewal: Renewal, outcome: Outcome, price: int | None, by: User) -> None:
    ending = Ending(outcome, None if price is None else Decimal(price), 12 if price else None, "They said so")
    set_outcome(renewal, ending=ending, now=NOW, by=by)


def sign_in(client: Client, user: User) -> None:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


def test_amounts_stand_by_stage_and_quarter_of_contract_end(csm: User) -> None:
    make(csm, 20, 100_000, target=107_000, churn_risk=40, confidence=80)
    make(csm, 25, 50_000, churn_risk=None)
    make(csm, 100, 30_000, target=30_000, churn_risk=10, confidence=0)

    one = only(read(csm))

    assert one.cells == {
        (Stage.SIGNATURE, "2026-Q1"): Figures(
            2, Decimal(150_000), Decimal(157_000), Decimal(40_000), Decimal(85_600), Decimal(50_000), 1
        ),
        (Stage.ENGAGE, "2026-Q2"): Figures(
            1, Decimal(30_000), Decimal(30_000), Decimal(3_000), Decimal(0), Decimal(0), 0
        ),
    }
    assert one.total.increase_pct == Decimal(7_000) * 100 / 180_000


def test_what_has_passed_at_the_customer_stands_behind_us_alone(csm: User) -> None:
    make(csm, -1, 10_000)
    make(csm, -400, 20_000)
    make(csm, 0, 40_000)

    one = only(read(csm))

    assert {place: cell.current for place, cell in one.cells.items()} == {
        (Stage.OVERDUE, "behind"): Decimal(30_000),
        (Stage.EMERGENCY, "2026-Q1"): Decimal(40_000),
    }


def test_currencies_are_never_added(csm: User) -> None:
    make(csm, 20, 5_000, currency="EUR")
    make(csm, 20, 90_000, currency="USD")

    assert [(one.currency, one.total.current) for one in read(csm).currencies] == [("USD", 90_000), ("EUR", 5_000)]


def test_at_risk_is_what_the_book_says(csm: User) -> None:
    for days, price, risk in ((20, 100_001, 33), (-3, 77_777, 7), (300, 12_345, 100)):
        make(csm, days, price, churn_risk=risk)

    book = Book(csm, BookFilter(), read_facets(csm, now=NOW).dates).summary

    assert only(read(csm)).total.at_risk == book.at_risk["USD"]


def test_outcomes_are_committed_in_the_quarter_of_the_old_contract(csm: User) -> None:
    settle(make(csm, 20, 100_000), Outcome.RENEWED, 110_000, csm)
    settle(make(csm, 20, 80_000), Outcome.CONTRACTED, 60_000, csm)
    settle(make(csm, 100, 50_000), Outcome.CHURNED, None, csm)
    settle(make(csm, -100, 9_000), Outcome.RENEWED, 9_000, csm)

    one = only(read(csm))

    assert one.settled == {
        "2026-Q1": Settled(2, Decimal(170_000), 0, Decimal(0)),
        "2026-Q2": Settled(0, Decimal(0), 1, Decimal(50_000)),
    }
    # What was renewed renews again a year later; who left does not.
    assert one.total.current == Decimal(179_000)


def test_nobody_sees_amounts_of_another_team(csm: User, lead: User, stranger: User) -> None:
    make(csm, 20, 100_000)
    settle(make(csm, 20, 80_000), Outcome.CHURNED, None, csm)
    make(stranger, 20, 5_000)

    assert only(read(lead)).total.current == Decimal(100_000)
    assert (only(read(stranger)).total.current, only(read(stranger)).settled) == (Decimal(5_000), {})


def test_owner_team_and_segment_narrow_open_and_settled_alike(csm: User, other_csm: User, ops: User) -> None:
    settle(make(csm, 20, 10_000, segment="Growth"), Outcome.CHURNED, None, csm)
    make(csm, 20, 20_000, segment="Growth")
    make(other_csm, 20, 40_000, segment="Enterprise")
    make(factories.UserFactory.create(username="elsewhere"), 20, 80_000)

    found = {
        "owner": only(read(ops, owner=str(csm.pk))),
        "segment": only(read(ops, segment="Enterprise")),
        "team": only(read(ops, team=str(csm.team_id))),
    }

    assert {name: one.total.current for name, one in found.items()} == {
        "owner": 20_000, "segment": 40_000, "team": 60_000,
    }  # fmt: skip
    assert {name: one.settled_total.lost for name, one in found.items()} == {
        "owner": 10_000, "segment": 0, "team": 10_000,
    }  # fmt: skip


def test_contract_that_ends_today_at_the_dateline_is_in_no_gap(csm: User) -> None:
    """New Year in Tokyo is still December in Los Angeles, where the contract ends today."""
    new_year = datetime(2026, 12, 31, 20, 0, tzinfo=UTC)
    renewal = make(csm, 0, 10_000, timezone="America/Los_Angeles")
    renewal.contract.renewal_date = date(2026, 12, 31)
    renewal.contract.save()

    found = read(csm, today=date(2027, 1, 1), now=new_year)

    assert list(only(found).cells) == [(Stage.EMERGENCY, "2026-Q4")]
    assert [span.label for span in found.spans][:3] == ["Behind us", "Q4 2026", "Q1 2027"]


@time_machine.travel(NOW, tick=False)
def test_every_figure_leads_to_the_rows_that_make_it(client: Client, lead: User, csm: User) -> None:
    for days in (-1, 5, 26, 28, 100, 250, 400):
        make(csm, days, 10_000 + days, target=20_000 + days, confidence=50 if days % 2 else None, churn_risk=days % 90)
    make(csm, 30, 5_000, currency="EUR")
    settle(make(csm, 20, 3_000), Outcome.RENEWED, 3_300, lead)
    settle(make(csm, 90, 4_000), Outcome.CHURNED, None, lead)
    sign_in(client, lead)

    response = client.get("/forecast")
    rows = [row for table in response.context["tables"] for row in (*table.rows, *table.sums)]
    cells = [cell for row in rows for cell in row.cells if cell.count]
    shown = set(re.findall(r'href="(/\?[^"]+)"', response.content.decode()))

    assert len(cells) > 40
    assert {cell.url for cell in cells} <= {html.unescape(url) for url in shown}
    for cell in cells:
        assert client.get(cell.url).context["page"].paginator.count == cell.count, cell


@time_machine.travel(NOW, tick=False)
def test_rows_and_columns_add_up_to_the_total(client: Client, csm: User) -> None:
    for days in (-3, 0, 5, 26, 28, 60, 100, 160, 250, 400):
        make(csm, days, 10_000 + days, target=20_000 + days, confidence=37, churn_risk=33)
    sign_in(client, csm)

    (table,) = client.get("/forecast").context["tables"]

    for row in [*table.rows, *table.sums]:
        *parts, total = row.cells
        assert sum(cell.amount for cell in parts) == total.amount
    for place, total in enumerate(table.sums[0].cells):
        assert sum(row.cells[place].amount for row in table.rows) == total.amount


@time_machine.travel(NOW, tick=False)
def test_book_keeps_and_names_what_a_figure_asked_for(client: Client, csm: User) -> None:
    make(csm, 20, name="In time")
    make(csm, 200, name="Much later")
    sign_in(client, csm)

    page = client.get("/?ends=2026-Q1&currency=USD").content.decode()

    assert "In time" in page
    assert "Much later" not in page
    assert "Contract ends: Q1 2026" in page
    assert '<input type="hidden" name="ends" value="2026-Q1">' in page


@pytest.mark.parametrize(
    "query", ["ends=never", "team=1", "currency=dollars", "settled=maybe", "confidence=1", "owner=x"]
)
def test_odd_filter_is_left_out(client: Client, csm: User, query: str) -> None:
    make(csm, 20)
    sign_in(client, csm)

    assert client.get(f"/?{query}").context["page"].paginator.count == 1
    assert client.get(f"/forecast?{query}").status_code == 200


def test_empty_desk_says_what_will_stand_here(client: Client, csm: User) -> None:
    sign_in(client, csm)

    assert "Nothing to forecast yet" in client.get("/forecast").content.decode()


@time_machine.travel(NOW, tick=False)
def test_csv_holds_the_figures_and_is_on_record(client: Client, csm: User) -> None:
    make(csm, 20, 100_000, target=107_000, churn_risk=40, confidence=80)
    settle(make(csm, 25, 80_000), Outcome.RENEWED, 90_000, csm)
    sign_in(client, csm)

    lines = list(csv.DictReader(io.StringIO(client.get("/forecast.csv").content.decode("utf-8-sig"))))

    assert [(line["What"], line["Contract ends"], line["Current"], line["Committed"]) for line in lines] == [
        ("Monitor", "Later", "90000.00", ""),
        ("Signature", "Q1 2026", "100000.00", ""),
        ("Settled", "Q1 2026", "", "90000.00"),
    ]
    assert Activity.objects.get(verb="forecast.exported").actor == csm


def test_page_asks_the_same_for_one_account_and_for_many(
    client: Client, csm: User, django_assert_max_num_queries: Any
) -> None:
    make(csm, 20)
    sign_in(client, csm)
    client.get("/forecast")
    for days in (30, 100, 200):
        make(csm, days, currency="EUR")

    with django_assert_max_num_queries(10):
        assert client.get("/forecast").context["forecast"].count == 4


def test_stranger_to_the_desk_is_sent_to_sign_in(client: Client, db: None) -> None:
    assert client.get("/forecast").status_code == 302
