"""What a bucket of calls has left, as the answer's headers say it."""

from __future__ import annotations

from dataclasses import dataclass

RATE_LIMIT = "rate_limit"
"""Where the request keeps what its bucket has left, for the headers of the answer."""


@dataclass(frozen=True)
class RateLimit:
    """What is left of a bucket. reset_s: seconds until it is full again."""

    limit: int
    remaining: int
    reset_s: int

    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_s),
        }
