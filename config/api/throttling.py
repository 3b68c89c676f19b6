"""How many calls may be made: counted per window of time, one number in the cache, however high the limit.

Each token has a bucket of its own, so that one system that runs wild stops no other; who is signed in to the pages has
the person's.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from rest_framework.throttling import UserRateThrottle

from config.api.rates import RATE_LIMIT, RateLimit
from customers.models import ApiToken
from customers.services.rates import count_in_window

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class WindowThrottle(UserRateThrottle):
    """The person's bucket: `API_RATE`, such as 6000/min. The framework's own keeps the moment of every call."""

    num_requests: int
    duration: int

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        return None if isinstance(request.auth, ApiToken) else super().get_cache_key(request, view)

    def allow_request(self, request: Request, view: APIView) -> bool:
        key = self.get_cache_key(request, view)
        if self.rate is None or key is None:
            return True
        now = self.timer()
        window = int(now // self.duration)
        self.left_s = (window + 1) * self.duration - now
        count = count_in_window(key, window=window, duration_s=self.duration, store=self.cache)
        left = RateLimit(self.num_requests, max(0, self.num_requests - count), ceil(self.left_s))
        setattr(request._request, RATE_LIMIT, left)
        return count <= self.num_requests

    def wait(self) -> float:
        return self.left_s


class TokenThrottle(WindowThrottle):
    """The token's bucket: `API_TOKEN_RATE`, where it is not set `API_RATE`."""

    scope = "token"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        if not isinstance(request.auth, ApiToken):
            return None
        return self.cache_format % {"scope": self.scope, "ident": request.auth.pk}
