"""How often something was done in a window of time: one number in the cache, however high the limit."""

from __future__ import annotations

from django.core.cache import BaseCache, cache


def count_in_window(key: str, *, window: int, duration_s: int, store: BaseCache = cache) -> int:
    """This will count one more and give how many there are. window: the number of the window since the epoch."""
    numbered = f"{key}:{window}"
    store.add(numbered, 0, timeout=duration_s)
    try:
        return int(store.incr(numbered))
    except ValueError:
        # It went out between the two: the window is over.
        return 1
