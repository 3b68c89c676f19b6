"""The benchmarks by name; each gives dictionaries that are printed as JSON lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from config.benchmarks.bulk import measure_bulk
from config.benchmarks.clock import measure_drain, measure_journeys
from config.benchmarks.enrollments import measure_enrollments
from config.benchmarks.growth import measure_growth
from config.benchmarks.importing import measure_import
from config.benchmarks.night import measure_night
from config.benchmarks.outbox import measure_outbox
from config.benchmarks.pages import measure_pages
from config.benchmarks.reminders import measure_reminders
from config.benchmarks.rules import measure_rules
from config.benchmarks.sync import measure_sync
from config.benchmarks.webhooks import measure_webhooks

Benchmark = Callable[..., Iterator[dict[str, Any]]]

BENCHMARKS: dict[str, Benchmark] = {
    "bulk": measure_bulk,
    "drain": measure_drain,
    "enrollments": measure_enrollments,
    "growth": measure_growth,
    "import": measure_import,
    "journeys": measure_journeys,
    "night": measure_night,
    "outbox": measure_outbox,
    "pages": measure_pages,
    "reminders": measure_reminders,
    "rules": measure_rules,
    "sync": measure_sync,
    "webhooks": measure_webhooks,
}
