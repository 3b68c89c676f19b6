"""Waiting for a letter to leave, but not for ever: a slow provider must not hold the caller."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime
from threading import Thread

from django.db import connection

from emails.services.outbox import deliver

WAITED_FOR_S = 5.0  # INTERFACES, Emails: 200 when it left within 5 s

logger = logging.getLogger(__name__)


def deliver_within(draft_id: uuid.UUID, *, now: datetime, seconds: float | None = None) -> None:
    """This will hand the letter over, and come back when it has left or the time is up; handing over goes on then."""
    if connection.in_atomic_block:
        # A thread has a connection of its own, which cannot see what is not committed.
        _deliver(draft_id, now)
        return
    thread = Thread(target=_deliver_apart, args=(draft_id, now), name=f"deliver-{draft_id}", daemon=True)
    thread.start()
    thread.join(WAITED_FOR_S if seconds is None else seconds)


def _deliver_apart(draft_id: uuid.UUID, now: datetime) -> None:
    try:
        _deliver(draft_id, now)
    finally:
        connection.close()


def _deliver(draft_id: uuid.UUID, now: datetime) -> None:
    try:
        deliver(draft_id, now=now)
    except Exception:
        # The outbox has settled the letter as unknown, which is what the caller is told.
        logger.exception("Handing over draft %s failed", draft_id)
