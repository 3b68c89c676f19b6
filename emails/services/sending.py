"""A person's yes, and what follows from it: approve, send, schedule, undo. Handing over is `outbox`'s."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from customers.base import lock_customer
from customers.models import User
from customers.queries.workspace import get_settings
from customers.services.activity import record
from customers.signals import send_after_commit
from emails.enums import EDITABLE_STATES, DraftState
from emails.models import Draft
from emails.queries.checks import judge, read_gate_facts
from emails.queries.senders import waits_for_sender
from emails.rules.facts import Fact
from emails.rules.gate import GateFacts, ask_gate
from emails.rules.receipts import Line, Receipt
from emails.services.editing import NotEditable, StaleVersion, reload
from emails.services.expiring import close_expired
from emails.services.waiting import NO_APPROVAL, look_again, waiting_fields
from emails.signals import draft_approved

GRACE_AFTER_SCHEDULE = timedelta(days=1)
"""The approval of a letter that leaves later lives at least until a day after the moment that the approver was told."""

FURTHEST = timedelta(days=366)
KEPT_OF_FACT = ("key", "label", "value", "display", "kind", "id", "field")
SAID_TWICE_WITHIN = timedelta(minutes=1)
"""The same yes again within this time is one. Later it is a new one, which lives its days from then."""


class NotAllowed(PermissionError):
    """Raised when this person may not approve this letter. reasons: why a lead must, where that is it."""

    def __init__(self, message: str, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.reasons = reasons


class Refused(Exception):
    """Raised when the gate says no and a person must act; nothing was changed. code: the API's error code."""

    def __init__(self, receipt: Receipt) -> None:
        refusal = receipt.stop
        super().__init__(refusal.reason if refusal else "")
        self.receipt = receipt
        self.code = refusal.code if refusal else ""
        self.reason = refusal.reason if refusal else ""
        self.next_try_at = refusal.next_try_at if refusal else None


class BadMoment(ValueError):
    """Raised when a letter is to be scheduled for a moment that has passed, or that is further off than a year."""


def approve(draft: Draft, *, version: int, now: datetime, by: User) -> Draft:
    """Put a person's yes on record, bound to exactly what is there now.

    Raises NotAllowed, StaleVersion, NotEditable, Refused.
    """
    return _approve(draft, version=version, state=DraftState.APPROVED, now=now, by=by)


def send(draft: Draft, *, version: int, now: datetime, by: User, undo_seconds: int = 0) -> Draft:
    """Approve and queue; then `outbox.deliver` hands it over. What passes by itself refuses nothing: it waits in line.

    undo_seconds: how long it can be taken back before it may leave.
    """
    not_before = now + timedelta(seconds=undo_seconds) if undo_seconds else None
    return _approve(draft, version=version, state=DraftState.QUEUED, now=now, by=by, not_before=not_before)


def send_by_rule(draft: Draft, *, version: int, rule: str, now: datetime, by: User) -> Draft:
    """Approve and queue by a named rule. by: the person who switched the rule on, in whose name it says yes.

    Only what no person would have to look at: no amber fact, no changed one, nothing that a lead must approve.
    Raises NotAllowed, StaleVersion, NotEditable, Refused.
    """
    return _approve(draft, version=version, state=DraftState.QUEUED, now=now, by=by, rule=rule)


def send_approved(draft: Draft, *, version: int, now: datetime, by: User) -> Draft:
    """Queue what was approved before, for a caller who may not approve. Raises StaleVersion, Refused."""
    with transaction.atomic():
        lock_customer(draft.customer_id)
        current = reload(draft)
        if current.version != version:
            raise StaleVersion(current, seen=version)
        receipt = _ask(read_gate_facts(current, now=now))
        moved = Draft.objects.filter(
            pk=draft.pk, version=version, state__in=[DraftState.APPROVED, DraftState.BLOCKED]
        ).update(**_in_line(receipt, now=now), state=DraftState.QUEUED, receipt=receipt.as_json(), updated_at=now)
        if not moved:
            raise NotEditable(current)
    return reload(draft)


def schedule(draft: Draft, *, at: datetime, version: int, now: datetime, by: User) -> Draft:
    """Approve for a later moment. Raises BadMoment, NotAllowed, StaleVersion, NotEditable, Refused."""
    if at <= now:
        raise BadMoment("Choose a moment in the future.")
    if at - now > FURTHEST:
        raise BadMoment(f"Choose a moment within the next {FURTHEST.days} days.")
    return _approve(draft, version=version, state=DraftState.SCHEDULED, now=now, by=by, scheduled_send_date=at)


def undo(draft: Draft, *, now: datetime, by: User) -> bool:
    """Take back what has not been handed over: queued or scheduled becomes a draft again. False when it is too late."""
    with transaction.atomic():
        moved = Draft.objects.filter(
            pk=draft.pk,
            state__in=[DraftState.QUEUED, DraftState.SCHEDULED, DraftState.APPROVED, DraftState.BLOCKED],
        ).update(**NO_APPROVAL, updated_at=now)
        if moved:
            summary = f"Took back “{draft}” before it left"
            record("draft.undone", summary, customer=draft.customer_id, by=by, now=now, subject=draft)
            look_again(customer_id=draft.customer_id, now=now)
    return bool(moved)


def check_may_approve(draft: Draft, *, by: User) -> None:
    """Raise NotAllowed unless this person may approve this draft. Source: DESIGN, "Who approves"."""
    if not by.is_writer:
        raise NotAllowed("Your role may read, not send.")
    if not by.is_worker:
        raise NotAllowed("An integration approves nothing: a person must.")
    if waits_for_sender(draft, by=by):
        name = draft.sender.display_name if draft.sender else "somebody else"
        raise NotAllowed(f"It leaves in the name of {name}, who must approve it in person.")
    if by.is_leader:
        return
    reasons = judge(draft).lead_reasons
    if reasons:
        raise NotAllowed("A lead must approve this one. " + " ".join(reasons), reasons)


