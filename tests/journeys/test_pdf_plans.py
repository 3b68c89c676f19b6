"""A business plan handed in as a PDF: its words are the plan's, and no file keeps the desk busy or breaks it."""

from __future__ import annotations

import io
import subprocess
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader, PdfWriter

from customers.models import Customer, User
from journeys.models import BusinessPlan
from journeys.rules.pdf_lines import join_lines
from journeys.rules.plan_files import PlanFile, read_plan_file
from journeys.services.plans import read_words, save_plan
from journeys.writing import pdf_words
from journeys.writing.deliverable_pdf import make_deliverable_pdf

PLAN = """## Market
Candles for people who work at night, and who would rather buy one good candle than five bad ones in a row, sold online.

- Students
- Nurses

## Price
12 EUR each, 30 EUR for three. No discount."""


def make_pdf(body: str = PLAN) -> bytes:
    return make_deliverable_pdf(title="Our plan", heading="Plan", customer="Acme", company="Acme", body=body)


def make_locked_pdf() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(make_pdf())))
    writer.encrypt("secret", algorithm="RC4-128")
    return saved(writer)


def make_blank_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    return saved(writer)


def saved(writer: PdfWriter) -> bytes:
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def test_words_of_a_pdf_are_the_plans(customer: Customer, csm: User, now: datetime) -> None:
    file = read_plan_file("plan.pdf", make_pdf())

    plan = save_plan(customer, body="", file=file, seen=0, now=now, by=csm)

    assert "than five bad ones in a row, sold online." in plan.body
    assert "- Students\n- Nurses" in plan.body
    assert "12 EUR each, 30 EUR for three." in plan.body
    assert (plan.file_name, plan.content_type) == ("plan.pdf", "application/pdf")


def test_what_was_typed_beside_a_pdf_stays(customer: Customer, csm: User, now: datetime) -> None:
    plan = save_plan(customer, body="Ours.", file=read_plan_file("a.pdf", make_pdf()), seen=0, now=now, by=csm)

    assert plan.body == "Ours."


@pytest.mark.parametrize(
    "content",
    [
        make_locked_pdf(),
        make_blank_pdf(),
        make_pdf()[:400],
        b"%PDF-1.7\n" + b"\x00\xff" * 5000,
        b"%PDF-1.4\n1 0 obj\n<<",
    ],
    ids=["locked", "blank", "cut off", "noise", "torn"],
)
def test_pdf_that_cannot_be_read_is_kept_for_people(
    customer: Customer, csm: User, now: datetime, content: bytes
) -> None:
    plan = save_plan(customer, body="", file=read_plan_file("plan.pdf", content), seen=0, now=now, by=csm)

    assert (plan.body, bytes(plan.content)) == ("", content)


def test_pdf_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*args: Any, **kwargs: Any) -> None:
        raise subprocess.TimeoutExpired("reader", kwargs["timeout"])

    monkeypatch.setattr(pdf_words.subprocess, "run", hang)

    assert pdf_words.read_pages(make_pdf()) == []


def test_pdf_with_more_words_than_a_plan_may_have_is_kept_unread() -> None:
    file = PlanFile("plan.pdf", "application/pdf", make_pdf("word " * 24_000))

    assert read_words(file).text == ""


def test_pdf_is_read_from_the_page(client: Client, ops: User, customer: Customer) -> None:
    client.force_login(ops)
    sent = {"version": 0, "body": "", "file": SimpleUploadedFile("plan.pdf", make_pdf(), "application/pdf")}

    client.post(f"/customers/{customer.pk}/business-plan", sent)

    assert "Candles for people who work at night" in BusinessPlan.objects.get().body


@pytest.mark.parametrize(
    ("pages", "text"),
    [
        (["A line that is quite full and goes\non in the next one.\nShort head\nAnother line that is full"],
         "A line that is quite full and goes on in the next one.\n\nShort head\n\nAnother line that is full"),
        (["• One\n• Two that is long enough to be full\nand goes on\n1. Three"],
         "- One\n- Two that is long enough to be full and goes on\n\n1. Three"),
        (["A word that was divi-\nded by the end of its line", "3\nPage 3 of 9"],
         "A word that was divided by the end of its line"),
        ([], ""),
        (["\x00 \n"], ""),
    ],
)  # fmt: skip
def test_lines_are_put_together(pages: list[str], text: str) -> None:
    assert join_lines(pages) == text
