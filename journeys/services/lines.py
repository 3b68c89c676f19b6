"""One line of the automation log."""

from datetime import datetime
from typing import Any

from journeys.enums import LogStatus
from journeys.models import AutomationLog
from journeys.rules.automations import Due


def log_line(
    due: Due,
    now: datetime,
    action: str,
    status: LogStatus,
    *,
    metadata: dict[str, Any] | None = None,
    error_message: str = "",
) -> AutomationLog:
    """This will make the line, unsaved: lines are written many at a time."""
    return AutomationLog(
        customer_id=due.customer_id,
        automation_id=due.id,
        at=now,
        type=due.type,
        kind=due.kind,
        action=action[:300],
        status=status,
        attempt=due.attempt,
        metadata=metadata or {},
        error_message=error_message,
    )
