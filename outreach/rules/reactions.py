"""What each choice after a reply does with the follow-ups, said before it is done.

Source: promise 6; Engage, "Triggers".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from uuid import UUID

from customers.rules.workdays import Calendar
from emails.enums import OBJECTION_CLASSES, ReplyClass
from outreach.enums import CadenceKind, Choice, TargetKind, TouchKind
from outreach.rules.slots import spread_slots

GOOD_NEWS = frozenset({ReplyClass.POSITIVE, ReplyClass.MEETING})
CHECK_BACK_AFTER_DAYS = 7
"""Who wants to think about it gets the week that the usual cadence gives before another channel is tried."""


@dataclass(frozen=True)
class Pending:
    """A chaser that is still to come. person: a key; "" for the whole account. is_overdue: it was due meanwhile."""

    id: UUID
    kind: CadenceKind
    title: str
    person: str
    date: date
    is_overdue: bool = False


@dataclass(frozen=True)
class Milestone:
    """A contact of the plan that is no row of the clock: final follow-ups, alignment, the notice."""

    id: UUID
    kind: TouchKind
    title: str
    date: date


@dataclass(frozen=True)
class ReactionFacts:
    """What is planned at the account, and who has given a sign of life.

    next_day: the working day there after today. answered: person → why nothing more goes after them, in words. anybody:
    why the account is not silent; "" when it is.
    """

    next_day: date
    calendar: Calendar
    chasers: tuple[Pending, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    answered: Mapping[str, str] = field(default_factory=dict)
    anybody: str = ""


@dataclass(frozen=True)
class RowChange:
    """One thing that a choice changes. new: None when it is cancelled."""

    target: TargetKind
    id: UUID
    title: str
    old: date
    new: date | None
    reason: str

    @property
    def is_cancelled(self) -> bool:
        return self.new is None


def propose(classes: Collection[str], *, can_accelerate: bool, can_negotiate: bool) -> Choice:
    """Choose what is preselected: an objection weighs more than good news, good news more than the rest."""
    if OBJECTION_CLASSES.intersection(classes) and can_negotiate:
        return Choice.NEGOTIATE
    if GOOD_NEWS.intersection(classes) and can_accelerate and not OBJECTION_CLASSES.intersection(classes):
        return Choice.ACCELERATE
    return Choice.RESUME


def changes_of(choice: Choice, facts: ReactionFacts) -> tuple[RowChange, ...]:
    """List what the choice changes, by old date. A hold changes nothing by itself: it shifts when it ends."""
    match choice:
        case Choice.ACCELERATE:
            found = [*_cancel_all(facts, "The answer is positive."), *_bring_forward(facts)]
        case Choice.NEGOTIATE:
            found = [*_cancel_all(facts, "Negotiation takes over.")]
        case Choice.RESUME:
            found = [*_settle_answered(facts), *_catch_up(facts)]
        case _:
            found = []
    return tuple(sorted(found, key=lambda change: (change.old, change.title)))


def _cancel_all(facts: ReactionFacts, reason: str) -> Iterable[RowChange]:
    for chaser in facts.chasers:
        yield _cancelled(chaser, reason)
    for one in facts.milestones:
        if one.kind == TouchKind.FINAL_FOLLOW_UP:
            yield RowChange(TargetKind.TOUCH, one.id, one.title, one.date, None, reason)


def _bring_forward(facts: ReactionFacts) -> Iterable[RowChange]:
    """The notice comes on the next working day, and what has to come before it no later than that."""
    for one in facts.milestones:
        if one.kind in (TouchKind.NOTICE, TouchKind.ALIGNMENT) and one.date > facts.next_day:
            reason = "Brought forward: the answer is positive."
            yield RowChange(TargetKind.TOUCH, one.id, one.title, one.date, facts.next_day, reason)


def _settle_answered(facts: ReactionFacts) -> Iterable[RowChange]:
    for chaser in facts.chasers:
        if reason := _why_needless(chaser, facts):
            yield _cancelled(chaser, reason)


def _why_needless(chaser: Pending, facts: ReactionFacts) -> str:
    if chaser.kind == CadenceKind.ESCALATE:
        return facts.anybody
    return facts.answered.get(chaser.person, "")


def _catch_up(facts: ReactionFacts) -> Iterable[RowChange]:
    """What fell due while everything waited comes from the next working day on, person by person, as far apart as it
    was: nothing bursts."""
    waiting = [chaser for chaser in facts.chasers if not _why_needless(chaser, facts)]
    by_person = sorted(waiting, key=lambda chaser: (chaser.person, chaser.date))
    for _, group in groupby(by_person, key=lambda chaser: chaser.person):
        ladder = list(group)
        if not ladder[0].is_overdue:
            continue
        days = tuple(chaser.date for chaser in ladder)
        moved = spread_slots(days, not_before=facts.next_day, calendar=facts.calendar)
        for chaser, new in zip(ladder, moved, strict=True):
            if new != chaser.date:
                reason = "It waited for the decision on a reply."
                yield RowChange(TargetKind.AUTOMATION, chaser.id, chaser.title, chaser.date, new, reason)


def _cancelled(chaser: Pending, reason: str) -> RowChange:
    return RowChange(TargetKind.AUTOMATION, chaser.id, chaser.title, chaser.date, None, reason)
