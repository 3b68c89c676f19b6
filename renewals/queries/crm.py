"""Which renewals are to be moved at the CRM, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef

from customers.enums import ClaimState
from customers.queries.moments import Waiting, When
from emails.enums import OriginKind, Purpose
from emails.models import Draft
from renewals.models import CrmStageMove, EngageRun, Renewal

LOOKED_BACK = timedelta(days=1)
"""For so long the news of an email that left is looked for, should its ring be lost."""

PROBLEMS = frozenset({ClaimState.FAILED, ClaimState.NEEDS_REVIEW})
WAITS = frozenset({ClaimState.QUEUED, ClaimState.SENDING})


@dataclass(frozen=True)
class CrmNote:
    """What the task says. can_retry: whether a person may have it tried again."""

    text: str
    can_retry: bool


def moves_waiting(now: When) -> Waiting:
    """Give first emails whose news was lost, the moves that are due, and what a dead worker left."""
    runs = EngageRun.objects.filter(plan=OuterRef("origin_id"), renewal__closed_at=None)
    moves = CrmStageMove.objects.filter(renewal__engage_run__plan=OuterRef("origin_id"))
    sent = Draft.objects.filter(purpose=Purpose.FIRST_TOUCH, origin_kind=OriginKind.ENGAGE)
    queued = CrmStageMove.objects.filter(state=ClaimState.QUEUED).order_by("not_before")
    return (
        sent.filter(~Exists(moves), Exists(runs), sent_at__gte=now - LOOKED_BACK).order_by("sent_at"),
        queued.filter(not_before=None),
        queued.filter(not_before__lte=now),
        CrmStageMove.objects.filter(state=ClaimState.SENDING, leased_until__lt=now).order_by("leased_until"),
    )


def external_id_of(renewal: Renewal) -> str:
    """Give the id by which the renewal's opportunity is found where none was entered."""
    return f"renewal-{renewal.pk}"


def read_note(renewal_id: UUID) -> CrmNote | None:
    """Give what became of the move; None before the first email has left."""
    move = CrmStageMove.objects.filter(renewal=renewal_id).first()
    if move is None:
        return None
    words = move.note or ("It is done in a moment." if move.state in WAITS else "")
    return CrmNote(words, move.state in PROBLEMS)
