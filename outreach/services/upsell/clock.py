"""What the clock does for upsell runs; registered at start-up."""

from __future__ import annotations

from customers.queries.moments import Waiting, When
from journeys.registry import Handler, Sweeper, register_handler, register_sweeper
from outreach.enums import UPSELL_TIMEOUT
from outreach.queries.upsell_runs import news_waiting, steps_waiting
from outreach.services.upsell.answering import decide_wait, end_waits, load_waits
from outreach.services.upsell.stepping import sweep

WAIT = Handler(kind=UPSELL_TIMEOUT, load=load_waits, decide=decide_wait, apply=end_waits)
"""Runs late, and waits while the account is on hold; a brake is the answer itself."""


def register() -> None:
    """Tell the clock of the wait for a reply, and of steps and news that a ring did not bring."""
    register_handler(WAIT)
    register_sweeper(Sweeper("upsell_runs", sweep, waiting=runs_waiting))


def runs_waiting(now: When) -> Waiting:
    return (*steps_waiting(now), *news_waiting(now))
