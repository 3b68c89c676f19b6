"""The renewal proposal as a PDF, made from the locked price. The same facts give the same bytes."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from emails.rules import letters as keys
from emails.rules.facts import Fact

INK, SOFT, LINE, ACCENT = HexColor("#1d1c19"), HexColor("#68655c"), HexColor("#dcd8cd"), HexColor("#1c5c45")
WASH = HexColor("#eef4f0")
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
    buffer = io.BytesIO()
    document = SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=22 * mm,
        rightMargin=22 * mm,
        topMargin=30 * mm,
        bottomMargin=22 * mm,
        title=f"Renewal proposal for {brief.customer}",
        author=brief.company,
        # Without it the PDF holds the moment it was made, and no two are the same.
        invariant=1,
    )
    frame = _frame(brief)
    document.build(_story(brief), onFirstPage=frame, onLaterPages=frame)
    return buffer.getvalue()


def _frame(brief: ProposalBrief) -> Callable[[Canvas, SimpleDocTemplate], None]:
    def draw(canvas: Canvas, document: SimpleDocTemplate) -> None:
        width, height = A4
        canvas.saveState()
        canvas.setFillColor(ACCENT)
        canvas.rect(0, height - 6 * mm, width, 6 * mm, stroke=0, fill=1)
        canvas.setFillColor(INK)
        canvas.setFont("Helvetica-Bold", 11)
        canvas.drawString(22 * mm, height - 18 * mm, _latin(brief.company))
        canvas.setFont("Helvetica", 8)
        canvas.setFillColor(SOFT)
        canvas.drawRightString(width - 22 * mm, height - 18 * mm, "Renewal proposal")
        canvas.drawString(22 * mm, 12 * mm, _fit(f"Confidential, for {_latin(brief.customer)}", 120 * mm))
        canvas.drawRightString(width - 22 * mm, 12 * mm, f"Page {document.page}")
        canvas.restoreState()

    return draw


def _story(brief: ProposalBrief) -> list[object]:
    return [
        Paragraph(_text(f"Renewal proposal for {brief.customer}"), _style("title", size=22, leading=27, bold=True)),
        Spacer(1, 3 * mm),
        Paragraph(_text(_for_whom(brief)), _style("lead", size=10, color=SOFT)),
        Spacer(1, 8 * mm),
        _price_box(brief),
        Spacer(1, 8 * mm),
        _heading("Terms"),
        _terms(brief),
        Spacer(1, 6 * mm),
        *_value(brief),
        KeepTogether([Spacer(1, 6 * mm), _heading("Agreement"), _signatures(brief)]),
    ]


def _for_whom(brief: ProposalBrief) -> str:
    title = f", {brief.prepared_for_title}" if brief.prepared_for_title else ""
    return f"Prepared for {brief.prepared_for}{title}" if brief.prepared_for else ""


def _price_box(brief: ProposalBrief) -> Table:
    price = brief.facts[keys.PRICE_NEW].display
    left = [
        Paragraph("Price for the next term, per year", _style("label", size=9, color=SOFT)),
        Paragraph(_text(price), _style("price", size=24, leading=30, bold=True, color=ACCENT)),
    ]
    right = [
        Paragraph("Current price", _style("label-r", size=9, color=SOFT, right=True)),
        Paragraph(_text(_shown(brief, keys.PRICE_CURRENT) or "–"), _style("now", size=13, leading=18, right=True)),
        Paragraph(_text(_change(brief)), _style("change", size=9, color=SOFT, right=True)),
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


def _change(brief: ProposalBrief) -> str:
    shown = _shown(brief, keys.PRICE_INCREASE_PCT)
    if not shown:
        return ""
    if shown in ("0%", "-0%"):
        return "unchanged"
    return f"{shown.lstrip('-')} {'less' if shown.startswith('-') else 'more'}"


def _terms(brief: ProposalBrief) -> Table:
    term = _shown(brief, keys.TERM_MONTHS)
    rows = [
        ("Customer", brief.customer),
        ("Provider", brief.company),
        ("Price per year", _shown(brief, keys.PRICE_NEW)),
        ("Term", f"{term} months" if term else ""),
        ("Starts with the renewal on", _shown(brief, keys.RENEWAL_DATE)),
        ("Notice deadline of the present term", _shown(brief, keys.NOTICE_DATE)),
    ]
    cells = [
        [Paragraph(_text(key), _style("key", color=SOFT)), Paragraph(_text(value), _style("val"))]
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


def _value(brief: ProposalBrief) -> list[object]:
    points = _points(brief)
    if not points:
        return []
    bullet = _style("point", indent=10)
    return [_heading("What the present term has brought"), *[Paragraph(_text(f"•  {one}"), bullet) for one in points]]


def _points(brief: ProposalBrief) -> list[str]:
    value, leverage = _shown(brief, keys.VALUE_QUANTIFIED), _shown(brief, keys.VALUE_LEVERAGE)
    growth = _shown(brief, keys.USAGE_GROWTH_PCT)
    points = [fact.display for key, fact in sorted(brief.facts.items()) if key.startswith(keys.WIN_PREFIX)][:5]
    if value:
        points.append(f"{value} of measured value a year")
    if leverage:
        points.append(f"{leverage} value for the price")
    if growth and not growth.startswith("-"):
        metric = _shown(brief, keys.USAGE_METRIC)
        points.append(f"{growth} growth in use" + (f" ({metric})" if metric else ""))
    return points


def _signatures(brief: ProposalBrief) -> Table:
    line = "_" * 34
    by = ", ".join(part for part in (brief.prepared_by, brief.prepared_by_title) if part)
    bold, rule, small = _style("party", bold=True), _style("rule", color=LINE), _style("small", size=8, color=SOFT)
    cells = [
        [Paragraph(_text(f"For {brief.customer}"), bold), Paragraph(_text(f"For {brief.company}"), bold)],
        [Paragraph(line, rule), Paragraph(line, rule)],
        [Paragraph("Name, title, date", small), Paragraph(_text(by or "Name, title, date"), small)],
        [Paragraph("", small), Paragraph(_text(brief.prepared_by_email), small)],
    ]
    table = Table(cells, colWidths=[83 * mm, 83 * mm])
    table.setStyle(TableStyle([("LEFTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 1), (-1, 1), 14)]))
    return table


def _heading(text: str) -> Paragraph:
    return Paragraph(text, _style("heading", size=11, leading=18, bold=True, color=ACCENT))


def _style(
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
        fontName="Helvetica-Bold" if bold else "Helvetica",
        fontSize=size,
        leading=leading or size * 1.45,
        textColor=color,
        alignment=TA_RIGHT if right else 0,
        leftIndent=indent,
        firstLineIndent=-indent,
    )


def _shown(brief: ProposalBrief, key: str) -> str:
    fact = brief.facts.get(key)
    return fact.display if fact else ""


def _text(text: str) -> str:
    """Escape: reportlab reads markup in paragraphs."""
    return _latin(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _latin(text: str) -> str:
    """The PDF's own fonts know Western letters; others are shown as a question mark rather than a black box."""
    return text.replace("−", "-").encode("cp1252", "replace").decode("cp1252")


def _fit(text: str, width: float) -> str:
    while text and stringWidth(text, "Helvetica", 8) > width:
        text = text[:-2]
    return text
