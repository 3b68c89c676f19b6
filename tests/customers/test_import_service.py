"""Importing a book: made, changed, left alone, refused, undone; set-based, and never more than the importer may."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.enums import ImportState
from customers.models import (
    Activity,
    Contract,
    Customer,
    HealthSample,
    ImportChange,
    ImportRun,
    Stakeholder,
    UsageSample,
    User,
    Win,
)
from customers.rules.book.tables import UnreadableFile
from customers.services.importing.reading import BadMapping, Options, Upload, parse_mapping
from customers.services.importing.reports import refusals_csv
from customers.services.importing.runs import (
    NotAllowed,
    WrongState,
    carry_out,
    check_run,
    create_run,
    dry_run,
    import_now,
    queue_run,
    sweep_runs,
)
from customers.services.importing.undoing import CannotUndo, undo_import, why_not_undo
from tests.conftest import NOW
from tests.factories import ContractFactory, CustomerFactory, StakeholderFactory, UserFactory

DATA = Path(__file__).parents[1] / "data"
HEAD = "Account ID,Account Name,Country,Currency,Amount,Renewal Date,Contact Name,Email,Role\n"
ACME = "1,Acme,DE,EUR,1000.50,2026-12-31,Ann Lee,ann@acme.example,Champion\n"
BOLT = "2,Bolt,US,USD,2000.00,2026-11-30,Bo Ray,bo@bolt.example,Economic Buyer\n"
EVERYTHING = (Customer, Contract, Stakeholder, UsageSample, HealthSample, Win, User, ImportChange, Activity)


def book(*texts: str) -> list[Upload]:
    return [Upload(f"file{i}.csv", text.encode()) for i, text in enumerate(texts)]


def run_import(user: User, *texts: str, options: Options | None = None) -> ImportRun:
    return import_now(book(*texts), options or Options(), by=user, now=NOW)


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    report = run.report
    return (report["created"], report["changed"], report["unchanged"], report["refused_rows"])


def everything() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in EVERYTHING}


def test_import_makes_accounts_people_and_contracts(csm):
    run = run_import(csm, HEAD + ACME + BOLT)

    acme = Customer.objects.get(external_id="1")
    assert counts(run) == (2, 0, 0, 0)
    assert (acme.name, acme.country, acme.timezone, acme.currency, acme.owner) == (
        "Acme", "DE", "Europe/Berlin", "EUR", csm,
    )  # fmt: skip
    contract = Contract.objects.get(customer=acme)
    assert (contract.current_price, contract.currency, contract.renewal_date) == (
        Decimal("1000.50"), "EUR", date(2026, 12, 31),
    )  # fmt: skip
    person = Stakeholder.objects.get(customer=acme)
    assert (person.name, person.email, person.roles) == ("Ann Lee", "ann@acme.example", ["champion"])


def test_import_of_the_same_file_twice_changes_nothing(csm):
    run_import(csm, HEAD + ACME + BOLT)
    before = everything()

    run = run_import(csm, HEAD + ACME + BOLT)

    assert counts(run) == (0, 0, 2, 0)
    assert {**everything(), "Activity": 0} == {**before, "Activity": 0}
    assert not Activity.objects.filter(verb="customer.changed").exists()


@pytest.mark.parametrize(
    "names",
    [["salesforce_accounts.csv", "salesforce_contacts.csv"], ["hubspot_companies.csv"], ["excel_german.csv"]],
)
def test_shipped_exports_import_whole_and_twice_change_nothing(lead, names):
    uploads = [Upload(name, (DATA / name).read_bytes()) for name in names]

    first = import_now(uploads, Options(), by=lead, now=NOW)
    second = import_now(uploads, Options(), by=lead, now=NOW + timedelta(days=1))

    assert first.state == second.state == ImportState.DONE
    assert first.report["refused"] == []
    assert first.report["created"] == first.report["total_rows"]
    assert counts(second) == (0, 0, first.report["total_rows"], 0)


def test_dry_run_reports_what_the_import_then_does_and_writes_nothing(lead):
    CustomerFactory.create(external_id="1", name="Acme", owner=lead, country="DE", currency="EUR")
    before = everything()
    text = HEAD + ACME + BOLT + "3,Cold,XX,EUR,1,2026-12-31,,,\n"

    report = dry_run(book(text), Options(), by=lead, now=NOW)

    assert everything() == before
    assert ImportRun.objects.count() == 0
    run = run_import(lead, text)
    assert {key: run.report[key] for key in ("created", "changed", "unchanged", "refused")} == {
        key: report[key] for key in ("created", "changed", "unchanged", "refused")
    }
    assert report["refused"] == [
        {"file": "file0.csv", "row": 4, "column": "Country",
         "reason": "“XX” is not a country; use its two-letter code"}
    ]  # fmt: skip


def test_changed_row_tells_old_and_new(csm):
    run_import(csm, HEAD + ACME)

    run = run_import(csm, HEAD + ACME.replace("1000.50", "1200.00").replace("Champion", "Decision Maker"))

    assert counts(run) == (0, 1, 0, 0)
    assert run.report["rows"][0]["changes"] == [
        {"field": "Current price", "old": "1,000.50", "new": "1,200"},
        {"field": "Roles", "old": "champion", "new": "decision maker"},
    ]
    assert Contract.objects.get().current_price == Decimal("1200.00")
    assert Contract.objects.count() == 1


def test_empty_cells_leave_what_is_known(csm):
    run_import(csm, HEAD + ACME)

    run_import(csm, HEAD + "1,Acme,,,,,Ann Lee,ann@acme.example,\n")

    assert Contract.objects.get().current_price == Decimal("1000.50")
    assert Stakeholder.objects.get().roles == ["champion"]


def test_account_entered_by_hand_takes_the_id_of_the_file(csm):
    customer = CustomerFactory.create(name="Acme", external_id=None, owner=csm)

    run = run_import(csm, HEAD + ACME)

    customer.refresh_from_db()
    assert customer.external_id == "1"
    assert counts(run)[0] == 1  # its person is new


def test_person_known_by_name_gets_the_address(csm):
    person = StakeholderFactory.create(customer__external_id="1", customer__owner=csm, name="Ann Lee", email="")

    run_import(csm, HEAD + ACME)

    person.refresh_from_db()
    assert person.email == "ann@acme.example"
    assert Stakeholder.objects.count() == 1


def test_mark_of_the_primary_contact_moves(csm):
    head = "Account Name,Contact Name,Email,Primary\n"
    run_import(csm, head + "Acme,Ann,a@a.example,yes\nAcme,Bo,b@a.example,no\n")

    run_import(csm, head + "Acme,Bo,b@a.example,yes\n")

    assert list(Stakeholder.objects.filter(primary=True).values_list("name", flat=True)) == ["Bo"]


def test_person_marked_as_left_is_left_once(csm):
    head = "Account Name,Contact Name,Email,Has Left\n"
    run_import(csm, head + "Acme,Ann,a@a.example,yes\n")
    left_at = Stakeholder.objects.get().left_at

    run = import_now(book(head + "Acme,Ann,a@a.example,yes\n"), Options(), by=csm, now=NOW + timedelta(days=3))

    assert left_at == NOW
    assert Stakeholder.objects.get().left_at == NOW
    assert counts(run) == (0, 0, 1, 0)


def test_usage_health_and_wins_are_kept_once(csm):
    usage = "Account Name,Metric,Value,Limit,Date\nAcme,seats,90,100,2026-01-01\nAcme,seats,95,100,2026-02-01\n"
    health = "Account Name,Health Score,Health Date\nAcme,70,2026-01-01\nAcme,80,2026-02-01\n"
    wins = "Account Name,Win,Win Value,Win Date\nAcme,Saved 52k,52000,2026-01-15\n"

    run_import(csm, usage, health, wins)
    again = run_import(csm, usage, health, wins)

    assert UsageSample.objects.count() == 2
    assert [h.score for h in HealthSample.objects.order_by("at")] == [70, 80]
    assert Customer.objects.get().health_score == 80
    assert Win.objects.get().value == Decimal("52000.00")
    assert counts(again) == (0, 0, 5, 0)


def test_undated_score_is_kept_as_observed_at_the_import(csm):
    run_import(csm, "Account Name,Health Score\nAcme,70\n")
    run_import(csm, "Account Name,Health Score\nAcme,70\n")

    assert [(h.score, h.at) for h in HealthSample.objects.all()] == [(70, NOW)]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            "9,,ZZ,EUR,-5,2026-12-31,,ann@a.example,",
            {"Country": "not a country", "Amount": "negative", "Email": "has no name", "Account ID": "gives its name"},
        ),
        (",,ZZ,EUR,5,2026-12-31,,,", {"Country": "not a country", "": "names no account"}),
        ("9,,DE,EUR,5,2026-12-31,,ann@a.example,", {"Email": "has no name", "Account ID": "gives its name"}),
        ("1,,ZZ,EUR,5,2026-12-31,,,", {"Country": "not a country"}),
    ],
)
def test_row_is_told_all_its_faults_at_once(csm: User, row: str, told: dict[str, str]) -> None:
    run_import(csm, HEAD + ACME)

    run = run_import(csm, f"{HEAD}{row}\n")

    reasons = {one["column"]: one["reason"] for one in run.report["refused"]}
    assert reasons.keys() == told.keys()
    assert [column for column, words in told.items() if words not in reasons[column]] == []
    assert len(run.report["refused"]) == len(told)


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("1,Acme,DE,EUR,1000,31/02/2026,,,", "Renewal Date", "no day of the calendar"),
        ("1,Acme,DE,EUR,-5,2026-12-31,,,", "Amount", "negative"),
        ("1,Acme,DE,EUR,1000,2026-12-31,Ann,ann@a.example,Wizard", "Role", "is not a role"),
        ("1,Acme,DE,EUR,1000,2026-12-31,Ann,nonsense,Champion", "Email", "is not an email address"),
        ("1,Acme,DE,EUR,1000,,,,", "Amount", "needs its renewal date"),
        ("1,Acme,DE,EUR,,2026-12-31,,,", "Renewal Date", "needs its contract value"),
        ("9,,DE,EUR,5,2026-12-31,,,", "Account ID", "no row gives its name"),
        ("1,Acme,DE,EUR,1000,03/04/2026,,,", "Renewal Date", "may be day/month or month/day"),
        ("1,Ac\x00me,DE,EUR,1000,2026-12-31,,,", "Account Name", "control characters"),
        ("1," + "x" * 3000 + ",DE,EUR,1000,2026-12-31,,,", "Account Name", "at most 200"),
    ],
)
def test_bad_row_is_refused_with_column_and_reason_and_the_good_one_stands(csm, row, column, reason):
    run = run_import(csm, HEAD + row + "\n" + BOLT)

    (refused,) = run.report["refused"]
    assert (refused["row"], refused["column"]) == (2, column)
    assert reason in refused["reason"]
    assert list(Customer.objects.values_list("name", flat=True)) == ["Bolt"]


def test_people_of_an_account_that_was_refused_are_refused_with_it(csm):
    run = run_import(csm, "Account ID,Account Name,Amount,Renewal Date\n1,Acme,-5,2026-12-31\n",
                     "Account ID,Contact Name,Account Name\n1,Ann,Acme\n")  # fmt: skip

    assert Customer.objects.count() == 0
    assert [(r["file"], r["row"]) for r in run.report["refused"]] == [("file0.csv", 2), ("file1.csv", 2)]


def test_csm_may_not_import_what_somebody_else_owns(csm, other_csm):
    text = f"Account Name,Owner Email\nMine,{csm.email}\nTheirs,{other_csm.email}\n"

    run = run_import(csm, text)

    assert list(Customer.objects.values_list("name", flat=True)) == ["Mine"]
    assert [(r["row"], r["column"]) for r in run.report["refused"]] == [(3, "Owner Email")]


def test_csm_may_not_make_new_colleagues(csm):
    run = run_import(csm, "Account Name,Account Executive\nAcme,Nora New\n")

    assert "nobody here is called “Nora New”" in run.report["refused"][0]["reason"]
    assert Customer.objects.count() == 0


def test_lead_makes_people_to_invite(lead):
    run = run_import(
        lead, "Account Name,Owner,Owner Email\nAcme,Nora New,nora@us.example\nBolt,Nora New,nora@us.example\n"
    )

    nora = User.objects.get(email="nora@us.example")
    assert (nora.first_name, nora.is_active, nora.has_usable_password()) == ("Nora", False, False)
    assert run.report["people_to_invite"] == [{"name": "Nora New", "email": "nora@us.example", "title": ""}]
    assert Customer.objects.filter(owner=nora).count() == 2


def test_name_of_two_colleagues_does_not_decide(lead):
    UserFactory.create(username="a", first_name="Kim", last_name="Lee")
    UserFactory.create(username="b", first_name="Kim", last_name="Lee")

    run = run_import(lead, "Account Name,Owner\nAcme,Kim Lee\n")

    assert "2 people here are called" in run.report["refused"][0]["reason"]


def test_account_that_the_importer_may_not_see_is_refused(csm, stranger):
    CustomerFactory.create(external_id="1", name="Acme", owner=stranger, notes="private")

    run = run_import(csm, "Account ID,Account Name,Notes\n1,Acme,mine now\n")

    assert run.report["refused"][0]["reason"] == "you may not change this account"
    assert Customer.objects.get().notes == "private"


def test_reader_may_not_import(reader):
    with pytest.raises(NotAllowed):
        run_import(reader, HEAD + ACME)
    with pytest.raises(NotAllowed):
        dry_run(book(HEAD + ACME), Options(), by=reader, now=NOW)


def test_undo_takes_out_what_was_made_and_puts_back_what_was_changed(csm):
    old = ContractFactory.create(customer__external_id="2", customer__name="Bolt", customer__owner=csm,
                                 current_price=Decimal("500.00"), target_price=None, currency="USD",
                                 renewal_date=date(2026, 8, 1))  # fmt: skip
    before = {**everything(), "ImportChange": 0, "Activity": 0}
    run = run_import(csm, HEAD + ACME + BOLT)

    undone = undo_import(run, now=NOW + timedelta(hours=1), by=csm)

    old.refresh_from_db()
    run.refresh_from_db()
    assert (old.current_price, old.renewal_date) == (Decimal("500.00"), date(2026, 8, 1))
    assert {**everything(), "ImportChange": 0, "Activity": 0} == before
    assert (run.state, undone.kept) == (ImportState.UNDONE, 0)
    assert Activity.objects.filter(verb="import.undone", actor=csm).count() == 1
    with pytest.raises(CannotUndo):
        undo_import(run, now=NOW, by=csm)


def test_undo_keeps_what_somebody_changed_since(csm):
    contract = ContractFactory.create(customer__external_id="2", customer__owner=csm, target_price=None)
    run = run_import(csm, HEAD + BOLT)
    Contract.objects.filter(pk=contract.pk).update(current_price=Decimal("7.00"))

    undone = undo_import(run, now=NOW, by=csm)

    contract.refresh_from_db()
    assert contract.current_price == Decimal("7.00")
    assert undone.kept == 1


def test_undo_is_refused_with_the_reasons_of_the_guards(csm, monkeypatch):
    run = run_import(csm, HEAD + ACME)
    customer_id = Customer.objects.get().pk
    seen = []

    def guard(customers, since):
        seen.append((set(customers.values_list("pk", flat=True)), since))
        return ["1 email was sent to Acme."]

    monkeypatch.setattr("customers.services.importing.undoing.list_undo_guards", lambda: (guard,))

    assert why_not_undo(run) == ["1 email was sent to Acme."]
    with pytest.raises(CannotUndo, match="1 email"):
        undo_import(run, now=NOW, by=csm)
    assert Customer.objects.count() == 1
    assert seen[0] == ({customer_id}, NOW)


def test_undo_asks_about_accounts_of_which_only_a_child_was_changed(csm, monkeypatch, django_assert_num_queries):
    ContractFactory.create(customer__external_id="2", customer__name="Bolt", customer__owner=csm, target_price=None)
    CustomerFactory.create(owner=csm, name="Untouched")
    run = run_import(csm, HEAD + ACME + BOLT)
    run.changes.filter(kind="customer", object_id=Customer.objects.get(name="Bolt").pk).delete()
    seen = []

    def guard(customers, since):
        seen.extend(customers.values_list("name", flat=True))
        return []

    monkeypatch.setattr("customers.services.importing.undoing.list_undo_guards", lambda: (guard,))

    with django_assert_num_queries(1):
        assert why_not_undo(run) == []

    assert sorted(seen) == ["Acme", "Bolt"]


def test_undo_removes_people_to_invite_unless_they_are_needed(lead):
    run = run_import(lead, "Account Name,Owner\nAcme,Nora New\nBolt,Otto Old\n")
    CustomerFactory.create(owner=User.objects.get(first_name="Otto"))

    undo_import(run, now=NOW, by=lead)

    assert list(User.objects.filter(is_active=False).values_list("first_name", flat=True)) == ["Otto"]


def test_mapping_names_columns_and_choices(csm):
    options = parse_mapping(
        '{"columns": {"Kunde": "account.name", "Wert": "contract.current_price", "Bis": "contract.renewal_date"},'
        ' "locale": "de", "currency": "EUR"}'
    )

    run_import(csm, "Kunde;Wert;Bis\nAcme;1.234;03/04/2027\n", options=options)

    contract = Contract.objects.get()
    assert (contract.current_price, contract.renewal_date) == (Decimal("1234.00"), date(2027, 4, 3))


@pytest.mark.parametrize(
    "text",
    ["not json", "[]", '{"colums": {}}', '{"columns": {"A": "no.field"}}', '{"locale": "tlh"}', '{"currency": "XXX"}',
     '{"dateOrder": "ymd"}', '{"columns": []}'],
)  # fmt: skip
def test_bad_mapping_is_refused(text):
    with pytest.raises(BadMapping):
        parse_mapping(text)


def test_file_that_is_no_table_is_refused_by_name(csm):
    with pytest.raises(UnreadableFile, match=r"file0\.csv: the file is empty"):
        run_import(csm, "")


def test_run_goes_through_its_states_and_starts_once(csm):
    run = create_run(book(HEAD + ACME), Options(), by=csm, now=NOW)
    check_run(run, Options(), by=csm, now=NOW)
    assert (run.state, Customer.objects.count()) == (ImportState.CHECKED, 0)

    queue_run(run, now=NOW)
    with pytest.raises(WrongState):
        queue_run(run, now=NOW)
    with pytest.raises(WrongState):
        check_run(run, Options(), by=csm, now=NOW)

    assert sweep_runs(now=NOW) == 1
    run.refresh_from_db()
    assert (run.state, run.done_rows, run.total_rows) == (ImportState.DONE, 1, 1)
    assert carry_out(run.pk, now=NOW) is None


def test_run_of_a_dead_worker_is_taken_up_and_goes_on(csm):
    run = create_run(book(HEAD + ACME + BOLT), Options(), by=csm, now=NOW)
    run_import(csm, HEAD + ACME)  # what the dead worker had written
    ImportRun.objects.filter(pk=run.pk).update(state=ImportState.RUNNING, updated_at=NOW - timedelta(hours=1))

    assert sweep_runs(now=NOW) == 1

    run.refresh_from_db()
    assert (run.state, counts(run)) == (ImportState.DONE, (1, 0, 1, 0))


def test_run_that_is_interrupted_waits_to_be_started_again(csm, monkeypatch):
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("customers.services.importing.runs.write_plan", interrupt)

    with pytest.raises(KeyboardInterrupt):
        run_import(csm, HEAD + ACME)

    run = ImportRun.objects.get()
    assert (run.state, run.report) == (ImportState.FAILED, {"problem": "Stopped; start it again."})
    assert sweep_runs(now=NOW + timedelta(days=1)) == 0


@pytest.mark.parametrize(
    ("currency", "before", "after"),
    [("EUR", None, "EUR"), ("", None, "USD"), ("", "CHF", "CHF"), ("EUR", "CHF", "EUR")],
)
def test_amounts_without_a_currency_take_the_chosen_one_else_the_accounts_own(csm, currency, before, after):
    if before:
        CustomerFactory(owner=csm, name="Acme", currency=before)

    run = run_import(
        csm, "Account Name,Amount,Renewal Date\nAcme,1000,2026-12-31\n", options=Options(currency=currency)
    )

    contract = Contract.objects.get()
    assert (contract.currency, contract.customer.currency) == (after, after)
    told = [notice["text"] for notice in run.report["notices"] if "currency" in notice["text"]]
    assert told == (["Acme names no currency; its amounts are taken as USD"] if not currency and not before else [])


def test_report_tells_rows_left_alone_after_those_that_change(csm):
    run_import(csm, HEAD + ACME)

    report = run_import(csm, HEAD + ACME + BOLT).report

    assert [(row["row"], row["verdict"]) for row in report["rows"]] == [(3, "created"), (2, "unchanged")]


def test_run_of_somebody_who_may_not_import_any_more_fails(csm):
    run = create_run(book(HEAD + ACME), Options(), by=csm, now=NOW)
    queue_run(run, now=NOW)
    User.objects.filter(pk=csm.pk).update(is_active=False)

    carry_out(run.pk, now=NOW)

    run.refresh_from_db()
    assert run.state == ImportState.FAILED
    assert Customer.objects.count() == 0


def test_clash_while_writing_refuses_that_account_alone(csm, monkeypatch):
    from customers.services.importing import writing

    original = writing._write_rows

    def meddle(writes, now):
        if any(write.kind == "customer" and write.row.external_id == "1" for write in writes):
            CustomerFactory.create(external_id="1")
        return original(writes, now)

    monkeypatch.setattr(writing, "_write_rows", meddle)

    run = run_import(csm, HEAD + ACME + BOLT)

    assert counts(run) == (1, 0, 0, 1)
    assert "clashes" in run.report["refused"][0]["reason"]
    assert Customer.objects.filter(name="Bolt").exists()


def test_refusals_as_csv_run_nothing_in_a_spreadsheet(csm):
    run = run_import(
        csm, "Account Name,=Amount()\nAcme,1\n", options=Options({"*": {"=Amount()": "contract.notice_days"}})
    )
    assert run.report["refused"] != []

    text = refusals_csv(run.report)

    assert ",'=Amount()," in text


def _statements(csm: User, accounts: int) -> int:
    rows = "".join(
        f"{i},Account {i},DE,EUR,1000.50,2026-12-31,Ann {j},p{j}@a{i}.example,\n"
        for i in range(accounts)
        for j in range(3)
    )
    with CaptureQueriesContext(
        connection,
    ) as queries:
        run = run_import(csm, HEAD + rows)
    assert run.report["created"] == accounts * 3
    return len(queries)


def test_statements_grow_with_batches_not_with_rows(csm):
    few = _statements(csm, 5)
    Customer.objects.all().delete()

    many = _statements(csm, 200)

    # SQLite takes 999 parameters a statement; 600 people alone are 9 inserts there.
    assert many - few < 60
