"""What the rules of expansion know of one account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from customers.rules.metrics import metric_name
from outreach.enums import Trend

STABLE_WITHIN_PCT = Decimal(5)
"""A change of less than this, either way, is no trend."""

_RISING = frozenset({"increasing", "rising", "growing", "up"})
_FALLING = frozenset({"decreasing", "falling", "down"})


@dataclass(frozen=True)
class UsageLine:
    """One metric as it stands. limit: what the plan allows; None where it sets none. change_pct: as measured.

    told_trend: what an alert says of it, which counts where nothing could be measured.
    """

    metric: str
    used: Decimal
    limit: Decimal | None = None
    change_pct: Decimal | None = None
    told_trend: Trend | None = None

    @property
    def name(self) -> str:
        """The metric as people say it: "api_calls" → "API calls"."""
        return metric_name(self.metric)

    @property
    def percent(self) -> Decimal | None:
        """How much of the limit is used, exactly; None without a limit."""
        return self.used * 100 / self.limit if self.limit else None

    @property
    def trend(self) -> Trend:
        if self.change_pct is None and self.told_trend is not None:
            return self.told_trend
        if self.change_pct is None or abs(self.change_pct) < STABLE_WITHIN_PCT:
            return Trend.STABLE
        return Trend.INCREASING if self.change_pct > 0 else Trend.DECREASING


@dataclass(frozen=True)
class Offer:
    """A plan that can be sold. annual_price: None where it is not in a price list."""

    name: str
    annual_price: Decimal | None = None
    features: tuple[str, ...] = ()


@dataclass(frozen=True)
class AccountFacts:
    """One account. annual_price: of the running contract. wins: in their own words. offers: cheapest first.

    trigger: the metric that started the run; "" where none did.
    """

    current_plan: str
    currency: str
    annual_price: Decimal | None = None
    usage: tuple[UsageLine, ...] = ()
    feature_requests: tuple[str, ...] = ()
    wins: tuple[str, ...] = ()
    health_score: int | None = None
    churn_risk: int | None = None
    days_to_renewal: int | None = None
    offers: tuple[Offer, ...] = ()
    trigger: str = ""

    @property
    def lead(self) -> UsageLine | None:
        """The metric that started the run: what is written about it speaks of this one first."""
        return next((line for line in self.usage if line.metric == self.trigger), None)


def measure_change(values: Sequence[Decimal]) -> Decimal | None:
    """Give the change in percent from the older to the newer half of a series, so that one outlier makes no trend.

    values: oldest first. None below two values, or where the older half is zero.
    """
    if len(values) < 2:
        return None
    half = len(values) // 2
    older, newer = _mean(values[:half]), _mean(values[-half:])
    return (newer - older) * 100 / older if older > 0 else None


def read_trend(words: str) -> Trend | None:
    """Read what an alert says of the trend; None for words that are not known."""
    said = words.strip().lower()
    if said in _RISING:
        return Trend.INCREASING
    return Trend.DECREASING if said in _FALLING else None


def tightest(usage: Sequence[UsageLine]) -> UsageLine | None:
    """Give the metric that is nearest to its limit, or furthest above it."""
    limited = [line for line in usage if line.percent is not None]
    return max(limited, key=lambda line: (line.percent or Decimal(0), line.metric), default=None)


def _mean(values: Sequence[Decimal]) -> Decimal:
    return sum(values, Decimal(0)) / len(values)


def plain(number: Decimal) -> str:
    """Write a number for a sentence: 1,200 or 12.5, without trailing zeros."""
    whole = number.to_integral_value()
    return f"{whole:,f}" if number == whole else f"{number.normalize():,f}"


def percent_words(percent: Decimal) -> str:
    """One decimal on screen. Source: DESIGN, section 5."""
    return f"{plain(round(percent, 1))} %"
