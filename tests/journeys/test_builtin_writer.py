"""The built-in writer of deliverables, from a brief alone."""

from __future__ import annotations

from journeys.rules.briefs import DeliverableBrief, Earlier, Line
from journeys.writing.builtin import write_deliverable

FIRST = DeliverableBrief(
    "Acme",
    "Month",
    1,
    8,
    "Brand identity",
    items=("Market position",),
    next_title="Market entry",
    next_date="5 May 2026",
)


def as_lines(body: str) -> tuple[Line, ...]:
    """Read a text as later months do: its paragraphs and points, each under its heading."""
    heading, lines = "", []
    for text in body.splitlines():
        if text.startswith("## "):
            heading = text.removeprefix("## ")
        elif text.strip():
            lines.append(Line(heading, text.removeprefix("- ")))
    return tuple(lines)


def test_later_month_quotes_what_is_theirs_and_not_the_words_around_it() -> None:
    lines = (*as_lines(write_deliverable(FIRST).body), Line("Market position", "The first market to enter is Denmark."))
    earlier = Earlier(1, "Brand identity", lines=lines)

    body = write_deliverable(
        DeliverableBrief(
            "Acme", "Month", 2, 8, "Market entry", items=("The market to enter first",), earlier=(earlier,)
        )
    ).body

    quoted = [line for line in body.splitlines() if line.startswith("- Month 1: ")]
    assert quoted == ["- Month 1: The first market to enter is Denmark."]
