"""The drills by name; each gives JSON-ready lines that say whether it `passed`."""

from collections.abc import Callable, Iterator
from typing import Any

from config.drills.clicks import drill_clicks
from config.drills.edits import drill_edits
from config.drills.enrollments import drill_enrollments
from config.drills.events import drill_events
from config.drills.forgeries import drill_forgery
from config.drills.holds import drill_claims, drill_pauses
from config.drills.outage import drill_outage
from config.drills.restarts import drill_restarts
from config.drills.scanner import drill_scanner
from config.drills.sends import drill_sends
from config.drills.ticks import drill_journeys

Drill = Callable[..., Iterator[dict[str, Any]]]

DRILLS: dict[str, Drill] = {
    "claims": drill_claims,
    "clicks": drill_clicks,
    "edits": drill_edits,
    "enrollments": drill_enrollments,
    "events": drill_events,
    "forgery": drill_forgery,
    "journeys": drill_journeys,
    "outage": drill_outage,
    "pauses": drill_pauses,
    "restarts": drill_restarts,
    "scanner": drill_scanner,
    "sends": drill_sends,
}
