"""Which refusal of which service is which answer. A service knows no HTTP; here it is translated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rest_framework.fields import DateTimeField

from config.api.shape import Fields
from customers.queries.lookup import NotThere
from customers.rules.book.tables import UnreadableFile
from customers.services.absences import MayNotSetAbsence
from customers.services.handovers import MayNotHandOver
from customers.services.holds import AlreadyHeld, HoldEndsBeforeItStarts
from customers.services.importing.reading import BadMapping
from customers.services.importing.runs import NotAllowed as MayNotImport
from customers.services.importing.undoing import CannotUndo
from customers.services.invitations import MayNotInvite
from customers.services.merging import MergeRefused
from customers.services.users import LastOps
from customers.services.workspace import StaleSettings
from emails.queries.changes import list_changes
from emails.services.conversations import NobodyToAnswer as NobodyToWriteTo
from emails.services.editing import NotEditable, StaleVersion
from emails.services.erasing import NotALead
from emails.services.replies import BelongsToNobody
from emails.services.review import Settled, TooEarly
from emails.services.sending import BadMoment, Refused
from emails.services.sending import NotAllowed as MayNotApprove
from emails.services.suppression import CannotLift
from journeys.services.by_hand import AlreadyScheduled, NoJourney
from journeys.services.changing import NotAllowed as MayNotForce
from journeys.services.changing import Refused as JourneyRefused
from journeys.services.onboarding import StaleNumber
from journeys.services.plans import NoPlan
from journeys.services.reviewing import NotAllowed as MayNotReview
from journeys.services.reviewing import OpenClaims
from journeys.services.scheduling import NotScheduled
from journeys.services.texts import NotOpen, StaleText
from outreach.clients.outreach_io_errors import NotConnected
from outreach.services.channels import ChannelClosed
from outreach.services.enrolling import CannotEnroll, EnrollmentMoved
from outreach.services.opportunities import StageMoved
from outreach.services.plans import TouchSettled
from outreach.services.prospect_syncing import NotSynced
from outreach.services.reactions import NothingToDecide, TooLateToUndo
from outreach.services.upsell.answering import NothingToAnswer
from outreach.services.upsell.deciding import NotPossible
from renewals.services.deciding import StalePlan
from renewals.services.engage import EngageNotOpen, PlanClosed
from renewals.services.objections import NobodyToAnswer, ObjectionClosed
from renewals.services.renewals import NoContract, NoTargetPrice, PriceIsLocked, RenewalClosed
from renewals.services.renewals import NotAllowed as MayNotDecide
from renewals.services.terms import TermsDecided


@dataclass(frozen=True)
class Refusal:
    """One answer. extra: further members of `error`, beside code, message and fields."""

    status: int
    code: str
    message: str
    fields: Fields | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def refusal_of(exc: Exception) -> Refusal | None:
    """This will give the answer to a service's refusal; None for an exception that is none."""
    for kind, translate in TRANSLATIONS.items():
        if isinstance(exc, kind):
            return translate(exc)
    return None


def _simple(status: int, code: str, *, field_name: str = "") -> Callable[[Exception], Refusal]:
    def translate(exc: Exception) -> Refusal:
        message = str(exc)
        return Refusal(status, code, message, {field_name: [message]} if field_name else None)

    return translate


def _stale(exc: Exception) -> Refusal:
    """This will show the text as it is now and what has changed, so that nothing that was typed is lost."""
    assert isinstance(exc, StaleVersion)
    current = exc.current
    now = {"version": current.version, "subject": current.subject, "body": current.body}
    changed = [{"field": row.field, "old": row.old, "new": row.new} for row in list_changes(current, seen=exc.seen)]
    return Refusal(409, "stale_version", str(exc), extra={"current": now, "changed": changed})


def _stale_plan(exc: Exception) -> Refusal:
    assert isinstance(exc, StalePlan)
    return Refusal(409, "stale_version", str(exc), extra={"current": {"version": exc.version}})


def _stale_text(exc: Exception) -> Refusal:
    assert isinstance(exc, StaleText)
    current = exc.current
    now = {"version": current.version, "title": current.title, "body": current.body}
    return Refusal(409, "stale_version", str(exc), extra={"current": now})


def _stale_number(exc: Exception) -> Refusal:
    assert isinstance(exc, StaleNumber)
    return Refusal(409, "stale_version", str(exc), extra={"current": {"version": exc.current}})


