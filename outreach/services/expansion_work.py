"""What the clock does for expansion; registered at start-up."""

from __future__ import annotations

from journeys.registry import Sweeper, register_sweeper
from outreach.services.opportunities import looks_waiting, sweep

SWEEPER = Sweeper("expansion", sweep, only_listens=True, waiting=looks_waiting)


def register() -> None:
    """Tell the clock to look at the accounts that are due."""
    register_sweeper(SWEEPER)
