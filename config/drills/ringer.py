"""A page that rings all the time: `python -m config.drills.ringer`. A line in is answered with what it saw since.

It rings as a view does, through Celery, and says how long the longest ring held it up and what it was thrown.
"""

from __future__ import annotations

import json
import sys
import threading
import time

PAUSE_S = 0.2


class Ringer:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._longest_s, self._rings, self._errors = 0.0, 0, list[str]()
        self._began: float | None = None

    def ring_on(self) -> None:
        from journeys.tasks import tick

        while True:
            self._began = time.monotonic()
            error = ""
            try:
                tick.delay()
            except Exception as thrown:  # the page would have failed: that is what is counted
                error = f"{type(thrown).__module__}.{type(thrown).__name__}"
            with self._lock:
                self._longest_s = max(self._longest_s, time.monotonic() - self._began)
                self._rings += 1
                self._errors += [error] if error else []
                self._began = None
            time.sleep(PAUSE_S)

    def tell(self) -> dict[str, object]:
        """This will give what was seen since it was asked last; a ring that still hangs counts as long as it does."""
        with self._lock:
            began, now = self._began, time.monotonic()
            longest = max(self._longest_s, now - began if began else 0.0)
            seen = {"rings": self._rings, "longest_ring_s": round(longest, 2), "ring_errors": sorted(set(self._errors))}
            self._longest_s, self._rings, self._errors = 0.0, 0, []
            return seen


def main() -> None:
    import django

    django.setup()
    ringer = Ringer()
    threading.Thread(target=ringer.ring_on, daemon=True).start()
    for _ in sys.stdin:
        sys.stdout.write(json.dumps(ringer.tell()) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