def _open_claims(exc: Exception) -> Refusal:
    assert isinstance(exc, OpenClaims)
    return Refusal(409, "unsupported_facts" if exc.claims else "empty", str(exc), extra={"claims": exc.claims})


def _gate(exc: Exception) -> Refusal:
    """This will name the first check that said no, and every one that did."""
    assert isinstance(exc, Refused)
    lines = [
        {"check": line.check, "reason": line.reason, "nextTryAt": _instant(line.next_try_at)}
        for line in exc.receipt.lines
        if not line.passed
    ]
    status = 400 if exc.code in BAD_REQUESTS else 409
    fields = {BAD_REQUESTS[exc.code]: [exc.reason]} if exc.code in BAD_REQUESTS else None
    return Refusal(status, exc.code, exc.reason, fields, {"checks": lines})


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else DateTimeField().to_representation(moment)


BAD_REQUESTS = {"not_stakeholder": "to", "empty": "body"}
"""Codes of the gate that no waiting mends: the request itself is wrong. Source: INTERFACES, Emails."""

TRANSLATIONS: dict[type[Exception], Callable[[Exception], Refusal]] = {
    NotThere: _simple(404, "not_found"),
    NotConnected: _simple(409, "not_connected"),
    CannotEnroll: _simple(409, "cannot_enroll"),
    EnrollmentMoved: _simple(409, "not_pending"),
    NotSynced: _simple(409, "not_synced"),
    AlreadyHeld: _simple(409, "already_held"),
    HoldEndsBeforeItStarts: _simple(400, "invalid", field_name="until"),
    UnreadableFile: _simple(400, "invalid", field_name="file"),
    BadMapping: _simple(400, "invalid", field_name="mapping"),
    MayNotSetAbsence: _simple(403, "not_yours"),
    MayNotHandOver: _simple(403, "leaders_only"),
    MayNotImport: _simple(403, "read_only"),
    CannotUndo: _simple(409, "cannot_undo"),
    MayNotInvite: _simple(403, "may_not_invite"),
    MergeRefused: _simple(409, "cannot_merge"),
    LastOps: _simple(409, "last_ops"),
    StaleSettings: _simple(409, "stale_version"),
    StaleVersion: _stale,
    NotEditable: _simple(409, "not_editable"),
    BelongsToNobody: _simple(409, "belongs_to_nobody"),
    NobodyToWriteTo: _simple(409, "nobody_to_answer"),
    NotALead: _simple(403, "leaders_only"),
    Settled: _simple(409, "settled"),
    TooEarly: _simple(409, "too_early"),
    CannotLift: _simple(409, "cannot_lift"),
    Refused: _gate,
    MayNotApprove: _simple(403, "may_not_approve"),
    BadMoment: _simple(400, "invalid", field_name="scheduledSendDate"),
    JourneyRefused: _simple(409, "not_possible"),
    MayNotForce: _simple(403, "leaders_only"),
    NotScheduled: _simple(409, "not_scheduled"),
    NoJourney: _simple(409, "no_journey"),
    AlreadyScheduled: _simple(409, "already_scheduled"),
    StaleText: _stale_text,
    StaleNumber: _stale_number,
    OpenClaims: _open_claims,
    NotOpen: _simple(409, "not_editable"),
    NoPlan: _simple(409, "no_plan"),
    MayNotReview: _simple(403, "may_not_approve"),
    NoContract: _simple(409, "no_contract"),
    NoTargetPrice: _simple(409, "no_target_price"),
    PriceIsLocked: _simple(409, "price_locked"),
    RenewalClosed: _simple(409, "renewal_closed"),
    MayNotDecide: _simple(403, "may_not_decide"),
    StalePlan: _stale_plan,
    EngageNotOpen: _simple(409, "engage_not_open"),
    PlanClosed: _simple(409, "plan_closed"),
    TouchSettled: _simple(409, "touch_settled"),
    ChannelClosed: _simple(409, "channel_closed"),
    ObjectionClosed: _simple(409, "objection_closed"),
    NobodyToAnswer: _simple(409, "nobody_to_answer"),
    TermsDecided: _simple(409, "terms_decided"),
    NothingToDecide: _simple(409, "nothing_to_decide"),
    TooLateToUndo: _simple(409, "too_late"),
    StageMoved: _simple(409, "stage_moved"),
    NothingToAnswer: _simple(409, "nothing_to_answer"),
    NotPossible: _simple(409, "not_possible"),
}
