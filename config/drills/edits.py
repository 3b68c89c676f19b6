"""What was approved is what is sent: a letter is edited in every gap between the yes and the provider (promise 2)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Thread
from typing import Any
from unittest import mock

from django.db import connection, connections

from config.drills.ground import TEXT, drill_ground, make_account, make_team, write_letter
from config.drills.sender import NOON
from customers.models import User
from emails.models import CapturedMail, Draft
from emails.services import outbox
from emails.services.editing import NotEditable, StaleVersion, save_draft
from emails.services.sending import Refused, approve, send, send_approved

OTHER = "Other words that nobody approved."
EDIT_WAIT_S = 0.3
"""On SQLite the edit cannot get in while the claim writes: it waits outside, and must not hold up the drill."""


def drill_edits(*, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """This will edit a tenth of `count` letters, spread over the gaps, and look at what was sent. seed: not needed."""
    with drill_ground():
        user = make_team()
        for place, (gap, act) in enumerate(GAPS.items()):
            rounds = max(1, count // (len(GAPS) * 10))
            sent = other = 0
            for number in range(rounds):
                draft = write_letter(make_account(place * 10_000 + number, owner=user), by=user, now=NOON)
                act(draft, user)
                outbox.sweep(now=NOON + timedelta(hours=1))
                bodies = [bytes(mail.raw) for mail in CapturedMail.objects.filter(draft_id=draft.pk)]
                sent += len(bodies)
                other += sum(OTHER.encode() in body for body in bodies)
            yield {
                "database": connection.vendor,
                "gap": gap,
                "letters": rounds,
                "sent": sent,
                "sent_other_bytes": other,
                "passed": other == 0 and sent <= rounds,
            }


def _edit(draft: Draft, user: User) -> None:
    with contextlib.suppress(NotEditable, StaleVersion):
        save_draft(draft, version=draft.version, now=NOON, by=user, body=f"{TEXT}\n\n{OTHER}")


def _edit_apart(draft: Draft, user: User) -> None:
    def run() -> None:
        try:
            _edit(draft, user)
        finally:
            connections.close_all()

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(EDIT_WAIT_S)


def _after_approval(draft: Draft, user: User) -> None:
    approved = approve(draft, version=draft.version, now=NOON, by=user)
    _edit(draft, user)
    with contextlib.suppress(NotEditable, StaleVersion, Refused):
        send_approved(approved, version=approved.version, now=NOON, by=user)


def _after_queueing(draft: Draft, user: User) -> None:
    send(draft, version=draft.version, now=NOON, by=user)
    _edit(draft, user)


def _during(name: str) -> Callable[[Draft, User], None]:
    """Edit just before a step of the hand-over is done."""

    def act(draft: Draft, user: User) -> None:
        send(draft, version=draft.version, now=NOON, by=user)
        step = getattr(outbox, name)

        def edited_before(*args: Any, **kwargs: Any) -> Any:
            _edit_apart(draft, user)
            return step(*args, **kwargs)

        with mock.patch.object(outbox, name, edited_before):
            outbox.deliver(draft.pk, now=NOON)

    return act


def _while_bytes_are_forged(draft: Draft, user: User) -> None:
    """Write past the services, as a faulty migration or a person at the database would."""
    send(draft, version=draft.version, now=NOON, by=user)
    Draft.objects.filter(pk=draft.pk).update(body=f"{TEXT}\n\n{OTHER}")


GAPS: dict[str, Callable[[Draft, User], None]] = {
    "after approval": _after_approval,
    "after queueing": _after_queueing,
    "before the gate is asked": _during("read_gate_facts"),
    "before the claim": _during("claim"),
    "before the message is made": _during("compose_mail"),
    "before the provider is called": _during("get_provider"),
    "before it is settled": _during("settle"),
    "past the services": _while_bytes_are_forged,
}
