"""What is to happen in a journey when a moment has come: facts in, decision out. Engine and simulator both ask here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from journeys.enums import DeliverableState, JourneyKind, JourneyState
from journeys.rules.automations import Decision, Do, Skip, Wait
from journeys.rules.effects import SendMail, SetMonth, StaffNews, TellStaff, WriteDeliverable
from journeys.rules.moments import moment_of

CELEBRATES_WITHIN = timedelta(days=2)  # DESIGN, section 5, Defaults
LOOK_AGAIN_DAYS = 1
"""A month that waits for the one before it, or for the plan, is looked at every morning; its release moves it up."""

LEFT_OUT = "This client goes without the mail, as was answered when its text changed."


@dataclass(frozen=True)
class MonthFacts:
    """One month as it stands. due_date: the customer's. delivered_at, opened_at: moments, None while not."""

    number: int
    title: str
    due_date: date
    reminder_days: int = 3
    overdue_days: int = 3
    escalation_days: int = 7
    is_skipped: bool = False
    deliverable: DeliverableState | None = None
    delivered_at: datetime | None = None
    opened_at: datetime | None = None

    @property
    def is_delivered(self) -> bool:
        return self.delivered_at is not None

    @property
    def is_settled(self) -> bool:
        return self.is_skipped or self.is_delivered


@dataclass(frozen=True)
class JourneyFacts:
    """One journey as it stands. months: by number, in order. is_plan_approved: the business plan, which releases M1.

    held_since: since when a hold keeps it, None while it runs.
    """

    id: UUID
    customer_id: UUID
    state: JourneyState
    zone: str
    local_time: time
    months: tuple[MonthFacts, ...]
    is_plan_approved: bool
    celebrates_apart: bool = False
    current_month: int = 1
    held_since: datetime | None = None

    @property
    def is_held(self) -> bool:
        return self.held_since is not None

    def own_now(self, now: datetime) -> datetime:
        """Where the journey's own clock stands: a hold stops it, and what is planned meanwhile moves when it ends."""
        return self.held_since or now

    def month(self, number: int) -> MonthFacts | None:
        return next((month for month in self.months if month.number == number), None)

    @property
    def kept(self) -> tuple[MonthFacts, ...]:
        """The months that are not skipped."""
        return tuple(month for month in self.months if not month.is_skipped)

    def before(self, number: int) -> MonthFacts | None:
        """The last month before this one that is not skipped."""
        return next((month for month in reversed(self.kept) if month.number < number), None)

    def after(self, number: int) -> MonthFacts | None:
        """The next month that is not skipped."""
        return next((month for month in self.kept if month.number > number), None)

    def moment(self, day: date) -> datetime:
        """The journey's hour on a day of the customer's."""
        return moment_of(day, self.local_time, self.zone)


class StepFacts(NamedTuple):
    """What the clock hands to a decision: the journey, and what this row is about. trigger_at: when it was due.

    left_out: the kinds of mail that this journey goes without.
    """

    journey: JourneyFacts
    occurrence: str
    month: int | None = None
    payload: Mapping[str, Any] = MappingProxyType({})
    trigger_at: datetime | None = None
    left_out: frozenset[str] = frozenset()


def decide(kind: JourneyKind) -> Callable[[StepFacts, datetime], Decision]:
    """Give the decision for a kind; each first asks whether the journey and the month still want it."""
    choose = DECISIONS[kind]

    def decided(facts: StepFacts, now: datetime) -> Decision:
        return _not_wanted(facts) or _unless_left_out(choose(facts, now), facts)

    return decided


