"""Enrollments asked for, approved and declined. Whoever asks, nothing is done there before a person says yes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from customers.base import lock_customer
from customers.models import Customer, Stakeholder, User
from customers.queries.workspace import get_settings
from customers.services.activity import record
from customers.signals import send_after_commit
from emails.services.sending import NotAllowed, Refused
from outreach.enums import AskedThrough, EnrollmentState
from outreach.models import Enrollment, OutreachSequence
from outreach.queries.enrollment_gate import needs_of, read_receipt
from outreach.queries.enrollments import Candidate, weigh_people
from outreach.queries.outreach_io import MailboxChoice, find_mailbox, find_sequence
from outreach.rules.enrollment.criteria import Wanted
from outreach.signals import enrollment_approved

LOOK_AGAIN = timedelta(hours=1)
"""So often something that waits for another thing than time is looked at again, if no news rang for it."""


class CannotEnroll(Exception):
    """Raised when this person cannot be put into this sequence; says why."""


class EnrollmentMoved(Exception):
    """Raised when an enrollment is no longer where the caller saw it: decided, changed or under way."""


@dataclass(frozen=True)
class Asking:
    """How an enrollment is asked for. mailbox_id: None for the one of the account's owner."""

    sequence_id: int
    through: AskedThrough
    mailbox_id: int | None = None
    trigger_type: str = ""
    wanted: Wanted = field(default_factory=Wanted)


def ask_to_enroll(stakeholder: Stakeholder, asking: Asking, *, now: datetime, by: User | None) -> Enrollment:
    """This will put the person forward, for somebody to approve. Raises ValidationError by field, CannotEnroll."""
    sequence = require_sequence(asking.sequence_id)
    mailbox = choose_mailbox(stakeholder.customer, asking.mailbox_id, by=by)
    with transaction.atomic():
        lock_customer(stakeholder.customer_id)
        (candidate,) = weigh_people(
            stakeholder.customer, [stakeholder], sequence_id=sequence.sequence_id, wanted=asking.wanted, now=now
        )
        return put_forward(candidate, asking, sequence=sequence, mailbox=mailbox, now=now, by=by)


def put_forward(
    candidate: Candidate,
    asking: Asking,
    *,
    sequence: OutreachSequence,
    mailbox: MailboxChoice,
    now: datetime,
    by: User | None,
) -> Enrollment:
    """This will write a pending enrollment. Raises CannotEnroll. Inside a transaction that holds the customer."""
    person, weighed = candidate.stakeholder, candidate.weighed
    if not weighed.would_enroll:
        raise CannotEnroll(weighed.refusal)
    waits_for_plan = any(line.code == "plan" and not line.passed for line in weighed.lines)
    try:
        with transaction.atomic():
            row: Enrollment = Enrollment.objects.create(
                customer_id=person.customer_id,
                stakeholder=person,
                sequence_id=sequence.sequence_id,
                sequence_name=sequence.name,
                step_count=sequence.step_count,
                mailbox_id=mailbox.mailbox.mailbox_id if mailbox.mailbox else None,
                mailbox_email=mailbox.mailbox.email if mailbox.mailbox else "",
                asked_through=asking.through,
                asked_at=now,
                asked_by=by,
                trigger_type=asking.trigger_type,
                because=weighed.because[:500],
                waits_for_plan=waits_for_plan,
                not_before=now + LOOK_AGAIN if waits_for_plan else None,
                outcome=" ".join(part for part in (weighed.waits_for, mailbox.why_not) if part)[:500],
            )
    except IntegrityError:
        raise CannotEnroll(f"{person.name} is in this sequence already, or waits for approval.") from None
    record(
        "enrollment.asked",
        f"{person.name} put forward for “{sequence.name}”",
        customer=person.customer_id,
        by=by,
        now=now,
        subject=row,
        through=str(asking.through),
        trigger=asking.trigger_type,
        waits_for_plan=waits_for_plan,
    )
    return row


def approve_enrollment(
    row: Enrollment, *, now: datetime, by: User, version: int | None = None, anyway: bool = False
) -> Enrollment:
    """This will put a person's yes on record, bound to who, which sequence and which mailbox; it is done at once.

    anyway: also while an Engage plan is open. Raises NotAllowed, EnrollmentMoved, Refused with the gate's receipt.
    What only waits (hours, caps) refuses no approval: it is done when its moment comes.
    """
    if not by.is_worker:
        raise NotAllowed("Your role may not approve: a person who works accounts must.")
    with transaction.atomic():
        lock_customer(row.customer_id)
        current = reload(row)
        _check_version(current, version)
        if current.mailbox_id is None:
            choice = find_mailbox(current.customer.owner)
            if choice.mailbox is not None:
                current.mailbox_id, current.mailbox_email = choice.mailbox.mailbox_id, choice.mailbox.email
        receipt = read_receipt(current, now=now, approving=True, goes_anyway=anyway)
        if receipt.stop is not None:
            raise Refused(receipt)
        waits = receipt.wait
        moved = Enrollment.objects.filter(pk=current.pk, state=EnrollmentState.PENDING, version=current.version).update(
            state=EnrollmentState.APPROVED,
            version=F("version") + 1,
            mailbox_id=current.mailbox_id,
            mailbox_email=current.mailbox_email,
            approved_at=now,
            approved_by=by,
            approval_hash=needs_of(current).digest,
            approval_expires_at=now + timedelta(days=get_settings().approval_days),
            goes_anyway=anyway,
            waits_for_plan=False,
            not_before=(waits.next_try_at if waits else None) or now,
            receipt=receipt.as_json(),
            outcome=waits.reason[:500] if waits else "",
            updated_at=now,
        )
        if not moved:
            raise EnrollmentMoved("Somebody else has decided this meanwhile.")
        record(
            "enrollment.approved",
            f"Approved: {current.stakeholder.name} into “{current.sequence_name}”"
            + (", though an Engage plan is open" if anyway else ""),
            customer=current.customer_id,
            by=by,
            now=now,
            subject=current,
        )
        send_after_commit(enrollment_approved, enrollment_id=current.pk, customer_id=current.customer_id)
    return reload(row)


