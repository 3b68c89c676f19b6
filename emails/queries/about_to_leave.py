"""Letters that would leave as soon as they may."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from emails.enums import DraftState
from emails.models import Draft


def list_about_to_leave(now: datetime) -> QuerySet[Draft, Any]:
    """This will give what is approved and queued, blocked or scheduled for a moment that has come."""
    in_time = Q(not_before=None) | Q(not_before__lte=now)
    return Draft.objects.filter(
        Q(state=DraftState.QUEUED) & in_time
        | Q(state=DraftState.BLOCKED) & in_time
        | Q(state=DraftState.SCHEDULED, scheduled_send_date__lte=now)
    )
