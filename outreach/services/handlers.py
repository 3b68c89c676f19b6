"""How the clock decides and carries out the rows of the cadence; registered at start-up."""

from __future__ import annotations

from datetime import timedelta

from customers.enums import HoldScope
from journeys.registry import BRAKE, Handler, Sweeper, register_handler, register_sweeper
from outreach.enums import CadenceKind
from outreach.queries.alerts import alerts_waiting
from outreach.queries.chasing import load_letter_chasers, load_plan_chasers, load_reply_chasers
from outreach.rules.chasing import decide_chaser
from outreach.rules.meetings import decide_confirmation, decide_notes, decide_recap
from outreach.services import alerts
from outreach.services.cadence import lost_news_waiting, sweep_lost_news
from outreach.services.channels import ask_for_channels
from outreach.services.checking_back import ask_to_check_back
from outreach.services.escalating import escalate_plans
from outreach.services.meetings import ask_for_notes, load_meetings, write_confirmations, write_recaps
from outreach.services.reminding import write_reminders
from outreach.services.touch_view import show_rows

EXPIRES_AFTER = timedelta(days=2)
"""DESIGN, "Defaults": follow-ups expire after 2 days, escalations run late."""

STOPPED_BY = frozenset({HoldScope.ACCOUNT.value, BRAKE})
HOLD_ALONE = frozenset({HoldScope.ACCOUNT.value})
"""Mails about an agreed meeting pass the brake (promise 6)."""

HANDLERS = (
    Handler(
        kind=CadenceKind.REMIND,
        load=load_letter_chasers,
        decide=decide_chaser,
        apply=write_reminders,
        expires_after=EXPIRES_AFTER,
        stopped_by=STOPPED_BY,
        after=show_rows,
    ),
    Handler(
        kind=CadenceKind.OTHER_CHANNEL,
        load=load_letter_chasers,
        decide=decide_chaser,
        apply=ask_for_channels,
        expires_after=EXPIRES_AFTER,
        stopped_by=STOPPED_BY,
        after=show_rows,
    ),
    Handler(
        kind=CadenceKind.ESCALATE,
        load=load_plan_chasers,
        decide=decide_chaser,
        apply=escalate_plans,
        stopped_by=STOPPED_BY,
        after=show_rows,
    ),
    Handler(
        kind=CadenceKind.CHECK_BACK,
        load=load_reply_chasers,
        decide=decide_chaser,
        apply=ask_to_check_back,
        expires_after=EXPIRES_AFTER,
        stopped_by=STOPPED_BY,
        after=show_rows,
    ),
    *(
        Handler(kind=kind, load=load_meetings, decide=decide, apply=apply, stopped_by=HOLD_ALONE, after=show_rows)
        for kind, decide, apply in (
            (CadenceKind.CONFIRM_MEETING, decide_confirmation, write_confirmations),
            (CadenceKind.ASK_NOTES, decide_notes, ask_for_notes),
            (CadenceKind.RECAP, decide_recap, write_recaps),
        )
    ),
)


def register() -> None:
    """Tell the clock what to do for the kinds of the cadence, and of news whose ring was lost."""
    for handler in HANDLERS:
        register_handler(handler)
    register_sweeper(Sweeper("cadence", sweep_lost_news, waiting=lost_news_waiting))
    register_sweeper(Sweeper("usage_alerts", alerts.sweep, only_listens=True, waiting=alerts_waiting))
