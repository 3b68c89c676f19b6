"""A text cut at its claims, so that a page can underline each and link it to its record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from emails.rules.grounding import Span


@dataclass(frozen=True)
class Segment:
    """A stretch of the text; span is None between the claims."""

    text: str
    span: Span | None = None


def annotate(text: str, spans: Iterable[Span]) -> list[Segment]:
    """Cut the text at the spans, in order; together the segments are the text again."""
    segments: list[Segment] = []
    place = 0
    for span in sorted(spans, key=lambda one: one.start):
        if span.start < place or span.end > len(text):
            continue
        if span.start > place:
            segments.append(Segment(text[place : span.start]))
        segments.append(Segment(text[span.start : span.end], span))
        place = span.end
    if place < len(text):
        segments.append(Segment(text[place:]))
    return segments


def cut_out(text: str, start: int, end: int) -> str:
    """Take a claim out of the text without leaving two spaces, or one before a full stop."""
    before, after = text[:start].rstrip(" "), text[end:].lstrip(" ")
    gap = " " if before and after and after[0] not in ".,;:!?)\n" and not before.endswith(("\n", "(")) else ""
    return f"{before}{gap}{after}"
