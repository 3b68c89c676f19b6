"""Which letters came before this one in its thread."""

from __future__ import annotations

from emails.models import Draft
from emails.rules.threading import extend_references


def read_references(draft: Draft) -> list[str]:
    """List the Message-IDs that a letter about to leave refers to, oldest first; none where it begins a thread.

    A letter it follows that has not left is no message yet: nobody there could have it.
    """
    parent = draft.parent
    if parent is None or not parent.has_gone:
        return []
    return extend_references(parent.references, parent.wire_message_id)
