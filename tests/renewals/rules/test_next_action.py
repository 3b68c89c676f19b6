"""The ladder of next actions: each rung, and the day on which a stage's work begins to wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from renewals.enums import NextAction
from renewals.rules.next_action import ActionFacts, NextStep, choose_next_step

TODAY = date(2026, 3, 4)
YESTERDAY = TODAY - timedelta(days=1)


def facts(days: int | None = 200, **known: object) -> ActionFacts:
    renewal_date = None if days is None else TODAY + timedelta(days=days)
    base = ActionFacts(today=TODAY, created_date=date(2026, 1, 5), renewal_date=renewal_date, notice_days=90)
    return replace(base, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "action", "since"),
    [
        ({"brake_date": YESTERDAY, "hold_date": YESTERDAY, "todo_date": YESTERDAY}, NextAction.AFTER_REPLY, YESTERDAY),
        ({"hold_date": YESTERDAY, "draft_date": YESTERDAY}, NextAction.ON_HOLD, None),
        ({"days": None, "todo_date": YESTERDAY}, NextAction.ADD_CONTRACT, date(2026, 1, 5)),
        ({"days": None, "has_churned": True}, NextAction.LOST, None),
        ({"days": None, "has_churned": True, "todo_date": YESTERDAY}, NextAction.DO_TODO, YESTERDAY),
        ({"days": None, "has_churned": True, "hold_date": YESTERDAY}, NextAction.ON_HOLD, None),
        ({"days": 150, "has_churned": True}, NextAction.WATCH, None),
        ({"days": -1, "draft_date": YESTERDAY}, NextAction.RECORD_OUTCOME, YESTERDAY),
        ({"draft_date": YESTERDAY, "todo_date": YESTERDAY}, NextAction.REVIEW_EMAILS, YESTERDAY),
        ({"todo_date": YESTERDAY, "touch_date": YESTERDAY}, NextAction.DO_TODO, YESTERDAY),
        ({"touch_date": TODAY, "has_plan": True}, NextAction.MAKE_CONTACT, TODAY),
        ({"days": 100, "touch_date": TODAY + timedelta(days=1), "has_plan": True}, NextAction.FOLLOW_PLAN, None),
        ({"days": 119}, NextAction.SET_PRICE, TODAY),
        ({"days": 118, "has_target": True}, NextAction.LOCK_PRICE, YESTERDAY),
        ({"days": 118, "has_target": True, "is_locked": True}, NextAction.OPEN_ENGAGE, YESTERDAY),
        ({"days": 149}, NextAction.SET_PRICE, TODAY),
        ({"days": 148, "has_target": True}, NextAction.LOCK_PRICE, YESTERDAY),
        ({"days": 148, "has_target": True, "is_locked": True}, NextAction.WATCH, None),
        ({"days": 150}, NextAction.WATCH, None),
        ({"days": 89}, NextAction.AGREE_TERMS, TODAY),
        ({"days": 58}, NextAction.FINISH_CONTRACT, YESTERDAY),
        ({"days": 29}, NextAction.GET_SIGNATURE, TODAY),
        ({"days": 14}, NextAction.SAVE_RENEWAL, TODAY),
        ({"days": 0}, NextAction.SAVE_RENEWAL, TODAY - timedelta(days=6)),
    ],
)
def test_next_step_takes_the_first_line_that_holds(
    known: dict[str, object], action: NextAction, since: date | None
) -> None:
    assert choose_next_step(facts(**known)) == NextStep(action, since)  # type: ignore[arg-type]


def test_next_step_with_a_long_notice_opens_engage_earlier() -> None:
    ready = {"has_target": True, "is_locked": True, "notice_days": 120}

    assert choose_next_step(facts(149, **ready)).action == NextAction.OPEN_ENGAGE
    assert choose_next_step(facts(150, **ready)).action == NextAction.WATCH
