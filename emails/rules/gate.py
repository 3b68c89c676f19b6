"""The one gate. Every message to a customer contact passes these checks in this order and leaves with the receipt.

Order: approval → stakeholder → opt-out → hold → brake → collision → frequency cap → send window and holiday → facts →
once-only (DESIGN, promise 1). A check is one rule: gate facts in, `Passed` or `Refused` out. Adding one is one line
in CHECKS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from emails.enums import LEFT_STATES, DraftState, Lane
from emails.rules.facts import Fact
from emails.rules.letters import LOCKED_KEYS
from emails.rules.pacing import PacingFacts, weigh_cap, weigh_collision, weigh_window
from emails.rules.receipts import OUTDATED, Line, Receipt
from emails.rules.suppression import SuppressionFacts, stops, why_stopped
from emails.rules.verdicts import Passed, Refused, Verdict

HOLD_EXEMPT_LANES = frozenset({Lane.NOTICE})


@dataclass(frozen=True)
class HoldFacts:
    """An open hold. until: None = until somebody resumes. scope: of the account, or of the journey alone."""

    until: datetime | None
    reason: str = ""
    scope: str = ""


@dataclass(frozen=True)
class ChangedFact:
    """A fact that no longer says what the letter says. now: None = its record is gone.

    is_state: the letter does not say it, it only makes sense while it is so.
    """

    label: str
    old: str
    now: str | None
    key: str = ""
    is_state: bool = False

    @property
    def is_price_not_locked(self) -> bool:
        """The new price has a record only while it is locked."""
        return self.now is None and self.key in LOCKED_KEYS


@dataclass(frozen=True)
class GateFacts:
    """What the gate weighs for one message at one moment.

    content_hash: digest of what would be sent now; approved_hash: digest of what was approved; approval_expires_at
    without it: an approval that is over. unknown_cc: copied addresses of nobody on record. unsupported: claims that
    nobody vouched for. twin_state: of another first letter of the same plan to the same person. passes_hold: it is
    about the hold itself. passes_brake: it answers in the thread, or speaks of an agreed meeting. suppression: of the
    recipient; suppressed_cc: of those in copy. pacing: None: nothing keeps it back for a while. relied_on: the facts
    that it states or takes for granted; no check asks for them, an approval keeps them.
    """

    now: datetime
    lane: Lane
    state: DraftState
    approved_by: str = ""
    approved_hash: str = ""
    content_hash: str = ""
    approval_expires_at: datetime | None = None
    recipient: str = ""
    recipient_email: str = ""
    is_stakeholder: bool = False
    has_left: bool = False
    sender_email: str = ""
    unknown_cc: tuple[str, ...] = ()
    has_text: bool = True
    suppression: SuppressionFacts | None = None
    suppressed_cc: tuple[SuppressionFacts, ...] = ()
    hold: HoldFacts | None = None
    brake_reason: str | None = None
    passes_hold: bool = False
    passes_brake: bool = False
    pacing: PacingFacts | None = None
    unsupported: tuple[str, ...] = ()
    changed: tuple[ChangedFact, ...] = ()
    relied_on: tuple[Fact, ...] = ()
    twin_state: DraftState | None = None


def check_approval(facts: GateFacts) -> Verdict:
    if facts.approval_expires_at is not None and facts.now >= facts.approval_expires_at:
        return Refused("The approval has expired. Approve it again.", "approval_expired")
    if not facts.approved_hash or facts.approval_expires_at is None:
        return Refused("Nobody has approved this text.", "not_approved")
    if facts.approved_hash != facts.content_hash:
        return Refused("It was changed after it was approved. Approve the new text.", "not_approved")
    return Passed(f"Approved by {facts.approved_by}" if facts.approved_by else "Approved")


def check_stakeholder(facts: GateFacts) -> Verdict:
    if not facts.is_stakeholder:
        return Refused("The recipient is no stakeholder of this account.", "not_stakeholder")
    if facts.has_left:
        return Refused(f"{facts.recipient} has left the company.", "not_stakeholder")
    if not facts.recipient_email:
        return Refused(f"There is no email address for {facts.recipient}.", "not_stakeholder")
    if facts.unknown_cc:
        return Refused(f"In copy, but nobody here or there: {', '.join(facts.unknown_cc)}.", "not_stakeholder")
    if not facts.sender_email:
        return Refused("The sender has no email address.", "no_sender")
    if not facts.has_text:
        return Refused("Subject and body must not be empty.", "empty")
    return Passed(facts.recipient_email)


def check_opt_out(facts: GateFacts) -> Verdict:
    stop = facts.suppression
    if stop is not None and stops(stop, facts.lane):
        return Refused(why_stopped(facts.recipient, stop), "suppressed")
    for copied in facts.suppressed_cc:
        if stops(copied, facts.lane):
            return Refused(f"In copy: {copied.address} {copied.words}. Take them out.", "suppressed")
    if stop is not None:
        return Passed(f"{facts.recipient} {stop.words}; a contract notice is not optional and goes all the same.")
    return Passed()


def check_hold(facts: GateFacts) -> Verdict:
    if facts.hold is None:
        return Passed("Not on hold.")
    if facts.lane in HOLD_EXEMPT_LANES:
        return Passed("On hold; a contract notice is exempt.")
    if facts.passes_hold:
        return Passed("On hold; a mail about that hold passes.")
    until = f" until {_day_there(facts.hold.until, facts):%-d %b %Y}" if facts.hold.until else ""
    why = f": {facts.hold.reason}" if facts.hold.reason else ""
    return Refused(f"The account is on hold{until}{why}.", "held", facts.hold.until)


def _day_there(moment: datetime, facts: GateFacts) -> datetime:
    """A hold that ends with a day of theirs ends on the day before in UTC, east of it."""
    return moment.astimezone(facts.pacing.rules.window.zone) if facts.pacing else moment


def check_brake(facts: GateFacts) -> Verdict:
    if facts.brake_reason is None:
        return Passed("No reply waits for a decision.")
    if facts.lane in HOLD_EXEMPT_LANES:
        return Passed("Braked; a contract notice is exempt.")
    if facts.passes_brake:
        return Passed("Braked; an answer in the thread and mails about an agreed meeting pass.")
    why = f": {facts.brake_reason}" if facts.brake_reason else ""
    return Refused(f"Somebody there has replied and the account waits for a decision{why}.", "held")


def check_collision(facts: GateFacts) -> Verdict:
    return weigh_collision(facts.pacing) if facts.pacing else Passed()


def check_cap(facts: GateFacts) -> Verdict:
    return weigh_cap(facts.pacing) if facts.pacing else Passed()


def check_window(facts: GateFacts) -> Verdict:
    return weigh_window(facts.pacing) if facts.pacing else Passed()


def check_facts(facts: GateFacts) -> Verdict:
    if any(fact.is_price_not_locked for fact in facts.changed):
        return Refused("It states a price that is not locked. Lock the price first, then send.", "price_not_locked")
    if any(fact.is_state for fact in facts.changed):
        return Refused(f"Not wanted any more: {_say(fact for fact in facts.changed if fact.is_state)}.", OUTDATED)
    if facts.changed:
        return Refused(f"Changed since it was written: {_say(facts.changed)}.", "stale_facts")
    if facts.unsupported:
        return Refused(
            "No record stands behind: " + ", ".join(f"“{text}”" for text in facts.unsupported) + ".",
            "unsupported_facts",
        )
    return Passed("Every figure, date and name has its record.")


def _say(changed: Iterable[ChangedFact]) -> str:
    return "; ".join(
        f"{fact.label} was {fact.old} and is {fact.now if fact.now is not None else 'gone'}" for fact in changed
    )


def check_once(facts: GateFacts) -> Verdict:
    if facts.state in LEFT_STATES:
        return Refused("It has left already.", "already_sent")
    if facts.twin_state in LEFT_STATES:
        return Refused("This person has had the first letter of this plan already.", "already_sent")
    return Passed("Not sent before.")


Check = Callable[[GateFacts], Verdict]

CHECKS: tuple[tuple[str, Check], ...] = (
    ("approval", check_approval),
    ("stakeholder", check_stakeholder),
    ("opt_out", check_opt_out),
    ("hold", check_hold),
    ("brake", check_brake),
    ("collision", check_collision),
    ("cap", check_cap),
    ("window", check_window),
    ("facts", check_facts),
    ("once_only", check_once),
)


def ask_gate(facts: GateFacts, checks: tuple[tuple[str, Check], ...] = CHECKS) -> Receipt:
    """Put the message to every check, so that a person sees all that stands in its way at once."""
    return Receipt(tuple(_line(name, check(facts)) for name, check in checks))


def _line(name: str, verdict: Verdict) -> Line:
    if isinstance(verdict, Passed):
        return Line(name, True, verdict.note)
    return Line(name, False, verdict.reason, verdict.code, verdict.next_try_at)
