"""Several processes that drain at once, for the benchmark. Imports nothing of Django before it has set it up."""

from __future__ import annotations

import multiprocessing
import time
from datetime import datetime
from typing import Any

CONTEXT = multiprocessing.get_context("spawn")


def drain_together(workers: int, *, now: datetime) -> float:
    """This will have so many processes drain what is due, and give the seconds from the first start to the last end."""
    from django.db import connection

    names = ("ENGINE", "NAME", "HOST", "PORT", "USER", "PASSWORD")
    database = {name: connection.settings_dict[name] for name in names}
    barrier, spans = CONTEXT.Barrier(workers), CONTEXT.Queue()
    crew = [CONTEXT.Process(target=_work, args=(database, now, barrier, spans)) for _ in range(workers)]
    for worker in crew:
        worker.start()
    times = [spans.get(timeout=600) for _ in crew]
    for worker in crew:
        worker.join()
    return max(end for _, end in times) - min(start for start, _ in times)


def _work(database: dict[str, Any], now: datetime, barrier: Any, spans: Any) -> None:
    import django

    django.setup()
    from django.db import connection

    from config.benchmarks.clock_drains import drain_automations, register_bare
    from config.loaded import keep_what_is_loaded

    connection.settings_dict.update(database)
    register_bare()
    connection.ensure_connection()
    keep_what_is_loaded()
    barrier.wait()
    start = time.monotonic()
    drain_automations(now)
    spans.put((start, time.monotonic()))
