"""A deliverable as a PDF, as long as its text. The same text gives the same bytes."""

from __future__ import annotations

import io
from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Spacer

from emails.rules.blocks import Block, parse_document
from emails.writing.pdf_fonts import FontFamily, choose_family

INK, SOFT, ACCENT = HexColor("#1d1c19"), HexColor("#68655c"), HexColor("#1c5c45")
MARGIN, TOP, BOTTOM = 24 * mm, 30 * mm, 24 * mm


def make_deliverable_pdf(*, title: str, heading: str, customer: str, company: str, body: str) -> bytes:
    """Lay out the text. heading: what it is of, such as "Month 3"."""
    fonts = choose_family([title, heading, customer, company, body.replace("\n", " ").replace("\r", "")])
    return _Document(title, heading, customer, company, fonts).make(parse_document(body))


@dataclass(frozen=True)
class _Document:
    title: str
    heading: str
    customer: str
    company: str
    fonts: FontFamily

    def make(self, blocks: tuple[Block, ...]) -> bytes:
        buffer = io.BytesIO()
        width, height = A4
        # Without invariant the PDF holds the moment it was made, and no two are the same.
        document = BaseDocTemplate(buffer, pagesize=A4, title=self.title, author=self.company, invariant=1)
        frame = Frame(MARGIN, BOTTOM, width - 2 * MARGIN, height - TOP - BOTTOM, 0, 0, 0, 0)
        document.addPageTemplates(PageTemplate(frames=[frame], onPage=self.draw_edges))
        head: list[Flowable] = [
            self.paragraph(f"{self.heading} · {self.customer}", size=10, color=SOFT),
            self.paragraph(self.title, size=22, bold=True),
            Spacer(1, 6 * mm),
        ]
        document.build([*head, *(flowable for block in blocks for flowable in self.flowables(block))])
        return buffer.getvalue()

    def flowables(self, block: Block) -> list[Flowable]:
        if block.heading:
            return [Spacer(1, 3 * mm), self.paragraph(block.heading, size=13, bold=True, color=ACCENT, stays=True)]
        if block.points:
            return [*(self.paragraph(point, bullet="•") for point in block.points), Spacer(1, 2.5 * mm)]
        return [self.paragraph(block.paragraph), Spacer(1, 2.5 * mm)]

    def paragraph(
        self,
        text: str,
        *,
        size: float = 10.5,
        bold: bool = False,
        color: HexColor = INK,
        bullet: str = "",
        stays: bool = False,
    ) -> Paragraph:
        style = ParagraphStyle(
            "text",
            fontName=self.fonts.bold if bold else self.fonts.regular,
            bulletFontName=self.fonts.regular,
            fontSize=size,
            leading=size * 1.4,
            textColor=color,
            leftIndent=14 if bullet else 0,
            spaceAfter=3 if bold else 1.5,
            keepWithNext=stays,
            splitLongWords=1,
        )
        return Paragraph(self.marked(text, bold=bold), style, bulletText=bullet or None)

    def draw_edges(self, canvas: Canvas, document: BaseDocTemplate) -> None:
        width, height = A4
        canvas.saveState()
        canvas.setFillColor(ACCENT)
        canvas.rect(0, height - 6 * mm, width, 6 * mm, stroke=0, fill=1)
        canvas.setFillColor(SOFT)
        self.fonts.draw(canvas, MARGIN, 13 * mm, self.cut(f"{self.company} · {self.title}", 130 * mm), size=8)
        canvas.setFont(self.fonts.regular, 8)
        canvas.drawRightString(width - MARGIN, 13 * mm, f"Page {document.page}")
        canvas.restoreState()

    def marked(self, text: str, *, bold: bool) -> str:
        """A line break of the text is one here."""
        return "<br/>".join(self.fonts.marked(line, bold=bold) for line in text.split("\n"))

    def cut(self, text: str, width: float) -> str:
        text = self.fonts.fit(text)
        while text and self.fonts.width(text, 8) > width:
            text = text[:-1]
        return text
