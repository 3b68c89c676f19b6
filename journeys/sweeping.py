"""What the clock sweeps of the apps on the right, which cannot register themselves."""

from datetime import datetime

from customers.services.holds import end_due_holds
from customers.services.importing.runs import sweep_runs
from emails.services import outbox
from journeys.registry import Sweeper, register_sweeper


def sweep_holds(now: datetime) -> int:
    return end_due_holds(now=now)


def sweep_outbox(now: datetime) -> int:
    return outbox.sweep(now=now)


def sweep_imports(now: datetime) -> int:
    return sweep_runs(now=now)


HOLDS = Sweeper("holds", sweep_holds)
IMPORTS = Sweeper("imports", sweep_imports)
OUTBOX = Sweeper("outbox", sweep_outbox)


def register() -> None:
    register_sweeper(HOLDS)
    register_sweeper(IMPORTS)
    register_sweeper(OUTBOX)
