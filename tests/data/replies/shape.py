"""One mail of the corpus in few words; `tests/emails/corpus.py` makes a real message of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Mail:
    """body: what a person would call the answer, which is what must be left after stripping. client: who wrapped it.

    sign: what stands under it. at: the day it was sent. extra: headers more, or instead.
    """

    lang: str
    client: str
    expected: str
    body: str
    sign: str = ""
    returns: date | None = None
    at: date = date(2026, 3, 4)
    subject: str = ""
    sender: str = ""
    extra: tuple[tuple[str, str], ...] = field(default=())

    @property
    def is_human(self) -> bool:
        """Whether a person wrote it; said here, not by the rules under test."""
        return not self.client.startswith("auto_")
