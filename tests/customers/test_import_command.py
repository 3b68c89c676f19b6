"""manage.py import_book: the same import from a shell."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from customers.models import Contract, Customer, ImportRun

DATA = Path(__file__).parents[1] / "data"


def run(*args: str) -> str:
    out = StringIO()
    call_command("import_book", *args, stdout=out)
    return out.getvalue()


def test_command_imports_several_files_and_tells_the_counts(ops):
    text = run(str(DATA / "salesforce_accounts.csv"), str(DATA / "salesforce_contacts.csv"))

    assert text.splitlines()[-1] == "31 rows new, 0 changed, 0 unchanged, 0 refused"
    assert Customer.objects.count() == 8
    assert ImportRun.objects.get().user == ops


def test_one_new_row_is_counted_as_one(ops, tmp_path):
    path = tmp_path / "book.csv"
    path.write_text("Account Name,Industry\nAcme,Software\n")

    assert run(str(path)).splitlines()[-1] == "1 row new, 0 changed, 0 unchanged, 0 refused"


def test_dry_run_tells_row_by_row_and_writes_nothing(ops, tmp_path):
    path = tmp_path / "book.csv"
    path.write_text("Account Name,Amount,Renewal Date\nAcme,5,2027-01-31\nBolt,-5,2027-01-31\n")

    text = run(str(path), "--dry-run")

    assert "book.csv row 2: created · Acme" in text
    assert "book.csv row 3: refused [Amount] “-5” is negative" in text
    assert (Customer.objects.count(), ImportRun.objects.count()) == (0, 0)


def test_command_names_what_it_did_not_read(ops, tmp_path):
    path = tmp_path / "book.csv"
    path.write_text("Account Name,Amount,Renewal Date,Colour\nAcme,5,2027-01-31,red\n")

    lines = run(str(path), "--dry-run").splitlines()

    assert "book.csv: columns not read: “Colour”" in lines
    assert "book.csv row 2: note: Acme names no currency; its amounts are taken as USD" in lines
    assert "book.csv: no column names the account; say with --mapping which one does" not in lines


def test_locale_counts_beside_a_mapping_that_names_none(ops, tmp_path):
    path, mapping = tmp_path / "book.csv", tmp_path / "map.json"
    path.write_text("Kunde;Amount;Renewal Date\nAcme;1.234;03/04/2027\n")
    mapping.write_text(json.dumps({"columns": {"Kunde": "account.name"}}))

    text = run(str(path), "--mapping", str(mapping), "--locale", "de")

    contract = Contract.objects.get()
    assert "0 refused" in text
    assert (contract.current_price, contract.renewal_date) == (Decimal(1234), date(2027, 4, 3))


def test_json_answer_has_the_shape_of_the_api(ops, tmp_path):
    path = tmp_path / "book.csv"
    path.write_text("Account Name,Amount,Renewal Date\nAcme,5,2027-01-31\nBolt,5,31/31/2027\n")

    body = json.loads(run(str(path), "--json"))

    assert (body["created"], body["changed"], body["unchanged"]) == (1, 0, 0)
    assert [(r["row"], r["column"]) for r in body["refused"]] == [(3, "Renewal Date")]


def test_mapping_file_and_user_are_taken(csm, tmp_path):
    path, mapping = tmp_path / "book.csv", tmp_path / "map.json"
    path.write_text("Kunde;Wert;Bis\nAcme;1.234;03/04/2027\n")
    mapping.write_text(
        json.dumps(
            {
                "columns": {"Kunde": "account.name", "Wert": "contract.current_price", "Bis": "contract.renewal_date"},
                "dateOrder": "dmy",
                "decimal": "comma",
            }
        )
    )

    run(str(path), "--mapping", str(mapping), "--as", "dana")

    assert Customer.objects.get().owner == csm


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (["nowhere.csv"], "No such file"),
        (["{book}", "--as", "nobody"], "nobody with the username"),
        (["{book}", "--mapping", "{book}"], "not JSON"),
        (["{book}", "--locale", "tlh"], "locale"),
        (["{empty}"], "the file is empty"),
    ],
)
def test_what_cannot_be_used_is_named(ops, tmp_path, args, reason):
    book, empty = tmp_path / "book.csv", tmp_path / "empty.csv"
    book.write_text("Account Name,Plan\nAcme,Pro\n")
    empty.write_text("")

    with pytest.raises(CommandError, match=reason):
        run(*[arg.format(book=book, empty=empty) for arg in args])


def test_reader_is_refused(reader, tmp_path):
    path = tmp_path / "book.csv"
    path.write_text("Account Name,Plan\nAcme,Pro\n")

    with pytest.raises(CommandError, match="not import"):
        run(str(path), "--as", "rita")


def test_colleague_known_by_address_alone_is_named_once(ops, tmp_path):
    path = tmp_path / "book.csv"
    path.write_text("Account Name,Owner Email\nAcme,priya@ours.example\n")

    text = run(str(path))

    assert "to invite: priya@ours.example\n" in text
