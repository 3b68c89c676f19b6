"""Whole files to accounts: recognised columns, typed rows, joined accounts, refusals by row and column."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from customers.rules.book.columns import UnknownField, map_columns, normal_form
from customers.rules.book.entries import Entries, gather
from customers.rules.book.fields import FIELDS, Field, Kind, field
from customers.rules.book.reading import Choices, DateOrder, DecimalMark
from customers.rules.book.rows import ReadFile, read_rows
from customers.rules.book.tables import read_table

DATA = Path(__file__).parents[2] / "data"
EXTRA = field("extra.confidence", "Confidence", Kind.SCORE_100, "confidence score")
ALL = (*FIELDS, EXTRA)
BY_KEY: dict[str, Field] = {known.key: known for known in ALL}


def read(text: str | bytes, *, choices: Choices | None = None, chosen: dict | None = None, file: int = 0) -> ReadFile:
    data = text.encode() if isinstance(text, str) else text
    table = read_table(f"file{file}.csv", data)
    columns = map_columns(table, ALL, chosen=chosen or {})
    return read_rows(table, columns, BY_KEY, choices or Choices(), file=file)


def book(*texts: str | bytes, choices: Choices | None = None) -> Entries:
    rows = [row for i, text in enumerate(texts) for row in read(text, choices=choices, file=i).rows]
    return gather(rows, BY_KEY, file_names=[f"file{i}.csv" for i in range(len(texts))])


def keys(headers: str, first_row: str = "") -> list[str]:
    table = read_table("x.csv", f"{headers}\n{first_row}\n".encode())
    return [column.key for column in map_columns(table, ALL, chosen={})]


@pytest.mark.parametrize(
    ("header", "normal"),
    [
        ("Account ID", "account id"),
        ("AccountId", "account id"),
        ("Contract_End_Date__c", "contract end date"),
        ("Country/Region", "country region"),
        ("  E-mail ", "e mail"),
        ("ARR", "arr"),
    ],
)
def test_header_is_folded(header, normal):
    assert normal_form(header) == normal


def test_salesforce_account_headers_are_recognised_and_revenue_is_no_price():
    assert keys("Account ID,Account Name,Account Owner,Billing Country,Annual Revenue,Amount,Contract End Date") == [
        "account.external_id", "account.name", "account.owner", "account.country", "",
        "contract.current_price", "contract.renewal_date",
    ]  # fmt: skip


def test_salesforce_data_loader_headers_are_recognised():
    assert keys("Id,Name,OwnerId,Contract_End_Date__c,Description") == [
        "account.external_id", "account.name", "", "contract.renewal_date", "account.notes",
    ]  # fmt: skip
    assert keys("Id,AccountId,FirstName,LastName,Email,Title") == [
        "", "account.external_id", "person.first_name", "person.last_name", "person.email", "person.title",
    ]  # fmt: skip


def test_hubspot_contact_headers_are_recognised_and_the_contacts_id_is_left():
    assert keys("Record ID,First Name,Last Name,Email,Contact owner,Job Title,Buying Role,Associated Company IDs") == [
        "", "person.first_name", "person.last_name", "person.email", "", "person.title", "person.roles",
        "account.external_id",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "key"), [("Yes", "person.primary"), ("Jonas Feldmann", "person.primary_contact.name")]
)
def test_primary_contact_is_told_by_its_cells(cell, key):
    assert keys("Account Name,Primary Contact", f"Acme,{cell}")[1] == key


def test_plain_usage_words_mean_usage_only_beside_a_metric():
    assert keys("Account Name,Value,Limit,Date") == ["account.name", "", "", ""]
    assert keys("Account Name,Metric,Value,Limit,Date")[1:] == [
        "usage.metric", "usage.value", "usage.limit", "usage.at",
    ]  # fmt: skip


def test_second_column_of_a_field_is_left_out_with_a_note():
    table = read_table("x.csv", b"Account Name,Contract End Date,Renewal Date\n")

    columns = map_columns(table, ALL, chosen={})

    assert [column.key for column in columns] == ["account.name", "", "contract.renewal_date"]
    assert "Renewal Date" in columns[1].note


def test_choice_of_a_person_wins_over_what_is_recognised():
    table = read_table("x.csv", b"Account Name,Amount,ACV 2027\n")

    columns = map_columns(table, ALL, chosen={"ACV 2027": "contract.current_price", "#0": None})

    assert [column.key for column in columns] == ["", "", "contract.current_price"]
    with pytest.raises(UnknownField):
        map_columns(table, ALL, chosen={"Amount": "contract.nonsense"})


def test_names_of_fields_are_claimed_once():
    claimed: dict[str, str] = {}
    for known in ALL:
        for name in known.names:
            assert claimed.setdefault(name, known.key) == known.key, f"{name}: {known.key} and {claimed[name]}"


def test_ambiguous_column_is_reported_open_and_its_cells_refused():
    result = read("Account Name,Renewal Date,Amount\nA,03/04/2027,1.234\nB,2027-01-31,5\n")

    assert [(column.header, column.cells) for column in result.open_columns] == [("Renewal Date", 1), ("Amount", 1)]
    assert [refusal.column for refusal in result.rows[0].refusals] == ["Renewal Date", "Amount"]
    assert result.rows[1].refusals == ()


def test_choices_settle_an_ambiguous_column():
    choices = Choices(date_order=DateOrder.DAY_FIRST, decimal=DecimalMark.COMMA, currency="EUR")

    result = read("Account Name,Renewal Date,Amount\nA,03/04/2027,1.234\n", choices=choices)

    assert result.open_columns == ()
    assert result.rows[0].values["contract.renewal_date"] == date(2027, 4, 3)
    assert result.rows[0].values["contract.current_price"] == Decimal("1234.00")


def test_bad_cell_refuses_its_row_alone():
    entries = book(
        "Account Name,Amount,Email,Contact Name\nA,-5,a@a.example,Ann\nB,7,nonsense,Bo\nC,9,c@c.example,Cy\n"
    )

    assert [account.name for account in entries.accounts] == ["C"]
    assert [(r.place.row, r.column) for r in entries.refusals] == [(2, "Amount"), (3, "Email")]


def test_amounts_and_currency_column_that_disagree_are_refused():
    entries = book("Account Name,Currency,Amount\nA,USD,€5\nB,EUR,€5\n")

    assert [(r.place.row, r.column) for r in entries.refusals] == [(2, "Amount")]
    assert entries.accounts[0].stated("account.currency") == "EUR"


def test_monthly_price_becomes_a_yearly_one():
    entries = book("Account Name,MRR\nA,1000\n")

    assert entries.accounts[0].stated("contract.current_price") == Decimal("12000.00")


def test_contract_that_ends_before_it_starts_is_refused():
    entries = book("Account Name,Contract Start,Renewal Date\nA,2027-01-01,2026-12-31\n")

    assert [r.column for r in entries.refusals] == ["Renewal Date"]


def test_several_rows_of_one_account_become_one_account_with_its_people():
    entries = book(
        "Account ID,Account Name,Amount,Contact Name,Email,Role\n"
        "1,Acme,5,Ann,ann@a.example,Champion\n"
        "1, ACME ,5,Bo,bo@a.example,Decision Maker\n"
        "1,Acme,,Ann,ANN@a.example,Economic Buyer\n"
    )

    (account,) = entries.accounts
    assert [(p.name, p.email, p.roles) for p in account.people] == [
        ("Ann", "ann@a.example", ["champion", "economic_buyer"]),
        ("Bo", "bo@a.example", ["decision_maker"]),
    ]
    assert [place.row for place in account.places] == [2, 3, 4]


def test_rows_of_one_account_that_disagree_are_refused_naming_both():
    entries = book("Account ID,Account Name,Renewal Date\n1,Acme,2027-01-31\n1,Acme,2027-02-28\n2,Bolt,2027-01-31\n")

    assert [account.name for account in entries.accounts] == ["Bolt"]
    assert [(r.place.row, r.column) for r in entries.refusals] == [(2, "Renewal Date"), (3, "Renewal Date")]
    assert "row 3 says “2027-02-28”" in entries.refusals[0].reason
    assert "row 2 says “2027-01-31”" in entries.refusals[1].reason


def test_rows_about_one_person_that_disagree_refuse_the_later_row():
    entries = book("Account ID,Contact Name,Email,Title\n1,Ann,a@a.example,CFO\n1,Ann,a@a.example,CEO\n")

    assert [(r.place.row, r.column) for r in entries.refusals] == [(3, "Title")]
    assert len(entries.accounts[0].people) == 1


def test_two_primary_contacts_of_one_account_are_refused():
    entries = book("Account ID,Contact Name,Email,Primary\n1,Ann,a@a.example,yes\n1,Bo,b@a.example,yes\n")

    assert [(r.place.row, r.column) for r in entries.refusals] == [(3, "Primary")]


def test_people_of_a_second_file_join_their_account_by_id_or_by_name():
    entries = book(
        "Account ID,Account Name\n1,Acme\n2,Bolt\n",
        "Account ID,Account Name,Contact Name,Email\n1,,Ann,a@a.example\n,bolt,Bo,b@b.example\n",
    )

    assert [(a.name, [p.name for p in a.people]) for a in entries.accounts] == [("Acme", ["Ann"]), ("Bolt", ["Bo"])]


def test_name_shared_by_two_accounts_does_not_decide():
    entries = book("Account ID,Account Name\n1,Acme\n2,Acme\n", "Account Name,Contact Name\nAcme,Ann\n")

    assert [(r.place.file, r.place.row) for r in entries.refusals] == [(1, 2)]
    assert len(entries.accounts) == 2


def test_row_that_names_no_account_is_refused():
    entries = book("Account Name,Amount\n,5\n")

    assert "names no account" in entries.refusals[0].reason


def test_people_in_columns_of_their_own_get_their_roles():
    entries = book(
        "Account Name,Champion Name,Champion Email,Economic Buyer Name,Economic Buyer Email,Primary Contact\n"
        "Acme,Ann Lee,ann@a.example,Bo Ray,bo@a.example,Ann Lee\n"
    )

    people = entries.accounts[0].people
    assert [(p.name, p.roles) for p in people] == [("Ann Lee", ["champion"]), ("Bo Ray", ["economic_buyer"])]
    assert people[0].values["primary"].value is True


def test_person_without_a_name_is_refused():
    entries = book("Account Name,Email\nAcme,a@a.example\n")

    assert [(r.column, r.reason) for r in entries.refusals] == [("Email", "the person with this address has no name")]


def test_refused_account_row_is_remembered_for_its_other_rows():
    entries = book("Account ID,Account Name,Amount\n1,Acme,-1\n", "Account ID,Contact Name\n1,Ann\n")

    assert entries.accounts[0].refused_account_row is not None


def test_usage_row_without_its_date_is_refused_and_history_is_kept():
    entries = book(
        "Account Name,Metric,Value,Limit,Date\nA,seats,90,100,2026-01-01\nA,seats,95,100,2026-02-01\nA,seats,99,,\n"
    )

    assert len(entries.accounts[0].signs.usage) == 2
    assert "needs its date" in entries.refusals[0].reason


def test_health_history_may_differ_between_rows():
    entries = book("Account Name,Health Score,Health Date\nA,70,2026-01-01\nA,80,2026-02-01\n")

    assert [point.values["score"] for point in entries.accounts[0].signs.health] == [70, 80]
    assert entries.refusals == []


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        (
            "Account Name,Metric,Value,Limit,Date\nA,seats,90,100,2026-01-01\nA,seats,95,100,2026-01-01\n",
            "Value",
            "says “95.0000” where row 2 says “90.0000” for the same metric and date",
        ),
        (
            "Account Name,Metric,Value,Limit,Date\nA,seats,90,100,2026-01-01\nA,seats,90,120,2026-01-01\n",
            "Limit",
            "says “120.0000” where row 2 says “100.0000” for the same metric and date",
        ),
        (
            "Account Name,Health Score,Health Date\nA,70,2026-01-01\nA,80,2026-01-01\n",
            "Health Score",
            "says “80” where row 2 says “70” for the same date",
        ),
        (
            "Account Name,Win,Win value\nA,Cut overtime,5000\nA,Cut overtime,6000\n",
            "Win value",
            "says “6000.00” where row 2 says “5000.00” for the same win",
        ),
    ],
)
def test_observation_that_contradicts_an_earlier_row_is_refused(text, column, reason):
    entries = book(text)

    assert [(r.place.row, r.column, r.reason) for r in entries.refusals] == [(3, column, reason)]


def test_observation_completed_by_a_later_row_is_taken():
    entries = book(
        "Account Name,Metric,Value,Limit,Date\nA,seats,90,,2026-01-01\nA,seats,90,100,2026-01-01\n"
        "A,seats,90,120,2026-01-01\n"
    )

    assert [(r.place.row, r.column) for r in entries.refusals] == [(4, "Limit")]
    assert [point.values["limit"] for point in entries.accounts[0].signs.usage] == [None, Decimal(100)]


@pytest.mark.parametrize(
    "headers",
    ["Opportunity Name,Account Name,Amount,Close Date,Stage", "Deal Name,Associated Company,Amount,Close Date"],
)
def test_amount_of_a_deal_is_no_price_and_says_why(headers):
    columns = map_columns(read_table("x.csv", f"{headers}\n".encode()), ALL, chosen={})

    assert [column.key for column in columns][:4] == ["", "account.name", "", ""]
    assert "may be the price now or the one asked" in columns[2].note


def test_amount_of_a_deal_is_read_as_a_person_chooses():
    table = read_table("x.csv", b"Deal Name,Associated Company,Amount\n")

    columns = map_columns(table, ALL, chosen={"Amount": "contract.target_price"})

    assert [column.key for column in columns] == ["", "account.name", "contract.target_price"]


def test_contact_of_several_companies_is_refused_unless_the_primary_one_is_named():
    refused = book("Last Name,Associated Company,Associated Company IDs\nFeld,Kestrel;Lumiere,11;12\n")
    by_name = book("Last Name,Associated Company\nFeld,Kestrel;Lumiere\n")
    taken = book("Last Name,Associated Company IDs,Associated Company IDs (Primary)\nFeld,11;12,11\n")

    assert [r.column for r in refused.refusals] == ["Associated Company IDs", "Associated Company"]
    assert [r.reason for r in by_name.refusals] == ["“Kestrel;Lumiere” names several; a row belongs to one account"]
    assert [account.external_id for account in taken.accounts] == ["11"]


@pytest.mark.parametrize(
    ("cells", "currency", "settled"),
    [
        ("1000,,", "EUR", "EUR"),
        ("1000,,", None, None),
        ("1000,$1100,", "EUR", "USD"),
        ("1000,,CHF", "EUR", "CHF"),
    ],
)
def test_currency_that_a_person_chose_is_that_of_amounts_without_one(cells, currency, settled):
    result = read(f"Account Name,Amount,Target price,Currency\nA,{cells}\n", choices=Choices(currency=currency))

    assert result.rows[0].values.get("account.currency") == settled
    assert result.rows[0].refusals == ()


def test_salesforce_files_are_read_whole():
    entries = book((DATA / "salesforce_accounts.csv").read_bytes(), (DATA / "salesforce_contacts.csv").read_bytes())

    assert entries.refusals == []
    assert len(entries.accounts) == 8
    assert sum(len(account.people) for account in entries.accounts) == 23
    castellan = next(a for a in entries.accounts if a.name.startswith("Castellan"))
    assert castellan.stated("contract.current_price") == Decimal("268000.00")
    assert castellan.stated("contract.renewal_date") == date(2026, 12, 31)


def test_hubspot_file_is_read_whole():
    entries = book((DATA / "hubspot_companies.csv").read_bytes())

    assert entries.refusals == []
    assert [len(account.people) for account in entries.accounts] == [2] * 5
    assert entries.accounts[0].stated("account.timezone") == "Europe/Berlin"
    assert entries.accounts[0].stated("contract.notice_days") == 90


def test_german_excel_file_is_read_by_what_its_columns_prove():
    entries = book((DATA / "excel_german.csv").read_bytes())

    assert entries.refusals == []
    assert [a.stated("contract.current_price") for a in entries.accounts] == [Decimal("84500.00"), Decimal("12000.00")]
    assert len(entries.accounts[0].people) == 2


HOSTILE = ['=HYPERLINK("http://x")', "<script>alert(1)</script>", "{{ 7*7 }}", "Robert'); DROP TABLE x;--"]


@pytest.mark.parametrize("cell", HOSTILE)
def test_hostile_text_is_kept_as_the_text_it_is(cell):
    quoted = cell.replace('"', '""')

    entries = book(f'Account Name,Notes\nAcme,"{quoted}"\n')

    assert entries.accounts[0].stated("account.notes") == cell
