"""What an account needs next and since when it waits. The first line that holds is the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from renewals.enums import NextAction, Stage
from renewals.rules.opening import engage_opens_at
from renewals.rules.stages import days_to_renewal, span_of, stage_for

STAGE_ACTIONS = {
    Stage.NEGOTIATE: NextAction.AGREE_TERMS,
    Stage.FINALIZE: NextAction.FINISH_CONTRACT,
    Stage.SIGNATURE: NextAction.GET_SIGNATURE,
    Stage.CRITICAL: NextAction.SAVE_RENEWAL,
    Stage.EMERGENCY: NextAction.SAVE_RENEWAL,
}


@dataclass(frozen=True)
class ActionFacts:
    """What is known of one account. today: its local date. Each …_date is the earliest of its kind, None for none.

    touch_date: of the earliest planned contact, due or not. has_churned: that is how its last renewal ended.
    """

    today: date
    created_date: date
    renewal_date: date | None = None
    has_churned: bool = False
    notice_days: int = 0
    has_target: bool = False
    is_locked: bool = False
    has_plan: bool = False
    brake_date: date | None = None
    hold_date: date | None = None
    draft_date: date | None = None
    todo_date: date | None = None
    touch_date: date | None = None


@dataclass(frozen=True)
class NextStep:
    """The action, and since when it is a person's turn; since is None where it waits for nobody."""

    action: NextAction
    since: date | None = None


def choose_next_step(facts: ActionFacts) -> NextStep:
    """Choose what the account needs next: what stops it, what is waiting to be done, what its stage asks for."""
    if facts.brake_date:
        return NextStep(NextAction.AFTER_REPLY, facts.brake_date)
    if facts.hold_date:
        return NextStep(NextAction.ON_HOLD)
    if facts.renewal_date is None:
        return _without_contract(facts)
    if facts.renewal_date < facts.today:
        return NextStep(NextAction.RECORD_OUTCOME, facts.renewal_date)
    return _waiting_work(facts) or _stage_work(facts, facts.renewal_date)


def _without_contract(facts: ActionFacts) -> NextStep:
    """A customer that left has no contract to be entered; what somebody still has to do there is shown."""
    if not facts.has_churned:
        return NextStep(NextAction.ADD_CONTRACT, facts.created_date)
    return _waiting_work(facts) or NextStep(NextAction.LOST)


def _waiting_work(facts: ActionFacts) -> NextStep | None:
    if facts.draft_date:
        return NextStep(NextAction.REVIEW_EMAILS, facts.draft_date)
    if facts.todo_date:
        return NextStep(NextAction.DO_TODO, facts.todo_date)
    if facts.touch_date and facts.touch_date <= facts.today:
        return NextStep(NextAction.MAKE_CONTACT, facts.touch_date)
    return None


def _stage_work(facts: ActionFacts, renewal_date: date) -> NextStep:
    days = days_to_renewal(renewal_date, today=facts.today)
    stage = stage_for(days)
    if stage in STAGE_ACTIONS:
        return NextStep(STAGE_ACTIONS[stage], _begin(renewal_date, span_of(stage).most_days))
    opens_at = engage_opens_at(facts.notice_days)
    if facts.has_plan:
        return NextStep(NextAction.FOLLOW_PLAN)
    if days <= opens_at:
        return _price_or(NextAction.OPEN_ENGAGE, facts, _begin(renewal_date, opens_at))
    if stage == Stage.PREPARE and not facts.is_locked:
        return _price_or(NextAction.LOCK_PRICE, facts, _begin(renewal_date, span_of(stage).most_days))
    return NextStep(NextAction.WATCH)


def _price_or(action: NextAction, facts: ActionFacts, since: date) -> NextStep:
    """Ask for the price before anything that needs it."""
    if not facts.has_target:
        return NextStep(NextAction.SET_PRICE, since)
    return NextStep(action if facts.is_locked else NextAction.LOCK_PRICE, since)


def _begin(renewal_date: date, days_before: int | None) -> date:
    return renewal_date - timedelta(days=days_before or 0)
