"""Moving a run on: the rule decides, this writes, in the transaction of what has just happened."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from customers.base import lock_customer
from customers.enums import TodoState
from customers.models import Todo, User
from customers.rules.metrics import metric_title
from customers.services.activity import record
from customers.services.todos import add_todo, finish_todo
from customers.signals import send_after_commit
from outreach.enums import ENDED_RUN_STATES, RunState, StepState
from outreach.models import UpsellRun, UpsellStep
from outreach.queries.upsell_runs import level_of, read_step_facts
from outreach.rules.upsell.running import Move, decide_move
from outreach.services.alerts import ALERT_TODO
from outreach.signals import run_moved

TODO = "upsell_run"
SOURCE = "upsellrun"
ASKS = {
    RunState.WAITING_PERSON: "An upsell run waits for you",
    RunState.NEEDS_REVIEW: "An upsell run needs a look",
}
LABELS = {
    RunState.COMPLETED: "Upsell run completed",
    RunState.DECLINED: "Upsell run ended: they declined",
}


def lock_run(run_id: uuid.UUID) -> UpsellRun:
    """Lock the account, then the run, and read it. Must be called inside a transaction."""
    customer_id = UpsellRun.objects.values_list("customer_id", flat=True).get(pk=run_id)
    lock_customer(customer_id)
    run: UpsellRun = (
        UpsellRun.objects.select_for_update(of=("self",))
        .select_related("customer__owner", "customer__account_executive", "alert")
        .get(pk=run_id)
    )
    return run


def advance(run: UpsellRun, *, now: datetime) -> None:
    """Bring the run in line with its steps: the next one queued, or its state and end. Safe to repeat.

    Must be called inside a transaction that has locked the run.
    """
    if run.state == RunState.CANCELLED:
        return
    steps = list(UpsellStep.objects.filter(run=run).order_by("position"))
    move = decide_move([read_step_facts(step, run=run) for step in steps], reply=run.reply, level=level_of(run))
    by_name = {step.name: step for step in steps}
    for name, reason in move.leave_out:
        _set(by_name[name], StepState.SKIPPED, now=now, done_at=now, note=reason)
    for name in move.bring_back:
        _set(by_name[name], StepState.WAITING, now=now, done_at=None, note="", attempts=0, not_before=None)
    if move.queue is not None:
        step = by_name[move.queue]
        decided = {} if step.approved_at is not None else {"needs_person": False}
        _set(step, StepState.QUEUED, now=now, not_before=None, **decided)
        send_after_commit(run_moved)
    _stand(run, move, by_name, now=now)


def _set(step: UpsellStep, state: StepState, *, now: datetime, **fields: Any) -> None:
    UpsellStep.objects.filter(pk=step.pk, state=step.state).update(state=state, updated_at=now, **fields)
    step.state = state


def _stand(run: UpsellRun, move: Move, by_name: dict[str, UpsellStep], *, now: datetime) -> None:
    if run.state == move.state:
        if move.state in ASKS:
            _ask(run, by_name, now=now)
        return
    ends = move.state in ENDED_RUN_STATES
    UpsellRun.objects.filter(pk=run.pk).update(
        state=move.state,
        ended_at=now if ends else None,
        end_reason=move.end_reason if ends else "",
        updated_at=now,
    )
    run.state, run.ended_at = move.state, now if ends else None
    close_questions(run, now=now, by=None)
    if ends:
        close_news(run, now=now, by=None)
        summary = f"{LABELS[move.state]}: {move.end_reason}"
        record("upsell.ended", summary, customer=run.customer_id, by=None, now=now, subject=run, state=move.state)
    elif move.state in ASKS:
        _ask(run, by_name, now=now)


def _ask(run: UpsellRun, by_name: dict[str, UpsellStep], *, now: datetime) -> None:
    """Put it before the account's owner, once per step and state that it waits in."""
    step = next((one for one in by_name.values() if one.state not in (StepState.SENT, StepState.SKIPPED)), None)
    if step is None:
        return
    add_todo(
        f"{ASKS[RunState(run.state)]}: {step.get_name_display().lower()}",
        customer=run.customer_id,
        now=now,
        by=None,
        owner=run.customer.owner,
        kind=TODO,
        detail=step.outcome or step.note or f"{metric_title(run.metric)}, {run.get_level_display().lower()}.",
        source_kind=SOURCE,
        source_id=run.pk,
        key=f"upsell:{run.pk}:{step.name}:{run.state}:{step.attempts}",
    )


def close_questions(run: UpsellRun, *, now: datetime, by: User | None) -> None:
    """Finish what was asked of a person about the run: it was decided, or is over."""
    for todo in Todo.objects.filter(source_kind=SOURCE, source_id=run.pk, kind=TODO, state=TodoState.OPEN):
        finish_todo(todo, now=now, by=by)


def close_news(run: UpsellRun, *, now: datetime, by: User | None) -> None:
    """Finish what told the owner that the run is under way."""
    for todo in Todo.objects.filter(source_kind=SOURCE, source_id=run.pk, kind=ALERT_TODO, state=TodoState.OPEN):
        finish_todo(todo, now=now, by=by)
