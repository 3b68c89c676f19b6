"""A book handed in by API: counted, refused row by row, tried without writing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from customers.models import Customer, User
from tests.api.conftest import Caller, error_of

GOOD = "Account Name,Account ID,Contract End Date,Amount\nNordwind,001A1,2026-12-31,250000\nSued,001A2,2026-11-30,-5\n"
SALESFORCE = Path(__file__).parent.parent / "data" / "salesforce_accounts.csv"


def hand_in(api: Caller, *files: tuple[str, bytes], **fields: Any) -> HttpResponse:
    data = {f"file{number}": SimpleUploadedFile(name, content) for number, (name, content) in enumerate(files)}
    return api.client.post("/api/imports", {**data, **fields}, headers=api.headers)


def test_import_counts_and_refuses_row_by_row(api: Caller, csm: User) -> None:
    first = hand_in(api, ("book.csv", GOOD.encode())).json()
    again = hand_in(api, ("book.csv", GOOD.encode())).json()

    assert (first["created"], first["changed"], first["unchanged"]) == (1, 0, 0)
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 1)
    (refused,) = first["refused"]
    assert {"row", "column", "reason"} <= set(refused)
    assert (refused["row"], refused["column"]) == (3, "Amount")
    assert list(Customer.objects.values_list("external_id", flat=True)) == ["001A1"]


@pytest.mark.parametrize("word", ["true", "1", "True"])
def test_dry_run_says_the_same_and_writes_nothing(api: Caller, word: str) -> None:
    answer = hand_in(api, ("book.csv", GOOD.encode()), dryRun=word)

    assert answer.status_code == 200
    assert (answer.json()["created"], len(answer.json()["refused"])) == (1, 1)
    assert not Customer.objects.exists()


def test_export_of_a_real_system_is_taken(api: Caller) -> None:
    answer = hand_in(api, (SALESFORCE.name, SALESFORCE.read_bytes()), dryRun="true")

    assert answer.status_code == 200
    assert answer.json()["created"] > 0


def test_mapping_names_unknown_columns(api: Caller) -> None:
    book = b"Kunde,Kennung\nNordwind,001A1\n"
    mapping = '{"columns": {"Kunde": "account.name", "Kennung": "account.external_id"}}'

    answer = hand_in(api, ("book.csv", book), mapping=mapping)

    assert answer.status_code == 200, answer.content
    assert Customer.objects.get().name == "Nordwind"


@pytest.mark.parametrize(
    ("files", "fields", "field"),
    [
        ([], {}, "file"),
        ([("book.csv", b"")], {}, "file"),
        ([("book.csv", b"\x00\x01\x02\xff" * 50)], {}, "file"),
        ([("book.csv", GOOD.encode())], {"mapping": "{"}, "mapping"),
        ([("book.csv", GOOD.encode())], {"mapping": "[" * 90_000}, "mapping"),
        ([("book.csv", GOOD.encode())], {"mapping": '{"columns": {"Amount": "no.field"}}'}, "mapping"),
        ([("book.csv", GOOD.encode())], {"dryRun": "perhaps"}, "dryRun"),
    ],
)
def test_what_is_no_book_is_refused_by_name(
    api: Caller, files: list[tuple[str, bytes]], fields: dict[str, str], field: str
) -> None:
    response = hand_in(api, *files, **fields)

    assert response.status_code == 400
    assert list(error_of(response)["fields"]) == [field]
    assert not Customer.objects.exists()


def test_import_is_multipart_and_needs_a_writer(api: Caller, call_as: Callable[..., Caller], reader: User) -> None:
    assert api.post("/api/imports", {"file": "x"}).status_code == 415
    assert hand_in(call_as(reader), ("book.csv", GOOD.encode())).status_code == 403
    assert hand_in(Caller(), ("book.csv", GOOD.encode())).status_code == 401
