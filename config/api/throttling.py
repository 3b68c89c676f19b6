"""How many calls one person may make: counted per window of time, one number in the cache, however high the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.throttling import UserRateThrottle

from customers.services.rates import count_in_window

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class WindowThrottle(UserRateThrottle):
    """The rate is `API_RATE`, such as 6000/min. The framework's own keeps the moment of every call of the window."""

    num_requests: int
    duration: int

    def allow_request(self, request: Request, view: APIView) -> bool:
        key = self.get_cache_key(request, view)
        if self.rate is None or key is None:
            return True
        now = self.timer()
        window = int(now // self.duration)
        self.left_s = (window + 1) * self.duration - now
        return count_in_window(key, window=window, duration_s=self.duration, store=self.cache) <= self.num_requests

    def wait(self) -> float:
        return self.left_s
