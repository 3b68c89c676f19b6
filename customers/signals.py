"""News of the ground for the apps on the left. Sent after commit, with ids and plain values only."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.dispatch import Signal

customer_created = Signal()  # customer_id
contract_changed = Signal()  # customer_id, contract_id
contracts_changed = Signal()  # customer_ids: of many told together by another system, instead of the one above
book_imported = Signal()  # customer_ids (made or changed), created_ids; once per batch, instead of the two above
stakeholder_reachable = Signal()  # customer_id, stakeholder_id: added, back, or with another address or part
stakeholder_left = Signal()  # customer_id, stakeholder_id
hold_started = Signal()  # customer_id, hold_id, scope; once for many holds together, then the ids are None
hold_ended = Signal()  # customer_id, hold_id, scope; of the journey's scope, once for many, then the ids are None
meeting_changed = Signal()  # customer_id, meeting_id: planned, moved, held or cancelled; its row says which
todo_closed = Signal()  # customer_id, todo_id, kind, source_kind, source_id, state
brake_set = Signal()  # customer_id, brake_id
brake_cleared = Signal()  # customer_id, brake_id
sending_changed = Signal()  # customer_id, None for the whole workspace: hours, days, caps, zone
deliveries_due = Signal()  # nothing: which messages wait for other systems stands in the rows


def send_after_commit(signal: Signal, **values: Any) -> None:
    """This will send the news once the transaction is committed; never when it is rolled back."""

    def send() -> None:
        # A function, as Django names a callback that failed by its __qualname__, which a partial has not.
        signal.send(sender=None, **values)

    transaction.on_commit(send, robust=True)
