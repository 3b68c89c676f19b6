"""The drills by name; each gives JSON-ready lines that say whether it `passed`, or why it was `left_out`."""

from collections.abc import Callable, Iterator
from typing import Any

from config.drills.backup import drill_backup
from config.drills.broker import drill_redis
from config.drills.clicks import drill_clicks
from config.drills.day import drill_day
from config.drills.disk import drill_disk
from config.drills.edits import drill_edits
from config.drills.enrollments import drill_enrollments
from config.drills.events import drill_events
from config.drills.forgeries import drill_forgery
from config.drills.holds import drill_claims, drill_pauses
from config.drills.jumps import drill_jumps
from config.drills.outage import drill_outage
from config.drills.restarts import drill_restarts
from config.drills.scanner import drill_scanner
from config.drills.sends import drill_sends
from config.drills.ticks import drill_journeys
from config.drills.versions import drill_versions

Drill = Callable[..., Iterator[dict[str, Any]]]

DRILLS: dict[str, Drill] = {
    "forgery": drill_forgery,
    "events": drill_events,
    "scanner": drill_scanner,
    "clicks": drill_clicks,
    "edits": drill_edits,
    "claims": drill_claims,
    "pauses": drill_pauses,
    "enrollments": drill_enrollments,
    "outage": drill_outage,
    "sends": drill_sends,
    "journeys": drill_journeys,
    "redis": drill_redis,
    "restarts": drill_restarts,
    "versions": drill_versions,
    "disk": drill_disk,
    "jumps": drill_jumps,
    "backup": drill_backup,
    "day": drill_day,
}
"""In the order in which `all` runs them: what takes longest comes last."""
