"""How a letter stays in the thread of the one before it: its subject, and the headers that mail programs go by."""

from __future__ import annotations

import re
from collections.abc import Sequence

MOST_REFERENCES = 20
"""A thread may grow for years, a header line may not: the first letter and the latest are what programs look for."""

LONGEST_SUBJECT = 300
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
_ANSWER_MARK = re.compile(r"^\s*(?:re|aw|sv|vs|antw|odp|ref|res)\s*(?:\[\d+\])?\s*:\s*", re.IGNORECASE)


def reply_subject(subject: str) -> str:
    """Give the subject of a letter that follows in the same thread: one “Re:” and the words as they were."""
    words = subject.strip()
    while bare := _ANSWER_MARK.match(words):
        words = words[bare.end() :]
    return f"Re: {words}"[:LONGEST_SUBJECT] if words else ""


def extend_references(before: Sequence[str], message_id: str) -> list[str]:
    """List the messages of the thread, oldest first, with the one that is answered as the last (RFC 5322, 3.6.4)."""
    thread = [one for one in dict.fromkeys(before) if one and one != message_id]
    if message_id:
        thread.append(message_id)
    return thread if len(thread) <= MOST_REFERENCES else [thread[0], *thread[-MOST_REFERENCES + 1 :]]


def parse_references(header: str) -> list[str]:
    """Read the Message-IDs out of a header that came from outside; whatever else stands there is dropped."""
    return _MESSAGE_ID.findall(header)


def thread_headers(references: Sequence[str]) -> dict[str, str]:
    """Write the two headers; none for a letter that begins a thread."""
    if not references:
        return {}
    return {"In-Reply-To": references[-1], "References": " ".join(references)}
