"""The import by page: upload, map, check, confirm, result, undo; everything by plain forms."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from customers.enums import ImportState
from customers.models import Contract, Customer, ImportRun
from customers.views import imports as import_views

GOOD = "Account Name,Amount,Renewal Date\nAcme,5,2027-01-31\nBolt,-5,2027-01-31\n"


def upload(client, *texts: str):
    files = [SimpleUploadedFile(f"book{i}.csv", text.encode()) for i, text in enumerate(texts)]
    return client.post(reverse("customers:imports"), {"book": files})


@pytest.fixture
def page(client, csm):
    client.force_login(csm)
    return client


def the_run() -> ImportRun:
    return ImportRun.objects.get()


def address(name: str = "import_run") -> str:
    return reverse(f"customers:{name}", args=[the_run().pk])


def test_upload_leads_to_a_report_and_writes_nothing(page):
    response = upload(page, GOOD)

    assert response.url == address()
    text = page.get(response.url).content.decode()
    assert "“-5” is negative" in text
    assert "Import 1 row" in text
    assert Customer.objects.count() == 0


def test_confirming_imports_and_shows_the_result(page, csm):
    upload(page, GOOD)

    response = page.post(address("import_start"), follow=True)

    assert "Imported" in response.content.decode()
    assert Customer.objects.get().name == "Acme"
    assert the_run().state == ImportState.DONE


def test_large_import_is_left_to_the_clock_with_a_progress_bar(page, monkeypatch):
    rung = []
    monkeypatch.setattr(import_views, "ROWS_AT_ONCE", 1)
    monkeypatch.setattr(import_views.carry_out_import, "delay", rung.append)
    upload(page, GOOD)

    response = page.post(address("import_start"), follow=True)

    assert "Waiting for its turn" in response.content.decode()
    assert (rung, the_run().state) == ([str(the_run().pk)], ImportState.QUEUED)
    import_views.carry_out_import(rung[0])
    assert page.get(address("import_progress"))["HX-Refresh"] == "true"
    assert Customer.objects.count() == 1


def test_unknown_column_is_mapped_by_hand(page):
    upload(page, "Kunde;Wert;Bis\nAcme;1.234;03/04/2027\n")
    assert "names the account" in page.get(address()).content.decode()

    data = {
        "c0-0": "account.name", "c0-1": "contract.current_price", "c0-2": "contract.renewal_date",
        "date_order": "dmy", "decimal": "comma", "currency": "EUR",
    }  # fmt: skip
    response = page.post(address(), data, follow=True)
    page.post(address("import_start"))

    assert "Nothing is written yet" in response.content.decode()
    assert str(Contract.objects.get().renewal_date) == "2027-04-03"


def test_one_field_for_two_columns_is_refused_beside_the_second(page):
    upload(page, "Account Name,One,Two\nAcme,a,b\n")

    response = page.post(address(), {"c0-0": "account.name", "c0-1": "account.notes", "c0-2": "account.notes"})

    assert response.status_code == 400
    assert "“One” is read for this already." in response.content.decode()


def test_ambiguous_column_is_named_with_the_choice_to_make(page):
    upload(page, "Account Name,Amount,Renewal Date\nAcme,5,03/04/2027\n")

    assert "may be day/month or month/day. Choose the order" in page.get(address()).content.decode()


@pytest.mark.parametrize(
    ("content", "reason"), [(b"", "empty"), (b"PK\x03\x04 zip", "save the sheet as CSV"), (b"x\n1\n", "fewer than two")]
)
def test_unusable_file_is_refused_beside_the_field(page, content, reason):
    response = page.post(reverse("customers:imports"), {"book": [SimpleUploadedFile("b.csv", content)]})

    assert response.status_code == 400
    assert reason in response.content.decode()
    assert ImportRun.objects.count() == 0


def test_report_is_filtered_by_kind_and_words(page):
    upload(page, "Account Name,Health Score\nAcme,500\nBolt,70\nCold,900\n")

    text = page.get(address(), {"show": "refused", "q": "900"}).content.decode()

    assert "“900”" in text
    assert "“500”" not in text


def test_rows_left_alone_are_listed(page):
    for _ in range(2):
        checked = upload(page, "Account Name,Health Score\nAcme,50\n").url
        page.post(f"{checked}/start")

    text = page.get(checked, {"show": "unchanged"}).content.decode()

    assert "Left alone (1)" in text
    assert '<td data-label="Account">Acme</td>' in text


def test_refusals_are_downloaded(page):
    upload(page, GOOD)

    response = page.get(address("import_refusals"))

    assert response["Content-Type"].startswith("text/csv")
    assert "book0.csv,3,Amount," in response.content.decode()


def test_undo_asks_once_and_takes_back(page):
    upload(page, GOOD)
    page.post(address("import_start"))
    assert "Undo the import of book0.csv?" in page.get(address("import_undo")).content.decode()

    response = page.post(address("import_undo"), follow=True)

    assert Customer.objects.count() == 0
    assert "Import undone" in response.content.decode()


def test_second_start_says_so_and_imports_once(page):
    upload(page, GOOD)
    page.post(address("import_start"))

    response = page.post(address("import_start"), follow=True)

    assert "started already" in response.content.decode()
    assert Customer.objects.count() == 1


def test_hostile_cells_are_shown_as_text(page):
    upload(page, 'Account Name,"<script>alert(1)</script>",Amount\n<img src=x onerror=y>,<b>bold</b>,<i>5\n')

    text = page.get(address()).content.decode()

    assert "<script>alert(1)" not in text
    assert "<img src=x" not in text
    assert "<b>bold" not in text


def test_import_of_somebody_else_is_not_there(page, client, other_csm):
    upload(page, GOOD)
    client.force_login(other_csm)

    for name in ("import_run", "import_progress", "import_undo", "import_refusals"):
        assert client.get(address(name)).status_code == 404
    assert client.post(address("import_start")).status_code == 404


def test_reader_may_not_import(client, reader):
    client.force_login(reader)

    assert client.get(reverse("customers:imports")).status_code == 403


def test_stranger_is_sent_to_the_door(client, db):
    assert client.get(reverse("customers:imports")).status_code == 302
