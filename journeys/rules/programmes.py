"""What a programme says, what is wrong with a draft of it, and what differs between two versions. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from itertools import pairwise

MOST_STEPS = 60
MOST_DAYS = 3650
MOST_AFTER = 365
MOST_LINES, LONGEST_LINE = 20, 200


@dataclass(frozen=True)
class StepText:
    """One step as ops write it. offset_days: from the start date; the others count from the step's own date."""

    number: int
    title: str
    description: str = ""
    key_items: tuple[str, ...] = ()
    achievements: tuple[str, ...] = ()
    offset_days: int = 0
    reminder_days: int = 3
    overdue_days: int = 3
    escalation_days: int = 7


@dataclass(frozen=True)
class VersionText:
    """A whole version. Steps in the order of their numbers."""

    steps: tuple[StepText, ...]
    phase_name: str = "Month"
    local_time: time = time(9, 0)
    celebrates_apart: bool = False

    def step(self, number: int) -> StepText | None:
        return next((step for step in self.steps if step.number == number), None)


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where. place: which step as given, from 0; None for the version as a whole."""

    place: int | None
    field: str
    text: str


LABELS: Mapping[str, str] = {
    "title": "Title",
    "description": "Description",
    "key_items": "Inside",
    "achievements": "Achieved then",
    "offset_days": "Days from the start",
    "reminder_days": "“Coming soon”, days before",
    "overdue_days": "Reminder, days after delivery",
    "escalation_days": "Escalation, days after delivery",
}
VERSION_LABELS: Mapping[str, str] = {
    "phase_name": "A step is called",
    "local_time": "Hour, where the customer is",
    "celebrates_apart": "“Ready” and “completed” as two mails",
}


@dataclass(frozen=True)
class FieldChange:
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class StepChange:
    """One step that differs. old, new: None where it is not there."""

    number: int
    old: StepText | None
    new: StepText | None
    fields: tuple[FieldChange, ...] = ()

    @property
    def title(self) -> str:
        step = self.new or self.old
        return step.title if step else ""

    @property
    def is_added(self) -> bool:
        return self.old is None

    @property
    def is_gone(self) -> bool:
        return self.new is None


@dataclass(frozen=True)
class Difference:
    """From one version to another: the steps that differ, and what does for all of them."""

    steps: tuple[StepChange, ...] = ()
    general: tuple[FieldChange, ...] = ()
    touched: frozenset[int] = field(default_factory=frozenset)

    @property
    def is_empty(self) -> bool:
        return not self.steps and not self.general

    @property
    def is_for_all(self) -> bool:
        """Whether it touches every journey, wherever that stands."""
        return bool(self.general) or any(step.is_added for step in self.steps)


def find_problems(text: VersionText, given: Sequence[StepText]) -> tuple[Problem, ...]:
    """Name everything that keeps a draft from being published. given: the steps in the order they were written."""
    return (*_whole(text), *_numbers(given), *_rising(given), *_each(given))


def _whole(text: VersionText) -> Iterator[Problem]:
    if not text.phase_name.strip():
        yield Problem(None, "phase_name", "Say what one step is called.")
    if not text.steps:
        yield Problem(None, "", "A programme has at least one step.")
    if len(text.steps) > MOST_STEPS:
        yield Problem(None, "", f"A programme has at most {MOST_STEPS} steps.")


def _numbers(given: Sequence[StepText]) -> Iterator[Problem]:
    seen: set[int] = set()
    wanted = set(range(1, len(given) + 1))
    missing = sorted(wanted - {step.number for step in given})
    for place, step in enumerate(given):
        if step.number in seen:
            yield Problem(place, "number", f"There is a {step.number} already.")
        elif step.number not in wanted:
            yield Problem(place, "number", f"Numbers go from 1 without gaps: {missing[0]} is missing.")
        seen.add(step.number)


def _rising(given: Sequence[StepText]) -> Iterator[Problem]:
    in_order = sorted(enumerate(given), key=lambda one: one[1].number)
    for (_, before), (place, step) in pairwise(in_order):
        if step.number > before.number and step.offset_days <= before.offset_days:
            yield Problem(place, "offset_days", f"It must come after step {before.number}, day {before.offset_days}.")


def _each(given: Sequence[StepText]) -> Iterator[Problem]:
    for place, step in enumerate(given):
        if not step.title.strip():
            yield Problem(place, "title", "Give it a title.")
        if not 0 <= step.offset_days <= MOST_DAYS:
            yield Problem(place, "offset_days", f"From 0 to {MOST_DAYS} days.")
        if not 0 <= step.reminder_days <= MOST_AFTER:
            yield Problem(place, "reminder_days", f"From 0 to {MOST_AFTER} days.")
        if not 1 <= step.overdue_days <= MOST_AFTER:
            yield Problem(place, "overdue_days", f"From 1 to {MOST_AFTER} days.")
        if not step.overdue_days < step.escalation_days <= MOST_AFTER:
            yield Problem(
                place, "escalation_days", f"After the reminder: more than {step.overdue_days}, at most {MOST_AFTER}."
            )
        for name in ("key_items", "achievements"):
            lines = getattr(step, name)
            if len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines):
                yield Problem(place, name, f"At most {MOST_LINES} lines of {LONGEST_LINE} letters.")


def compare_versions(old: VersionText, new: VersionText) -> Difference:
    """Tell the difference, step by step."""
    general = tuple(_changes(old, new, VERSION_LABELS))
    steps = []
    for number in sorted({step.number for step in (*old.steps, *new.steps)}):
        before, after = old.step(number), new.step(number)
        fields = tuple(_changes(before, after, LABELS)) if before and after else ()
        if fields or before is None or after is None:
            steps.append(StepChange(number, before, after, fields))
    touched = frozenset(step.number for step in steps if not step.is_added)
    return Difference(tuple(steps), general, touched)


def _changes(old: object, new: object, labels: Mapping[str, str]) -> Iterator[FieldChange]:
    for name, label in labels.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield FieldChange(label, _in_words(before), _in_words(after))


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "\n".join(value)
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)


def read_lines(text: str) -> tuple[str, ...]:
    """Give the lines of a text field, without empty ones."""
    return tuple(line for raw in text.splitlines() if (line := " ".join(raw.split())))