def decide_generate(facts: StepFacts, now: datetime) -> Decision:
    """Source: the journey spec, workflow A and its edge cases; DESIGN, section 5, Journey."""
    journey, month = facts.journey, _month(facts)
    if month.deliverable is not None:
        return Skip("Its deliverable is there already.")
    previous = journey.before(month.number)
    is_forced = bool(facts.payload.get("force"))
    if previous is None and not journey.is_plan_approved and not is_forced:
        news = TellStaff(journey.id, StaffNews.PLAN_MISSING, month.number)
        return _look_again(journey, now, "The business plan is not approved.", news)
    if previous is not None and not previous.is_delivered and not is_forced:
        news = TellStaff(journey.id, StaffNews.PREVIOUS_OPEN, month.number)
        return _look_again(journey, now, f"M{previous.number} is not delivered.", news)
    return Do(f"M{month.number} is being written", (WriteDeliverable(journey.id, month.number),))


def decide_upcoming(facts: StepFacts, now: datetime) -> Decision:
    month = _month(facts)
    if month.is_delivered:
        return Skip("It is delivered already.")
    if now >= facts.journey.moment(month.due_date):
        return Skip("Its day has come.")
    return _mail(facts, JourneyKind.UPCOMING, f"M{month.number} upcoming")


def decide_overdue(facts: StepFacts, now: datetime) -> Decision:
    """Counts from delivery and only while it has not been opened; not released by then → nudge the reviewer."""
    journey, month = facts.journey, _month(facts)
    if not month.is_delivered:
        news = TellStaff(journey.id, StaffNews.NOT_RELEASED, month.number)
        return _look_again(journey, now, "It is not released yet; counted from its delivery.", news)
    return _while_unopened(facts, now, month.overdue_days) or _mail(
        facts, JourneyKind.OVERDUE, f"M{month.number} overdue"
    )


def decide_escalate(facts: StepFacts, now: datetime) -> Decision:
    journey, month = facts.journey, _month(facts)
    if not month.is_delivered:
        return _look_again(journey, now, "It is not released yet; counted from its delivery.")
    early = _while_unopened(facts, now, month.escalation_days)
    if early is not None:
        return early
    news = TellStaff(journey.id, StaffNews.NOT_OPENED, month.number)
    return Do(f"M{month.number}: {month.escalation_days} days not opened", (news,))


def decide_revision(facts: StepFacts, now: datetime) -> Decision:
    """Source: the journey spec: if a deliverable is rejected, send a revision reminder after 3 days."""
    month = _month(facts)
    if month.deliverable != DeliverableState.REJECTED:
        return Skip("It has been revised.")
    news = TellStaff(facts.journey.id, StaffNews.REVISION_WAITS, month.number)
    return Do(f"M{month.number}: the revision waits", (news,))


def decide_status(facts: StepFacts, now: datetime) -> Decision:
    month = _month(facts)
    return Do(f"The current month is M{month.number}", (SetMonth(facts.journey.id, month.number),))


def decide_hold_news(kind: JourneyKind) -> Callable[[StepFacts, datetime], Decision]:
    """Mails about a hold are only sent while what they say is so."""
    says_held = kind != JourneyKind.WELCOME_BACK

    def decided(facts: StepFacts, now: datetime) -> Decision:
        if facts.journey.is_held != says_held:
            return Skip("The hold is over." if says_held else "It is on hold again.")
        return _mail(facts, kind, kind.label)

    return decided


def decide_news(kind: JourneyKind) -> Callable[[StepFacts, datetime], Decision]:
    """Mails that follow something that has happened, and need no more asking."""

    def decided(facts: StepFacts, now: datetime) -> Decision:
        place = f"M{facts.month} " if facts.month else ""
        return _mail(facts, kind, f"{place}{kind.label.lower()}")

    return decided


def decide_milestone(kind: JourneyKind) -> Callable[[StepFacts, datetime], Decision]:
    """Halfway and the end: too late to congratulate after two days, never too late to say that the month is ready.

    Where the programme sends two mails, “ready” has gone by itself.
    """
    congratulate = decide_news(kind)

    def decided(facts: StepFacts, now: datetime) -> Decision:
        is_late = facts.trigger_at is not None and now - facts.trigger_at > CELEBRATES_WITHIN
        if not is_late and kind not in facts.left_out:
            return congratulate(facts, now)
        if facts.journey.celebrates_apart:
            return Skip("It is too late to congratulate." if is_late else LEFT_OUT)
        why = "too late to congratulate" if is_late else "it goes without the congratulation"
        return _mail(facts, JourneyKind.READY, f"M{facts.month} ready; {why}")

    return decided


