"""What the clock sweeps of the apps on the right, which cannot register themselves."""

from datetime import datetime

from customers.services.holds import end_due_holds
from journeys.registry import Sweeper, register_sweeper


def sweep_holds(now: datetime) -> int:
    return end_due_holds(now=now)


HOLDS = Sweeper("holds", sweep_holds)


def register() -> None:
    register_sweeper(HOLDS)
