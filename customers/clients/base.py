"""How a call to a vendor ends: what surely did not happen, and what may have happened."""

from __future__ import annotations

from enum import Enum


class Effect(Enum):
    """What a call does there, and so what a second one would do."""

    READ = "read"
    REPEATABLE = "repeatable"
    ONCE = "once"


class NotAccepted(Exception):
    """Raised when the vendor surely did not take it. can_retry: whether trying again later may help.

    retry_after_s: when the vendor says so; None where it does not. code: its own name for what was wrong.
    """

    def __init__(self, reason: str, *, can_retry: bool, retry_after_s: int | None = None, code: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.can_retry = can_retry
        self.retry_after_s = retry_after_s
        self.code = code


class MaybeAccepted(Exception):
    """Raised when nobody can say whether the vendor took it: never do it again blindly (promise 3).

    can_retry: a second call would change nothing, so it may be made.
    """

    def __init__(self, reason: str, *, can_retry: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.can_retry = can_retry
