"""The certificate and a deliverable as PDFs: the same bytes each time, and names of any length and script fit."""

from __future__ import annotations

import base64
import io
import re
import zlib
from dataclasses import replace
from datetime import date

import pytest
from pypdf import PdfReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from emails.rules.blocks import Block, parse_document
from emails.writing.pdf_fonts import HELVETICA, choose_family
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


def read_words(pdf: bytes) -> str:
    return PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


@pytest.mark.parametrize(
    ("name", "font"),
    [
        ("王小明", "STSong-Light"),
        ("陳國棟", "MSung-Light"),
        ("山田タロウ", "HeiseiKakuGo-W5"),
        ("김민준", "HYGothic-Medium"),
    ],
)
def test_names_of_the_east_are_drawn_in_their_own_letters(name: str, font: str) -> None:
    papers = (
        make_certificate(replace(BRIEF, name=name, customer=f"{name} Société")),
        make_deliverable_pdf(title=name, heading="M1", customer=f"{name} Société", company="Fir", body=f"## {name}"),
    )

    for paper in papers:
        assert font.encode() in paper
        words = read_words(paper)
        assert (name in words, "Société" in words, "?" in words) == (True, True, False)


def test_japanese_text_draws_the_shared_letters_in_the_japanese_way() -> None:
    family = choose_family(["株式会社サンプル & Sons"])

    assert family.split("会社 A") == [("HeiseiKakuGo-W5", "会社"), ("Helvetica", " A")]
    assert family.marked("会社 & <b>", bold=True) == ('<font name="HeiseiKakuGo-W5">会社</font> &amp; &lt;b&gt;')


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("محمد علي", "Mhmd Aly"),
        ("شركة الخليج ١٢٣", "Shrka Alkhlyj 123"),
        ("משה כהן", "Mshh Khn"),
        ("Иван Šimek", "Ivan Šimek"),
        ("Ünal & Søn", "Ünal & Søn"),
    ],
)
def test_what_no_font_has_is_written_by_its_sound(name: str, written: str) -> None:
    assert choose_family([name]).fit(name) == written


def test_long_line_without_spaces_stays_on_the_page() -> None:
    sheet = _Sheet(Canvas("unused"), choose_family(["文"]))

    size, lines = sheet.fitted("文字" * 60, size=27, width=400, bold=True, lines=2)

    assert len(lines) == 2
    assert all(sheet.fonts.width(line, size, bold=True) <= 400 for line in lines)