DECISIONS: Mapping[JourneyKind, Callable[[StepFacts, datetime], Decision]] = {
    JourneyKind.GENERATE: decide_generate,
    JourneyKind.UPCOMING: decide_upcoming,
    JourneyKind.OVERDUE: decide_overdue,
    JourneyKind.ESCALATE: decide_escalate,
    JourneyKind.REVISION: decide_revision,
    JourneyKind.STATUS: decide_status,
    **{kind: decide_news(kind) for kind in (JourneyKind.READY, JourneyKind.CELEBRATE)},
    **{kind: decide_milestone(kind) for kind in (JourneyKind.HALFWAY, JourneyKind.COMPLETED)},
    **{
        kind: decide_hold_news(kind)
        for kind in (JourneyKind.PAUSED, JourneyKind.RESUMES_SOON, JourneyKind.WELCOME_BACK)
    },
}


def choose_news(journey: JourneyFacts, number: int) -> tuple[JourneyKind, ...]:
    """Name the mails that a delivery brings: one, unless the programme says two; halfway and the end have their own.

    Both count what is delivered: a month that was forced ahead of the others is not the end yet.
    Source: DESIGN, section 5, Journey.
    """
    done = sum(month.is_delivered or month.number == number for month in journey.kept)
    special = None
    if done == len(journey.kept):
        special = JourneyKind.COMPLETED
    elif done == len(journey.kept) // 2:
        special = JourneyKind.HALFWAY
    if not journey.celebrates_apart:
        return (special or JourneyKind.READY,)
    return (JourneyKind.READY, special or JourneyKind.CELEBRATE)


def _not_wanted(facts: StepFacts) -> Skip | None:
    if facts.journey.state == JourneyState.CANCELLED:
        return Skip("The journey was cancelled.")
    if facts.month is None:
        return None
    month = facts.journey.month(facts.month)
    if month is None:
        return Skip("The programme has no such month any more.")
    return Skip(f"M{month.number} is skipped.") if month.is_skipped else None


def _unless_left_out(decision: Decision, facts: StepFacts) -> Decision:
    effects = decision.effects if isinstance(decision, Do) else ()
    is_left_out = any(isinstance(effect, SendMail) and effect.kind in facts.left_out for effect in effects)
    return Skip(LEFT_OUT) if is_left_out else decision


def _month(facts: StepFacts) -> MonthFacts:
    month = facts.journey.month(facts.month or 0)
    if month is None:
        raise ValueError("a row about a month must name one that exists")
    return month


def _mail(facts: StepFacts, kind: JourneyKind, action: str) -> Do:
    return Do(action, (SendMail(facts.journey.id, kind, facts.occurrence, facts.month),))


def _while_unopened(facts: StepFacts, now: datetime, days: int) -> Decision | None:
    """Skip what was opened, wait where it is too early; None when the days are over and nobody has opened it."""
    month = _month(facts)
    if month.opened_at is not None:
        return Skip("It has been opened.")
    if month.delivered_at is None:
        return None
    wanted = days_after(facts.journey, month.delivered_at, days)
    return Wait(wanted, "Counted from its delivery.") if now < wanted else None


def days_after(journey: JourneyFacts, moment: datetime, days: int) -> datetime:
    """The journey's hour so many of the customer's days after a moment."""
    return journey.moment(moment.astimezone(ZoneInfo(journey.zone)).date() + timedelta(days=days))


def _look_again(journey: JourneyFacts, now: datetime, reason: str, *effects: Any) -> Wait:
    return Wait(days_after(journey, now, LOOK_AGAIN_DAYS), reason, effects)
