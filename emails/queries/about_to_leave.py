"""Letters that would leave as soon as they may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, Exists, OuterRef, Q, QuerySet, UUIDField, prefetch_related_objects

from customers.models import Standstill
from customers.models.prepared import Slot, prepared
from emails.enums import DraftState
from emails.models import Attachment, Draft
from emails.models.drafts import attached
from emails.queries.pacing import has_others
from emails.queries.stops import has_stops
from emails.registry import MailsElsewhere, mails_elsewhere

LOOKS_BACK = timedelta(days=60)
"""Further than most caps and working days between parts reach; where they reach further all is read."""


@dataclass(frozen=True)
class Around:
    """What need not be read of a letter's surroundings, as the statement that read the letter found nothing there.

    has_stops: whether there may be a hold, a brake or a twin. alone_since: the moment since which no other letter to
    the account has left, while none is in line either; None where one has or is.
    """

    has_stops: bool = True
    alone_since: datetime | None = None


UNKNOWN = Around()


@dataclass(frozen=True)
class Leaving:
    draft: Draft
    around: Around


def list_about_to_leave(now: datetime) -> QuerySet[Draft, Any]:
    """This will give what is approved and queued, blocked or scheduled for a moment that has come."""
    in_time = Q(not_before=None) | Q(not_before__lte=now)
    return Draft.objects.filter(
        Q(state=DraftState.QUEUED) & in_time
        | Q(state=DraftState.BLOCKED) & in_time
        | Q(state=DraftState.SCHEDULED, scheduled_send_date__lte=now)
    )


def read_leaving(draft_id: UUID, customer_id: UUID, *, now: datetime) -> Leaving | None:
    """This will read a letter that is to be handed over, with what gate and message need of it, its files among that.

    None where it is gone or another account's, or where the workspace stands still.
    """
    since = now - LOOKS_BACK
    found: list[Any] = _leaving(mails_elsewhere()).ask(pk=draft_id, customer=customer_id, since=since)
    if not found or found[0].everything_stands_still:
        return None
    row = found[0]
    if row.has_files:
        prefetch_related_objects([row], attached())
    else:
        row._prefetched_objects_cache = {"attachments": _no_files()}
    return Leaving(row, Around(has_stops=row.has_stops, alone_since=None if row.has_others else since))


def _no_files() -> Any:
    """As if they had been read: a queryset that is empty by nature is put into SQL each time to find that it is."""
    none = Attachment.objects.none()
    none._result_cache = []
    return none


@prepared
def _leaving(elsewhere: tuple[MailsElsewhere, ...]) -> Any:
    customer, since = Slot("customer", UUIDField()), Slot("since", DateTimeField())
    people = Draft.objects.select_related("customer", "stakeholder", "sender", "approved_by")
    return people.filter(pk=Slot("pk", UUIDField()), customer=customer).order_by().annotate(
        has_files=Exists(Attachment.objects.filter(draft=OuterRef("pk"))),
        everything_stands_still=Exists(Standstill.objects.filter(ended_at=None)),
        has_stops=has_stops(customer),
        has_others=has_others(customer, since=since, elsewhere=elsewhere),
    )  # fmt: skip
