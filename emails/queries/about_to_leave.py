"""Letters that would leave as soon as they may."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, UUIDField, prefetch_related_objects

from customers.models import Standstill
from customers.models.prepared import Slot, prepared
from emails.enums import DraftState
from emails.models import Attachment, Draft
from emails.models.drafts import attached


def list_about_to_leave(now: datetime) -> QuerySet[Draft, Any]:
    """This will give what is approved and queued, blocked or scheduled for a moment that has come."""
    in_time = Q(not_before=None) | Q(not_before__lte=now)
    return Draft.objects.filter(
        Q(state=DraftState.QUEUED) & in_time
        | Q(state=DraftState.BLOCKED) & in_time
        | Q(state=DraftState.SCHEDULED, scheduled_send_date__lte=now)
    )


def read_leaving(draft_id: UUID) -> Draft | None:
    """This will read a letter that is to be handed over, with what gate and message need of it, its files among that.

    None where it is gone, or where the workspace stands still.
    """
    found: list[Any] = _leaving().ask(pk=draft_id)
    if not found or found[0].everything_stands_still:
        return None
    row = found[0]
    if row.has_files:
        prefetch_related_objects([row], attached())
    else:
        row._prefetched_objects_cache = {"attachments": Attachment.objects.none()}
    draft: Draft = row
    return draft


@prepared
def _leaving() -> Any:
    people = Draft.objects.select_related("customer", "stakeholder", "sender", "approved_by")
    return people.filter(pk=Slot("pk", UUIDField())).order_by().annotate(
        has_files=Exists(Attachment.objects.filter(draft=OuterRef("pk"))),
        everything_stands_still=Exists(Standstill.objects.filter(ended_at=None)),
    )  # fmt: skip
