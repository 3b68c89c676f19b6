"""What the clock does for the bridges to other systems; registered at start-up."""

from __future__ import annotations

from journeys.registry import Sweeper, register_sweeper
from outreach.queries.crm import crm_waiting
from outreach.queries.slack import clicks_waiting, questions_waiting
from outreach.queries.slack_notices import notices_waiting
from outreach.services import crm, slack_clicks, slack_notices, slack_questions


def register() -> None:
    # First what people have decided, so that the message that is changed next tells it.
    register_sweeper(Sweeper("slack_clicks", slack_clicks.sweep, only_listens=True, waiting=clicks_waiting))
    register_sweeper(Sweeper("slack_questions", slack_questions.sweep, waiting=questions_waiting))
    register_sweeper(Sweeper("slack_notices", slack_notices.sweep, waiting=notices_waiting))
    register_sweeper(Sweeper("crm", crm.sweep, waiting=crm_waiting))
