"""The certificate of completion as a PDF: one page, across. The same facts give the same bytes."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from emails.rules.facts import format_date
from emails.writing.pdf_fonts import FontFamily, choose_family

INK, SOFT, LINE, ACCENT = HexColor("#1d1c19"), HexColor("#68655c"), HexColor("#b5d2c2"), HexColor("#1c5c45")
WIDTH, HEIGHT = landscape(A4)
MARGIN = 30 * mm
SMALLEST = 8


@dataclass(frozen=True)
class CertificateBrief:
    """Who completed what with whom. programme: our brand; course: the programme's own name; steps: its months."""

    name: str
    customer: str
    programme: str
    course: str
    company: str
    started_on: date
    completed_on: date
    steps: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        return (self.name, self.customer, self.programme, self.course, self.company, *self.steps)


def make_certificate(brief: CertificateBrief) -> bytes:
    """Draw the page. A long name gets smaller letters, then a second line; nothing leaves the frame."""
    buffer = io.BytesIO()
    # Without invariant the PDF holds the moment it was made, and no two are the same.
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.setTitle(f"Certificate of completion for {brief.name}")
    canvas.setAuthor(brief.company)
    _Sheet(canvas, choose_family(brief.texts)).draw(brief)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@dataclass(frozen=True)
class _Sheet:
    canvas: Canvas
    fonts: FontFamily

    def draw(self, brief: CertificateBrief) -> None:
        self.frame()
        self.line(brief.company, at=168 * mm, size=13, bold=True, color=ACCENT)
        self.line("Certificate of completion", at=143 * mm, size=30, bold=True)
        self.line("This is to certify that", at=127 * mm, size=12, color=SOFT)
        self.line(brief.name, at=109 * mm, size=27, bold=True, color=ACCENT, lines=2)
        self.line(f"of {brief.customer}", at=92 * mm, size=14, lines=2)
        self.line("has completed", at=78 * mm, size=12, color=SOFT)
        self.line(f"{brief.programme}: {brief.course}", at=66 * mm, size=18, bold=True, lines=2)
        self.line(", ".join(brief.steps), at=52 * mm, size=9.5, color=SOFT, lines=2)
        self.foot(brief)

    def frame(self) -> None:
        for inset, width in ((10 * mm, 2), (12.5 * mm, 0.6)):
            self.canvas.setStrokeColor(ACCENT if width > 1 else LINE)
            self.canvas.setLineWidth(width)
            self.canvas.rect(inset, inset, WIDTH - 2 * inset, HEIGHT - 2 * inset, stroke=1, fill=0)

    def foot(self, brief: CertificateBrief) -> None:
        self.canvas.setStrokeColor(LINE)
        for x in (MARGIN, WIDTH - MARGIN - 70 * mm):
            self.canvas.line(x, 33 * mm, x + 70 * mm, 33 * mm)
        self.cell(f"{format_date(brief.started_on)} to {format_date(brief.completed_on)}", x=MARGIN, label="Dates")
        self.cell(brief.company, x=WIDTH - MARGIN - 70 * mm, label="Issued by")

    def cell(self, text: str, *, x: float, label: str) -> None:
        size, [shown] = self.fitted(text, size=11, width=70 * mm, bold=False, lines=1)
        self.canvas.setFillColor(INK)
        self.fonts.draw(self.canvas, x, 36 * mm, shown, size=size)
        self.canvas.setFillColor(SOFT)
        self.canvas.setFont(self.fonts.regular, 8)
        self.canvas.drawString(x, 28 * mm, label)

    def line(
        self, text: str, *, at: float, size: float, bold: bool = False, color: HexColor = INK, lines: int = 1
    ) -> None:
        """Centred; at: the baseline of the first line of one, the middle of two."""
        size, shown = self.fitted(text, size=size, width=WIDTH - 2 * MARGIN, bold=bold, lines=lines)
        self.canvas.setFillColor(color)
        top = at + (len(shown) - 1) * size * 0.6
        for place, part in enumerate(shown):
            y = top - place * size * 1.2
            self.fonts.draw(self.canvas, WIDTH / 2, y, part, size=size, bold=bold, centred=True)

    def fitted(self, text: str, *, size: float, width: float, bold: bool, lines: int) -> tuple[float, list[str]]:
        """Give the largest letters, down to the smallest, in which the text stands in so many lines; then cut it."""
        text = self.fonts.fit(" ".join(text.split()))
        while size > SMALLEST and len(self.broken(text, size, width, bold=bold)) > lines:
            size -= 0.5
        parts = self.broken(text, size, width, bold=bold)
        if len(parts) > lines:
            parts = [*parts[: lines - 1], f"{parts[lines - 1][:-3]}..."]
        return size, parts

    def broken(self, text: str, size: float, width: float, *, bold: bool) -> list[str]:
        """The text in lines, broken between words, and within a word that is wider than a line."""
        lines = [""]
        for word in text.split(" "):
            wider = f"{lines[-1]} {word}".strip()
            if self.fonts.width(wider, size, bold=bold) <= width:
                lines[-1] = wider
            else:
                lines += self.pieces(word, size, width, bold=bold)
        return [line for line in lines if line] or [""]

    def pieces(self, word: str, size: float, width: float, *, bold: bool) -> list[str]:
        pieces = [""]
        for letter in word:
            if self.fonts.width(pieces[-1] + letter, size, bold=bold) > width:
                pieces.append("")
            pieces[-1] += letter
        return pieces
