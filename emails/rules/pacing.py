"""What keeps a letter back for a while: another part's letter, the frequency cap, the customer's hours.

Each passes by itself and says when. What counts: all that was handed over or may have been, bounced letters and answers
among it. A contract notice and what somebody there waits for (an answer in their thread, a mail about an agreed
meeting) are counted and not kept back by the first two; all but a notice at its deadline keep to the hours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from customers.rules.sending import CAP_PERIOD, SendingRules
from emails.enums import Lane
from emails.rules.verdicts import Passed, Refused, Verdict

RANKS = {lane: rank for rank, lane in enumerate(Lane)}
"""Lanes go first in the order in which they are written down: notice, renewal, upsell, journey."""


def higher_lanes(lane: Lane) -> tuple[Lane, ...]:
    """Give the lanes that go before this one."""
    return tuple(other for other in Lane if RANKS[other] < RANKS[lane])


@dataclass(frozen=True)
class OtherLetter:
    """Another letter to the same account.

    part: of another system that sent it; "" for a letter of ours. at: when it left, else when it is expected to.
    to_contact: the same person gets it, also in copy. is_in_line: it leaves by itself at that moment; False for one
    that is approved and that nobody has sent off.
    """

    title: str
    lane: Lane
    at: datetime
    to_contact: bool
    is_in_line: bool = True
    part: str = ""

    def counts(self, only_contact: bool) -> bool:
        return self.to_contact or not only_contact

    @property
    def words(self) -> str:
        return f"“{self.title}” ({self.part or self.lane.label})"


@dataclass(frozen=True)
class PacingFacts:
    """What is weighed for one letter that is to leave at `moment`.

    part: as of OtherLetter. left: letters that have left or may have. ahead: letters of higher lanes that wait to
    leave. is_awaited: an answer in the thread, or about an agreed meeting. notice_deadline: the last day of the
    contract's notice, there.
    """

    moment: datetime
    lane: Lane
    part: str = ""
    contact: str = "This person"
    account: str = "This account"
    rules: SendingRules = field(default_factory=SendingRules)
    is_awaited: bool = False
    left: tuple[OtherLetter, ...] = ()
    ahead: tuple[OtherLetter, ...] = ()
    notice_deadline: date | None = None

    @property
    def exempt_words(self) -> str:
        if self.lane == Lane.NOTICE:
            return "A contract notice is never kept back."
        return "Somebody there waits for it." if self.is_awaited else ""


def weigh_collision(facts: PacingFacts) -> Verdict:
    """Keep two parts from writing to one person within the working days, the higher lane first."""
    days, window = facts.rules.collision_days, facts.rules.window
    if facts.exempt_words or not days:
        return Passed(facts.exempt_words)
    today = window.local_date(facts.moment)
    others = [letter for letter in facts.left if letter.to_contact and _is_anothers(letter, facts)]
    free = [(window.calendar.shift(window.local_date(letter.at), working_days=days), letter) for letter in others]
    soon = window.calendar.shift(today, working_days=days)
    for letter in facts.ahead:
        leaves = window.local_date(max(letter.at, facts.moment))
        if letter.to_contact and letter.is_in_line and leaves < soon:
            free.append((window.calendar.shift(leaves, working_days=days), letter))
    if not free:
        return Passed("No other part has written lately.")
    day, letter = max(free, key=lambda one: one[0])
    if day <= today:
        return Passed("No other part has written lately.")
    return Refused(_say_collision(facts, letter), "collision", window.next_opening(facts.moment, not_before=day))


def _is_anothers(letter: OtherLetter, facts: PacingFacts) -> bool:
    """Another part wrote it; what one other system sends is one part, whatever it speaks of."""
    return letter.part != facts.part or (not facts.part and letter.lane != facts.lane)


def weigh_cap(facts: PacingFacts) -> Verdict:
    """Keep within so many letters in CAP_PERIOD, to the person and to the account, the higher lane first."""
    if facts.exempt_words:
        return Passed(facts.exempt_words)
    to_contact = _weigh_scope(facts, f"{facts.contact} has", facts.rules.contact_cap, only_contact=True)
    to_account = _weigh_scope(facts, f"{facts.account} has", facts.rules.account_cap, only_contact=False)
    refusals = [one for one in (to_contact, to_account) if isinstance(one, Refused)]
    if refusals:
        return max(refusals, key=lambda one: one.next_try_at or facts.moment)
    return Passed(" ".join(one.note for one in (to_contact, to_account) if isinstance(one, Passed)))


def weigh_window(facts: PacingFacts) -> Verdict:
    """Keep to the customer's hours, working days and holidays."""
    window = facts.rules.window
    if window.is_open(facts.moment):
        return Passed(f"{facts.moment.astimezone(window.zone):%a %-d %b, %H:%M} there.")
    opening = window.next_opening(facts.moment)
    deadline = facts.notice_deadline
    if facts.lane == Lane.NOTICE and deadline is not None and window.local_date(opening) > deadline:
        return Passed(f"Outside their hours, but a notice does not wait beyond its deadline, {deadline:%-d %b %Y}.")
    return Refused(f"At {facts.account} {window.why_closed(facts.moment)}.", "outside_window", opening)


def _weigh_scope(facts: PacingFacts, who_has: str, cap: int, *, only_contact: bool) -> Verdict:
    # In UTC: in a zone of its own a moment plus seven days is another hour where the clock was changed between.
    moment = facts.moment.astimezone(UTC)
    gone = [one for one in facts.left if one.counts(only_contact) and one.at > moment - CAP_PERIOD]
    waiting = sorted(
        (one for one in facts.ahead if one.counts(only_contact)), key=lambda one: (RANKS[one.lane], one.at)
    )
    ahead = [one for one in waiting if one.at < moment + CAP_PERIOD]
    if len(gone) + len(ahead) < cap:
        return Passed(f"{who_has} had {len(gone)} of {cap} in {CAP_PERIOD.days} days.")
    slot = _next_slot([one.at for one in gone] + [max(one.at, moment) for one in waiting], cap)
    next_try_at = facts.rules.window.next_opening(slot) if slot else None
    had = f"{who_has} had {len(gone)} of at most {cap} mail{'' if cap == 1 else 's'} in {CAP_PERIOD.days} days"
    if len(gone) < cap:
        return Refused(f"It waits for {ahead[0].words}, which goes first: {had}.", "capped", next_try_at)
    return Refused(f"{had}.", "capped", next_try_at)


def _next_slot(times: list[datetime], cap: int) -> datetime | None:
    """Find the first moment at which fewer than `cap` of the letters are within the period, before it or after."""
    times = [at.astimezone(UTC) for at in times]
    for moment in sorted(at + CAP_PERIOD for at in times):
        if sum(moment - CAP_PERIOD < at < moment + CAP_PERIOD for at in times) < cap:
            return moment
    return None


def _say_collision(facts: PacingFacts, letter: OtherLetter) -> str:
    days = facts.rules.collision_days
    apart = f"{days} working day{'' if days == 1 else 's'}"
    local = letter.at.astimezone(facts.rules.window.zone)
    if letter in facts.ahead:
        return f"It waits for {letter.words} to {facts.contact}, which goes first; parts write {apart} apart."
    return f"{facts.contact} had {letter.words} on {local:%a %-d %b}; another part writes {apart} later."
