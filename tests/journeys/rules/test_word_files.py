"""The words of a Word file, and files that are none, or mean harm."""

from __future__ import annotations

import io
import time
import zipfile

import pytest

from journeys.rules.plan_files import UnfitFile, read_plan_file
from journeys.rules.word_files import MOST_XML, read_word

HEAD = (
    '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
)


def word(xml: str, *, name: str = "word/document.xml") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(name, xml)
    return packed.getvalue()


def test_headings_points_and_paragraphs_are_read() -> None:
    xml = (
        f'{HEAD}<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Goal &amp; aim</w:t></w:r></w:p><w:p/>'
        '<w:p w:rsidR="1"><w:r><w:t xml:space="preserve">Sell </w:t></w:r><w:r><w:t>soap</w:t></w:r>'
        "<w:r><w:tab/><w:t>now.</w:t></w:r><w:del><w:r><w:delText>No.</w:delText></w:r></w:del></w:p>"
        '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/></w:numPr></w:pPr><w:r><w:t>One</w:t></w:r></w:p>'
        "<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>Zwei – für Gäste</w:t></w:r></w:p></w:body></w:document>"
    )

    file = read_plan_file("plan.docx", word(xml))

    assert file.text == "# Goal & aim\n\nSell soap now.\n\n- One\n- Zwei – für Gäste"


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 zip",
        word("<w:p/>", name="word/other.xml"),
        word(f"{HEAD}<w:p></w:p>"),
        word(HEAD)[:-30],
        word("x" * (MOST_XML + 1)),
    ],
)
def test_file_that_cannot_be_read_is_kept_for_a_person(content: bytes) -> None:
    assert read_plan_file("plan.docx", content).text == ""


def test_entity_is_not_resolved() -> None:
    xml = f'<!DOCTYPE x [<!ENTITY a "AAAA"><!ENTITY b SYSTEM "file:///etc/passwd">]>{HEAD}<w:p><w:t>&a;&b;</w:t></w:p>'

    assert read_word(word(xml)) == "&a;&b;"


@pytest.mark.parametrize("piece", ["<w:p>", "<w:t ", "<w:pStyle ", "<w:numPr ", "</w:p>"])
def test_time_to_read_grows_with_the_text_alone(piece: str) -> None:
    content = word(piece * 200_000)

    began = time.monotonic()
    assert read_word(content) == ""

    assert time.monotonic() - began < 10


def test_too_much_text_is_refused() -> None:
    with pytest.raises(UnfitFile, match="at most 100,000"):
        read_plan_file("plan.docx", word(f"{HEAD}<w:p><w:t>{'word ' * 25_000}</w:t></w:p>"))
