"""Which automations a person may schedule by hand, and what their payload must say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from journeys.enums import AutomationType, JourneyKind

LONGEST_AHEAD = timedelta(days=3 * 366)

KINDS: Mapping[AutomationType, Mapping[str, JourneyKind]] = {
    AutomationType.GENERATE_DELIVERABLE: {"": JourneyKind.GENERATE},
    AutomationType.SEND_REMINDER: {"UPCOMING": JourneyKind.UPCOMING, "OVERDUE": JourneyKind.OVERDUE},
    AutomationType.SEND_CELEBRATION: {
        "CELEBRATE": JourneyKind.CELEBRATE,
        "HALFWAY": JourneyKind.HALFWAY,
        "COMPLETED": JourneyKind.COMPLETED,
    },
    AutomationType.SEND_NOTIFICATION: {"READY": JourneyKind.READY},
    AutomationType.ESCALATE_TO_ADMIN: {"": JourneyKind.ESCALATE},
    AutomationType.UPDATE_STATUS: {"": JourneyKind.STATUS},
}
"""Type → template → kind. What belongs to other parts, or to a hold, is scheduled by its own doing alone."""

AFTER_DELIVERY = frozenset({*KINDS[AutomationType.SEND_CELEBRATION].values(), JourneyKind.READY})
"""These tell the client that it is there."""
KNOWN = frozenset({"month", "template", "reason"})


@dataclass(frozen=True)
class MonthState:
    """What decides whether something can still be scheduled for a month. due_at: the moment of its date."""

    due_at: datetime
    is_skipped: bool = False
    has_deliverable: bool = False
    is_delivered: bool = False
    is_opened: bool = False


@dataclass(frozen=True)
class Wish:
    """What is asked for; payload as it came."""

    type: str
    trigger_at: datetime
    payload: Mapping[str, Any]

    @property
    def month(self) -> int | None:
        number = self.payload.get("month")
        return number if isinstance(number, int) and not isinstance(number, bool) else None

    @property
    def kind(self) -> JourneyKind | None:
        templates = KINDS.get(AutomationType(self.type), {}) if self.type in AutomationType.values else {}
        return templates.get(str(self.payload.get("template", "")))


def find_errors(wish: Wish, months: Mapping[int, MonthState], *, now: datetime) -> dict[str, str]:
    """Say what keeps the wish from being scheduled, by field: type, trigger_date, payload; empty when nothing does."""
    if wish.type not in AutomationType.values or AutomationType(wish.type) not in KINDS:
        return {"type": f"By hand: {', '.join(KINDS)}."}
    found = {"payload": _payload_error(wish, months), "trigger_date": _moment_error(wish, now)}
    errors = {name: text for name, text in found.items() if text}
    if not errors and (late := _too_late(wish, months[wish.month or 0])):
        errors[late[0]] = late[1]
    return errors


def _payload_error(wish: Wish, months: Mapping[int, MonthState]) -> str:
    if unknown := sorted(set(wish.payload) - KNOWN):
        return f"Not known here: {', '.join(unknown)}. It takes month, template and reason."
    if wish.month is None:
        return "Say which month: {“month”: 3}."
    if wish.month not in months:
        return f"The journey has the months {', '.join(map(str, months))}."
    if wish.kind is None:
        templates = [name for name in KINDS[AutomationType(wish.type)] if name]
        return f"Say which template: {', '.join(templates)}." if templates else "This type has no template."
    reason = wish.payload.get("reason", "")
    return "" if isinstance(reason, str) and len(reason) <= 300 else "The reason is a text of 300 characters at most."


def _moment_error(wish: Wish, now: datetime) -> str:
    if wish.trigger_at < now:
        return "Choose a moment that is not past; to run it at once, trigger it."
    return "That is more than three years ahead." if wish.trigger_at > now + LONGEST_AHEAD else ""


def _too_late(wish: Wish, month: MonthState) -> tuple[str, str] | None:
    """Field and words. The decision that is taken when its time comes would only skip it: better said now."""
    kind, name = wish.kind, f"M{wish.month}"
    if month.is_skipped:
        return "payload", f"{name} is skipped."
    if kind == JourneyKind.GENERATE and month.has_deliverable:
        return "payload", f"The deliverable of {name} is there already."
    if kind == JourneyKind.UPCOMING and (month.is_delivered or wish.trigger_at >= month.due_at):
        return "trigger_date", f"“Coming soon” can only come before {name} does."
    if kind in (JourneyKind.OVERDUE, JourneyKind.ESCALATE) and month.is_opened:
        return "payload", f"{name} has been opened."
    if kind in AFTER_DELIVERY and not month.is_delivered:
        return "payload", f"{name} is not delivered yet."
    return None
