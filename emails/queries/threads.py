"""Which letters came before this one in its thread."""

from __future__ import annotations

from emails.models import Draft, Reply
from emails.rules.threading import extend_references, parse_references


def read_references(draft: Draft) -> list[str]:
    """List the Message-IDs that a letter about to leave refers to, oldest first; none where it begins a thread.

    A letter it follows that has not left is no message yet: nobody there could have it.
    """
    if draft.answers is not None:
        return _of_reply(draft.answers)
    parent = draft.parent
    if parent is None or not parent.has_gone:
        return []
    return extend_references(parent.references, parent.wire_message_id)


def _of_reply(reply: Reply) -> list[str]:
    """What the reply itself refers to, then the reply; many name no more than what they answer."""
    before = parse_references(reply.references) or parse_references(reply.in_reply_to)
    return extend_references(before, next(iter(parse_references(reply.message_id)), ""))