def decline_enrollment(
    row: Enrollment, *, reason: str, now: datetime, by: User, version: int | None = None
) -> Enrollment:
    """This will take it away before anything was done. Raises NotAllowed, EnrollmentMoved."""
    if not by.is_worker:
        raise NotAllowed("Your role may not decide: a person who works accounts must.")
    why = " ".join(reason.split())[:300]
    with transaction.atomic():
        lock_customer(row.customer_id)
        current = reload(row)
        _check_version(current, version, states=(EnrollmentState.PENDING, EnrollmentState.APPROVED))
        Enrollment.objects.filter(pk=current.pk).update(
            state=EnrollmentState.DECLINED,
            version=F("version") + 1,
            waits_for_plan=False,
            not_before=None,
            completed_at=now,
            outcome=f"Declined by {by.display_name}{f': {why}' if why else '.'}",
            updated_at=now,
        )
        record(
            "enrollment.declined",
            f"Declined: {current.stakeholder.name} into “{current.sequence_name}”{f' ({why})' if why else ''}",
            customer=current.customer_id,
            by=by,
            now=now,
            subject=current,
        )
    return reload(row)


def free_plan_waits(customer_id: uuid.UUID | None, *, now: datetime) -> int:
    """This will put forward again what waited for an Engage plan that is closed. customer_id: None for all due."""
    rows = Enrollment.objects.filter(waits_for_plan=True)
    rows = rows.filter(customer=customer_id) if customer_id else rows.filter(not_before__lte=now)
    freed = 0
    for row in rows.select_related("customer", "stakeholder")[:500]:
        with transaction.atomic():
            lock_customer(row.customer_id)
            still = any(not line.passed and line.check == "engage_plan" for line in read_receipt(row, now=now).lines)
            values = {"not_before": now + LOOK_AGAIN} if still else {
                "not_before": None, "waits_for_plan": False, "outcome": "", "version": F("version") + 1,
            }  # fmt: skip
            changed = Enrollment.objects.filter(pk=row.pk, waits_for_plan=True).update(updated_at=now, **values)
            if changed and not still:
                freed += 1
                summary = f"{row.stakeholder.name} may be approved for “{row.sequence_name}”: the Engage plan is closed"
                record("enrollment.freed", summary, customer=row.customer_id, by=None, now=now, subject=row)
    return freed


def free_approved(customer_ids: Sequence[uuid.UUID], *, now: datetime) -> int:
    """This will have the approved enrollments of the accounts tried at once: what stopped them may be over."""
    rows = Enrollment.objects.filter(customer__in=customer_ids, state=EnrollmentState.APPROVED)
    return rows.filter(not_before__gt=now).update(not_before=now, updated_at=now)


def require_sequence(sequence_id: int) -> OutreachSequence:
    """This will give a sequence that takes people. Raises ValidationError."""
    found = find_sequence(sequence_id)
    if found is None:
        raise ValidationError({"sequence": "There is no such sequence at Outreach.io."})
    if not found.is_offered:
        raise ValidationError({"sequence": found.why_not})
    return found


def choose_mailbox(customer: Customer, mailbox_id: int | None, *, by: User | None) -> MailboxChoice:
    """This will choose the named mailbox, or that of the account's owner. Raises ValidationError for one not theirs."""
    if mailbox_id is None:
        return find_mailbox(customer.owner)
    choice = find_mailbox(None, mailbox_id=mailbox_id)
    if choice.mailbox is None:
        raise ValidationError({"mailbox": choice.why_not})
    allowed = {customer.owner_id, customer.account_executive_id, customer.executive_id, by.pk if by else None}
    if choice.mailbox.user_id is None or choice.mailbox.user_id not in allowed - {None}:
        raise ValidationError({"mailbox": "This mailbox belongs to nobody of this account."})
    return choice


def reload(row: Enrollment) -> Enrollment:
    found: Enrollment = Enrollment.objects.select_related(
        "customer__owner", "stakeholder", "asked_by", "approved_by"
    ).get(pk=row.pk)
    return found


def _check_version(row: Enrollment, version: int | None, *, states: Sequence[str] = (EnrollmentState.PENDING,)) -> None:
    if row.state not in states:
        raise EnrollmentMoved(f"It is decided already: {row.label.lower()}.")
    if version is not None and version != row.version:
        raise EnrollmentMoved("It was changed since you saw it. Look at it again.")
