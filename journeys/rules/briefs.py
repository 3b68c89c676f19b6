"""All that a writer of a deliverable may know, as plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Answer:
    """What the client answered when they came; an empty answer is a question that is still open."""

    question: str
    answer: str


@dataclass(frozen=True)
class Line:
    """A paragraph or a point of the approved plan, and the heading that it stands under."""

    heading: str
    text: str


@dataclass(frozen=True)
class Earlier:
    """A month that was delivered. done: what the client has since. lines: of its text."""

    number: int
    title: str
    done: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class DeliverableBrief:
    """What is to be written for whom.

    phase: what the programme calls a month. items: what the client is to find inside. done: what they have then.
    next_title, next_date: of the month after, "" at the end. instruction: what a person asked for, or noted as wrong.
    """

    customer: str
    phase: str
    number: int
    count: int
    title: str
    description: str = ""
    items: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    plan: tuple[Line, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    next_title: str = ""
    next_date: str = ""
    instruction: str = ""
    language: str = "en"

    @property
    def open_questions(self) -> tuple[str, ...]:
        return tuple(row.question for row in self.answers if not row.answer.strip())

    @property
    def given(self) -> tuple[Answer, ...]:
        return tuple(row for row in self.answers if row.answer.strip())

    def asking(self, instruction: str) -> DeliverableBrief:
        return replace(self, instruction=" ".join(instruction.split()))


def clean_lines(values: Iterable[object]) -> tuple[str, ...]:
    """Keep the lines of text of a programme's JSON list."""
    return tuple(text for value in values if (text := " ".join(str(value).split())))
