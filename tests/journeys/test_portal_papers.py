"""The certificate and a deliverable as PDFs: the same bytes each time, and names of any length and script fit."""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import replace
from datetime import date

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from emails.writing.pdf_fonts import HELVETICA
from journeys.rules.blocks import Block, parse_document
from journeys.writing.certificate import MARGIN, SMALLEST, WIDTH, CertificateBrief, _Sheet, make_certificate
from journeys.writing.deliverable_pdf import make_deliverable_pdf

BRIEF = CertificateBrief(
    name="Sarah Lee",
    customer="Acme Corporation",
    programme="Evergreen",
    course="Eight months",
    company="Fir & Sons",
    started_on=date(2026, 1, 5),
    completed_on=date(2026, 8, 10),
    steps=("Business plan", "Brand identity"),
)
WORD = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft"


def words_of(pdf: bytes) -> str:
    """The drawn text of a PDF in Helvetica, its streams unpacked."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    text = b"".join(zlib.decompress(base64.a85decode(one.strip(), adobe=False)) for one in map(_ascii85, streams))
    return " ".join(part.decode("latin-1") for part in re.findall(rb"\(((?:\\.|[^()\\])*)\) Tj", text))


def _ascii85(stream: bytes) -> bytes:
    return stream.strip().removesuffix(b"~>")


def test_certificate_states_who_completed_what_and_when() -> None:
    words = words_of(make_certificate(BRIEF))

    for said in ("Sarah Lee", "of Acme Corporation", "Evergreen: Eight months", "5 January 2026 to 10 August 2026",
                 "Fir & Sons", "Business plan, Brand identity"):  # fmt: skip
        assert said in words


def test_certificate_is_the_same_each_time() -> None:
    assert make_certificate(BRIEF) == make_certificate(BRIEF)
    assert make_certificate(BRIEF) != make_certificate(replace(BRIEF, name="Sarah Lee-Park"))


@pytest.mark.parametrize("name", ["Ł Šimůnek", "株式会社", "شركة الخليج", "", "<b>&amp;", f"{WORD} " * 5, "x" * 400])
def test_certificate_of_any_name_is_one_page(name: str) -> None:
    made = make_certificate(replace(BRIEF, name=name, customer=name, course=name, steps=(name,) * 20))

    assert made.startswith(b"%PDF-")
    assert made.count(b"/Type /Page\n") == 1


@pytest.mark.parametrize("text", ["Sarah Lee", WORD, f"{WORD} & Sons", f"{WORD} " * 4, "x" * 600])
def test_long_names_stay_inside_the_frame(text: str) -> None:
    width = WIDTH - 2 * MARGIN

    size, lines = _Sheet(Canvas("unused"), HELVETICA).fitted(text, size=27, width=width, bold=True, lines=2)

    assert size >= SMALLEST
    assert 1 <= len(lines) <= 2
    assert all(stringWidth(line, HELVETICA.bold, size) <= width for line in lines)


def test_deliverable_holds_its_text_and_runs_over_pages() -> None:
    body = "## First\n- One & two\n- <b>Three</b>\n\n" + f"{WORD} " * 200 + "\n\n" + "A line.\n" * 200
    fields = {"title": "Market entry", "heading": "Month 3", "customer": "Acme", "company": "Fir & Sons"}

    made = make_deliverable_pdf(**fields, body=body)

    assert made == make_deliverable_pdf(**fields, body=body)
    words = words_of(made).replace(" ", "")
    for said in ("Marketentry", "First", "One&two", "<b>Three</b>", "Page2"):
        assert said in words


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", ()),
        ("\n \n", ()),
        ("One\ntwo\n\nthree", (Block(paragraph="One\ntwo"), Block(paragraph="three"))),
        ("## A\n## B\n- x\n-y", (Block(heading="A"), Block(heading="B"), Block(points=("x",)), Block(paragraph="-y"))),
        ("- x\r\n- y\r\n\r\n- z", (Block(points=("x", "y")), Block(points=("z",)))),
    ],
)
def test_blocks_of_a_text(body: str, expected: tuple[Block, ...]) -> None:
    assert parse_document(body) == expected
