"""What ops see of the record: how far it is sealed, and what came of verifying it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from customers.models import RecordCheck, Seal, Unsealed, User

SHOWN_CHECKS = 20


@dataclass(frozen=True)
class RecordState:
    """links: the last one's number. waiting: lines without one. checks: the latest first."""

    links: int
    sealed_at: datetime | None
    waiting: int
    checks: list[RecordCheck]

    @property
    def is_under_way(self) -> bool:
        return any(check.is_open for check in self.checks)

    @property
    def last_done(self) -> RecordCheck | None:
        return next((check for check in self.checks if check.finished_at and not check.is_broken), None)


def get_record_state(user: User) -> RecordState:
    """This will read it; a long queue is not counted to its end."""
    last = Seal.objects.visible_to(user).order_by("-number").first()
    waiting = Unsealed.objects.visible_to(user).order_by()[:1000].count()
    checks = RecordCheck.objects.visible_to(user).select_related("asked_by")[:SHOWN_CHECKS]
    return RecordState(last.number if last else 0, last.sealed_at if last else None, waiting, list(checks))
