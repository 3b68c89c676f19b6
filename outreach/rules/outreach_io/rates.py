"""How well a sequence does. Outreach.io has counters alone, null or 0 at times: no rate is better than a wrong one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True)
class Rate:
    """A share of the mails that were delivered. percent: one decimal, 0-100; None where nothing was delivered."""

    count: int | None
    of: int | None
    percent: Decimal | None

    @property
    def words(self) -> str:
        """This will say it for a page."""
        return "–" if self.percent is None else f"{self.percent} %"


def rate_of(count: int | None, of: int | None) -> Rate:
    """This will compute count / of. More than all (mails opened twice) is told as all."""
    if count is None or not of or of < 0 or count < 0:
        return Rate(count, of, None)
    percent = Decimal(min(count, of)) * 100 / of
    return Rate(count, of, percent.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))
