"""The renewal proposal as a PDF, made from the locked price. The same facts give the same bytes."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from emails.rules import letters as keys
from emails.rules.facts import Fact
from emails.writing.pdf_fonts import FontFamily, choose_family

INK, SOFT, LINE, ACCENT = HexColor("#1d1c19"), HexColor("#68655c"), HexColor("#dcd8cd"), HexColor("#1c5c45")
WASH = HexColor("#eef4f0")
MARGIN, TOP, BOTTOM = 22 * mm, 30 * mm, 22 * mm
FACTS_STATED = (
    keys.PRICE_NEW,
    keys.PRICE_CURRENT,
    keys.PRICE_INCREASE_PCT,
    keys.TERM_MONTHS,
    keys.RENEWAL_DATE,
    keys.NOTICE_DATE,
    keys.VALUE_QUANTIFIED,
    keys.VALUE_LEVERAGE,
    keys.USAGE_GROWTH_PCT,
)


class NoLockedPrice(ValueError):
    """Raised when a proposal is asked for before the price is locked."""


@dataclass(frozen=True)
class ProposalBrief:
    """Who offers what to whom. facts: by key, as the letter has them; the price must be the locked one."""

    company: str
    customer: str
    prepared_for: str
    prepared_for_title: str
    prepared_by: str
    prepared_by_title: str
    prepared_by_email: str
    facts: Mapping[str, Fact]
    is_price_locked: bool


def stated_keys(facts: Mapping[str, Fact]) -> list[str]:
    """The keys of the facts that the PDF states, which the gate reads again before it leaves."""
    wins = [key for key in facts if key.startswith(keys.WIN_PREFIX)]
    return [key for key in [*FACTS_STATED, *wins] if key in facts]


def make_proposal(brief: ProposalBrief) -> bytes:
    """Lay out one page (two with many results). Raises NoLockedPrice."""
    if not brief.is_price_locked or keys.PRICE_NEW not in brief.facts:
        raise NoLockedPrice("The price must be locked before a proposal is made.")
    return _Page(brief, choose_family(_texts(brief))).make()


def _texts(brief: ProposalBrief) -> list[str]:
    own = (brief.company, brief.customer, brief.prepared_for, brief.prepared_for_title, brief.prepared_by)
    return [*own, brief.prepared_by_title, brief.prepared_by_email, *(fact.display for fact in brief.facts.values())]


@dataclass(frozen=True)
class _Page:
    """One proposal in the making."""

    brief: ProposalBrief
    fonts: FontFamily

    def make(self) -> bytes:
        buffer = io.BytesIO()
        width, height = A4
        document = BaseDocTemplate(
            buffer,
            pagesize=A4,
            title=f"Renewal proposal for {self.brief.customer}",
            author=self.brief.company,
            # Without it the PDF holds the moment it was made, and no two are the same.
            invariant=1,
        )
        # No padding: text and tables share their edges.
        frame = Frame(MARGIN, BOTTOM, width - 2 * MARGIN, height - TOP - BOTTOM, 0, 0, 0, 0)
        document.addPageTemplates(PageTemplate(frames=[frame], onPage=self.draw_edges))
        document.build(self.story())
        return buffer.getvalue()

    def draw_edges(self, canvas: Canvas, document: BaseDocTemplate) -> None:
        width, height = A4
        canvas.saveState()
        canvas.setFillColor(ACCENT)
        canvas.rect(0, height - 6 * mm, width, 6 * mm, stroke=0, fill=1)
        canvas.setFillColor(INK)
        company = self.fonts.fit(self.brief.company)
        self.fonts.draw(canvas, MARGIN, height - 18 * mm, company, size=11, bold=True)
        canvas.setFillColor(SOFT)
        confidential = self.shorten(f"Confidential, for {self.brief.customer}", 120 * mm)
        self.fonts.draw(canvas, MARGIN, 12 * mm, confidential, size=8)
        canvas.setFont(self.fonts.regular, 8)
        canvas.drawRightString(width - MARGIN, height - 18 * mm, "Renewal proposal")
        canvas.drawRightString(width - MARGIN, 12 * mm, f"Page {document.page}")
        canvas.restoreState()

    def story(self) -> list[object]:
        return [
            Paragraph(
                self.text(f"Renewal proposal for {self.brief.customer}"),
                self.style("title", size=22, leading=27, bold=True),
            ),
            Spacer(1, 3 * mm),
            Paragraph(self.text(self.for_whom()), self.style("lead", size=10, color=SOFT)),
            Spacer(1, 8 * mm),
            self.price_box(),
            Spacer(1, 8 * mm),
            self.heading("Terms"),
            self.terms(),
            Spacer(1, 6 * mm),
            *self.value(),
            KeepTogether([Spacer(1, 6 * mm), self.heading("Agreement"), self.signatures()]),
        ]

    def for_whom(self) -> str:
        title = f", {self.brief.prepared_for_title}" if self.brief.prepared_for_title else ""
        return f"Prepared for {self.brief.prepared_for}{title}" if self.brief.prepared_for else ""

    def price_box(self) -> Table:
        price = self.brief.facts[keys.PRICE_NEW].display
        left = [
            Paragraph("Price for the next term, per year", self.style("label", size=9, color=SOFT)),
            Paragraph(self.text(price), self.style("price", size=24, leading=30, bold=True, color=ACCENT)),
        ]
        right = [
            Paragraph("Current price", self.style("label-r", size=9, color=SOFT, right=True)),
            Paragraph(
                self.text(self.shown(keys.PRICE_CURRENT) or "–"), self.style("now", size=13, leading=18, right=True)
            ),
            Paragraph(self.text(self.change()), self.style("change", size=9, color=SOFT, right=True)),
        ]
        table = Table([[left, right]], colWidths=[100 * mm, 66 * mm])
        table.setStyle(
            TableStyle(
                [
                    ("BACKGROUND", (0, 0), (-1, -1), WASH),
                    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                    ("LEFTPADDING", (0, 0), (-1, -1), 12),
                    ("RIGHTPADDING", (0, 0), (-1, -1), 12),
                    ("TOPPADDING", (0, 0), (-1, -1), 10),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 12),
                ]
            )
        )
        return table

    def change(self) -> str:
        shown = self.shown(keys.PRICE_INCREASE_PCT)
        if not shown:
            return ""
        if shown in ("0%", "-0%"):
            return "unchanged"
        return f"{shown.lstrip('-')} {'less' if shown.startswith('-') else 'more'}"

    def terms(self) -> Table:
        term = self.shown(keys.TERM_MONTHS)
        rows = [
            ("Customer", self.brief.customer),
            ("Provider", self.brief.company),
            ("Price per year", self.shown(keys.PRICE_NEW)),
            ("Term", f"{term} months" if term else ""),
            ("Starts with the renewal on", self.shown(keys.RENEWAL_DATE)),
            ("Notice deadline of the present term", self.shown(keys.NOTICE_DATE)),
        ]
        cells = [
            [Paragraph(self.text(key), self.style("key", color=SOFT)), Paragraph(self.text(value), self.style("val"))]
            for key, value in rows
            if value
        ]
        table = Table(cells, colWidths=[70 * mm, 96 * mm])
        table.setStyle(
            TableStyle(
                [
                    ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE),
                    ("LEFTPADDING", (0, 0), (-1, -1), 0),
                    ("TOPPADDING", (0, 0), (-1, -1), 4),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
                ]
            )
        )
        return table

    def value(self) -> list[object]:
        points = self.points()
        if not points:
            return []
        bullet = self.style("point", indent=12)
        return [
            self.heading("What the present term has brought"),
            *[Paragraph(self.text(one), bullet, bulletText="•") for one in points],
        ]

    def points(self) -> list[str]:
        value, leverage = self.shown(keys.VALUE_QUANTIFIED), self.shown(keys.VALUE_LEVERAGE)
        growth = self.shown(keys.USAGE_GROWTH_PCT)
        points = [fact.display for key, fact in sorted(self.brief.facts.items()) if key.startswith(keys.WIN_PREFIX)][:5]
        if value:
            points.append(f"{value} of measured value a year")
        if leverage:
            points.append(f"A return of {leverage} on the current price")
        if growth and not growth.startswith("-"):
            metric = self.shown(keys.USAGE_METRIC)
            points.append(f"{growth} growth in use" + (f" ({metric})" if metric else ""))
        return points

    def signatures(self) -> Table:
        brief = self.brief
        by = ", ".join(part for part in (brief.prepared_by, brief.prepared_by_title) if part)
        bold, small = self.style("party", bold=True), self.style("small", size=8, color=SOFT)
        signs = "Name, title, date, signature"
        rows = [
            (Paragraph(self.text(f"For {brief.customer}"), bold), Paragraph(self.text(f"For {brief.company}"), bold)),
            ("", ""),
            (Paragraph(signs, small), Paragraph(self.text(by or signs), small)),
            ("", Paragraph(self.text(brief.prepared_by_email), small)),
        ]
        table = Table([[left, "", right] for left, right in rows], colWidths=[77 * mm, 12 * mm, 77 * mm])
        table.setStyle(
            TableStyle(
                [
                    ("LEFTPADDING", (0, 0), (-1, -1), 0),
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                    ("BOTTOMPADDING", (0, 1), (-1, 1), 26),
                    ("LINEBELOW", (0, 1), (0, 1), 0.7, SOFT),
                    ("LINEBELOW", (2, 1), (2, 1), 0.7, SOFT),
                    ("TOPPADDING", (0, 3), (-1, 3), 0),
                ]
            )
        )
        return table

    def heading(self, text: str) -> Paragraph:
        return Paragraph(text, self.style("heading", size=11, leading=20, bold=True, color=ACCENT))

    def style(
        self,
        name: str,
        *,
        size: float = 9.5,
        leading: float | None = None,
        bold: bool = False,
        color: HexColor = INK,
        right: bool = False,
        indent: int = 0,
    ) -> ParagraphStyle:
        return ParagraphStyle(
            name,
            fontName=self.fonts.bold if bold else self.fonts.regular,
            fontSize=size,
            leading=leading or size * 1.45,
            textColor=color,
            alignment=TA_RIGHT if right else 0,
            leftIndent=indent,
            bulletFontName=self.fonts.regular,
            spaceBefore=1.5 if indent else 0,
        )

    def shown(self, key: str) -> str:
        fact = self.brief.facts.get(key)
        return fact.display if fact else ""

    def text(self, text: str) -> str:
        return self.fonts.marked(text)

    def shorten(self, text: str, width: float) -> str:
        text = self.fonts.fit(text)
        while text and self.fonts.width(text, 8) > width:
            text = text[:-2]
        return text
