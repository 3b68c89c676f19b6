"""What a check of the gate may say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Passed:
    """The check lets the message through. note: what it saw, for the receipt."""

    note: str = ""


@dataclass(frozen=True)
class Refused:
    """The check stops the message. code: the API's error code. next_try_at: when it may pass, if known."""

    reason: str
    code: str
    next_try_at: datetime | None = None


Verdict = Passed | Refused
