"""The receipt of the gate: what every check said of one letter, kept with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

LABELS = {
    "approval": "Approval",
    "stakeholder": "Recipient",
    "opt_out": "Opt-out",
    "hold": "Hold",
    "brake": "Brake",
    "collision": "Other parts",
    "cap": "Frequency",
    "window": "Hours and holidays",
    "facts": "Facts",
    "once_only": "Only once",
    "connection": "Outreach.io",
    "sequence": "Sequence",
    "mailbox": "Mailbox",
    "opt_out_there": "Opt-out there",
    "engage_plan": "Engage plan",
}

PACED = frozenset({"collision", "cap", "window"})
"""Checks that pass by themselves when their moment has come: they keep a letter waiting, and refuse no approval."""

OUTDATED = "outdated"
"""The code of a refusal that no person can mend: what the letter was for is no longer so."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    """One line of the receipt."""

    check: str
    passed: bool
    reason: str
    code: str = ""
    next_try_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """It said no for now, and passes by itself."""
        return not self.passed and self.check in PACED and self.next_try_at is not None

    def as_json(self) -> dict[str, Any]:
        return {
            "check": self.check,
            "label": LABELS.get(self.check, self.check),
            "passed": self.passed,
            "waits": self.waits,
            "reason": self.reason,
            "next_try_at": self.next_try_at.isoformat() if self.next_try_at else None,
        }


@dataclass(frozen=True)
class Receipt:
    """What every check said, in order."""

    lines: tuple[Line, ...]

    @property
    def stop(self) -> Line | None:
        """The first check that said no and will not say yes by itself."""
        return next((line for line in self.lines if not line.passed and not line.waits), None)

    @property
    def outdated(self) -> Line | None:
        """The check that found it not wanted any more, whatever else stands in its way."""
        return next((line for line in self.lines if line.code == OUTDATED), None)

    @property
    def wait(self) -> Line | None:
        """What the message waits for where nothing stops it: of all that pass by themselves, the last to do so."""
        if self.stop is not None:
            return None
        waiting = [line for line in self.lines if line.waits]
        return max(waiting, key=lambda line: line.next_try_at or _LONG_AGO, default=None)

    @property
    def refusal(self) -> Line | None:
        """Why it does not leave now; None when it may."""
        return self.stop or self.wait

    def as_json(self) -> list[dict[str, Any]]:
        return [line.as_json() for line in self.lines]
