"""What the clock does for Outreach.io; registered at start-up."""

from __future__ import annotations

from journeys.registry import Sweeper, register_sweeper
from outreach.services import outreach_discovery, outreach_stand_in

SWEEPERS = (
    Sweeper(
        "outreach_discovery",
        outreach_discovery.sweep,
        only_listens=True,
        waiting=outreach_discovery.discovery_waiting,
    ),
    Sweeper("outreach_stand_in", outreach_stand_in.work, only_listens=True, waiting=outreach_stand_in.stand_in_waiting),
)


def register() -> None:
    """Tell the clock when to read what is there, and to play the stand-in on."""
    for sweeper in SWEEPERS:
        register_sweeper(sweeper)
