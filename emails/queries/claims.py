"""The claims of a text as a card lists and underlines them, whatever kind of text it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from emails.queries.checks import display_value
from emails.rules.annotation import Segment, annotate
from emails.rules.grounding import Span, SpanState

STATE_WORDS = {
    SpanState.SUPPORTED: "From the record",
    SpanState.UNSUPPORTED: "No record behind it",
    SpanState.CONFIRMED: "Confirmed by a person",
    SpanState.STALE: "The record has changed",
}


@dataclass(frozen=True)
class FactRow:
    """One claim of the text in the list under the editor; the same words stand there once."""

    span: Span
    count: int

    @property
    def is_open(self) -> bool:
        return self.span.is_open

    @property
    def is_stale(self) -> bool:
        return self.span.state == SpanState.STALE

    @property
    def is_unsupported(self) -> bool:
        return self.span.state == SpanState.UNSUPPORTED

    @property
    def state_words(self) -> str:
        return STATE_WORDS[self.span.state]

    @property
    def label(self) -> str:
        return self.span.fact.label if self.span.fact else ""

    @property
    def url(self) -> str:
        return self.span.fact.url if self.span.fact else ""

    @property
    def value(self) -> str:
        return self.span.fact.display if self.span.fact else ""

    @property
    def now(self) -> str:
        """What the record says today, where it has changed."""
        if self.span.fact is None:
            return ""
        return display_value(self.span.fact, self.span.now) or "no longer on record"


class ClaimsCard(ABC):
    """What a card of a text says of its claims. Who inherits gives the claims, the two texts and two addresses."""

    @property
    @abstractmethod
    def spans(self) -> list[Span]:
        """Every claim, judged, in the order of the text."""

    @property
    @abstractmethod
    def texts(self) -> tuple[str, str]:
        """Subject (or title) and body."""

    @property
    @abstractmethod
    def confirm_url(self) -> str:
        """Where a person vouches for a claim."""

    @property
    @abstractmethod
    def remove_url(self) -> str:
        """Where a claim is cut out."""

    @cached_property
    def rows(self) -> list[FactRow]:
        """Every claim once, the open ones first."""
        seen: dict[tuple[str, str], FactRow] = {}
        for span in self.spans:
            key = (span.text, span.state)
            seen[key] = FactRow(span, seen[key].count + 1 if key in seen else 1)
        return sorted(seen.values(), key=lambda row: not row.is_open)

    @cached_property
    def open_rows(self) -> list[FactRow]:
        return [row for row in self.rows if row.is_open]

    @cached_property
    def settled_rows(self) -> list[FactRow]:
        return [row for row in self.rows if not row.is_open]

    @property
    def subject_segments(self) -> list[Segment]:
        return annotate(self.texts[0], [span for span in self.spans if span.part == "subject"])

    @property
    def body_segments(self) -> list[Segment]:
        return annotate(self.texts[1], [span for span in self.spans if span.part == "body"])

    @cached_property
    def marks(self) -> list[dict[str, Any]]:
        """The claims for the editor's script."""
        return [
            {"part": span.part, "start": span.start, "end": span.end, "state": span.state.value} for span in self.spans
        ]