def _check_rule_may_approve(draft: Draft) -> None:
    """Raise NotAllowed where a person must look. Source: DESIGN, "full automation with an amber fact waits"."""
    judgement = judge(draft)
    if judgement.unsupported or judgement.changed:
        raise NotAllowed("A person must look at it: a claim is not on record, or its record has changed.")
    if judgement.lead_reasons:
        reasons = judgement.lead_reasons
        raise NotAllowed("A lead must approve this one. " + " ".join(reasons), reasons)


def _approve(
    draft: Draft,
    *,
    version: int,
    state: DraftState,
    now: datetime,
    by: User,
    not_before: datetime | None = None,
    scheduled_send_date: datetime | None = None,
    rule: str = "",
) -> Draft:
    with transaction.atomic():
        lock_customer(draft.customer_id)
        current = reload(draft)
        if current.version != version:
            raise StaleVersion(current, seen=version)
        if current.state not in EDITABLE_STATES:
            raise NotEditable(current)
        if rule:
            _check_rule_may_approve(current)
        else:
            check_may_approve(current, by=by)
        facts = read_gate_facts(current, now=now, moment=scheduled_send_date, approving=True)
        receipt = _ask(facts)
        if _was_just_said(current, state, now=now, by=by, at=scheduled_send_date):
            return current
        wait = receipt.wait if state == DraftState.QUEUED else None
        moved = Draft.objects.filter(pk=draft.pk, version=version, state=current.state).update(
            state=state,
            approved_at=now,
            approved_by=by,
            approval_rule=rule,
            approval_hash=_content_hash(current),
            approval_expires_at=_expiry(now, wait.next_try_at if wait else scheduled_send_date),
            scheduled_send_date=scheduled_send_date,
            **_in_line(receipt if wait else None, now=now, not_before=not_before),
            receipt=receipt.as_json(),
            attempts=0,
            updated_at=now,
        )
        if not moved:
            raise NotEditable(reload(draft))
        _record(current, state, facts, now=now, by=by, at=scheduled_send_date, wait=wait, rule=rule)
        close_expired(current, now=now, by=by)
        _tell_approved(current, now=now)
    return reload(draft)


def _was_just_said(draft: Draft, state: DraftState, *, now: datetime, by: User, at: datetime | None) -> bool:
    """Whether this very yes was given a moment ago: a double click, or a caller who did not wait for the answer."""
    return (
        draft.state == state
        and draft.approved_by_id == by.pk
        and draft.approved_at is not None
        and now - draft.approved_at < SAID_TWICE_WITHIN
        and draft.scheduled_send_date == at
        and draft.approval_hash == _content_hash(draft)
    )


def _ask(facts: GateFacts) -> Receipt:
    receipt = ask_gate(facts)
    if receipt.stop:
        raise Refused(receipt)
    return receipt


def _in_line(receipt: Receipt | None, *, now: datetime, not_before: datetime | None = None) -> dict[str, object]:
    """Give the columns of a letter that is queued: when its turn is, and what it waits for until then."""
    if receipt is None or receipt.wait is None:
        return {"blocked_by": "", "outcome": "", "not_before": not_before, "waits_since": None}
    return waiting_fields(receipt.wait, since=now, not_before=not_before)


def _content_hash(draft: Draft) -> str:
    return draft.content_hash(
        to_email=draft.stakeholder.email if draft.stakeholder else "",
        sender_email=draft.sender.email if draft.sender else "",
    )


def _expiry(now: datetime, leaves_at: datetime | None) -> datetime:
    usual = now + timedelta(days=get_settings().approval_days)
    return max(usual, leaves_at + GRACE_AFTER_SCHEDULE) if leaves_at else usual


def _tell_approved(draft: Draft, *, now: datetime) -> None:
    send_after_commit(
        draft_approved,
        draft_id=draft.pk,
        customer_id=draft.customer_id,
        stakeholder_id=draft.stakeholder_id,
        origin_kind=draft.origin_kind,
        origin_id=draft.origin_id,
        purpose=draft.purpose,
        approved_at=now.isoformat(),
    )


def _record(
    draft: Draft,
    state: DraftState,
    facts: GateFacts,
    *,
    now: datetime,
    by: User,
    at: datetime | None,
    wait: Line | None,
    rule: str,
) -> None:
    """What is approved may be written anew and its records may change: the line keeps which text stood on what."""
    words = {
        DraftState.APPROVED: f"Approved “{draft}” to {draft.to_name}",
        DraftState.QUEUED: f"Approved “{draft}” and sent it off to {draft.to_name}",
    }
    when = f" for {at:%d %b %Y %H:%M} UTC" if at else ""
    summary = words.get(state, f"Scheduled “{draft}” to {draft.to_name}{when}")
    if wait is not None:
        summary = f"Approved “{draft}” to {draft.to_name}; it waits: {wait.reason}"
    if rule:
        summary = f"{summary}, by the rule “{rule}” that {by.display_name} switched on"
    record(
        f"draft.{state}",
        summary,
        customer=draft.customer_id,
        by=None if rule else by,
        now=now,
        subject=draft,
        version=draft.version,
        digest=facts.content_hash,
        rule=rule,
        facts=[_kept(fact) for fact in facts.relied_on],
    )


def _kept(fact: Fact) -> dict[str, str]:
    """What a line of the record keeps of a fact: its value, and the place it was read from."""
    return {name: getattr(fact, name) for name in KEPT_OF_FACT}
