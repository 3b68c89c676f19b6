"""The provider's events that grow old: those of no letter of ours.

The events of a letter stay: its page shows them, and a late one has all of them weighed together again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from customers.registry.archives import Archived, register_archived
from emails.models import MailEvent

COLUMNS = ("id", "created_at", "kind", "subtype", "at", "is_machine", "applied_at")


def register() -> None:
    register_archived(Archived(MailEvent, "at", COLUMNS, find_old_events))


def find_old_events(before: datetime) -> Any:
    return MailEvent.objects.filter(draft=None, at__lt=before, created_at__lt=before)
