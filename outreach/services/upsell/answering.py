"""The reply and the end of the wait: one winner, by a conditional UPDATE on the run; a late reply is never lost."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from django.db import transaction

from customers.models import User
from customers.queries.calendars import local_date
from customers.rules.metrics import metric_name
from customers.services.activity import record
from customers.services.todos import add_todo
from customers.signals import send_after_commit
from emails.enums import ClassifiedBy
from emails.models import Reply
from journeys.rules.automations import Decision, Do, Due, Skip
from journeys.services.scheduling import cancel_of_subject
from outreach.enums import (
    ENDED_RUN_STATES,
    UPSELL_TIMEOUT,
    OpportunityStage,
    RunState,
    StepState,
    UpsellReply,
    UpsellStepName,
)
from outreach.models import Opportunity, UpsellIntroduction, UpsellRun, UpsellStep
from outreach.queries.opportunities import find_open_opportunity
from outreach.queries.upsell_runs import find_opportunity, find_run_of_thread, was_answered_by_hand
from outreach.rules.upsell.answers import read_answer
from outreach.rules.upsell.running import ENDS, is_late_reply
from outreach.services.opportunities import advance as advance_opportunity
from outreach.services.upsell.mails import note_mail_left
from outreach.services.upsell.moving import SOURCE, advance, lock_run
from outreach.services.upsell.steps.opportunity import DECLINED
from outreach.signals import opportunity_logged

ANSWERS = (UpsellReply.YES, UpsellReply.NO, UpsellReply.MAYBE)
MAYBE_TODO = "upsell_maybe"
CHANGED_TODO = "upsell_changed_mind"
BY_MAIL = "by mail"
TOO_EARLY = "Nothing was sent yet that could be answered."


class NothingToAnswer(Exception):
    """Raised for a reply to a run whose mail has not left."""


def take_reply(run_id: uuid.UUID, reply: UpsellReply, *, now: datetime, by: User | None, how: str = "") -> UpsellRun:
    """Take what they answered: it ends the wait, or comes late and has the run go on. The same again changes nothing.

    how: by what way it came, for the record. Raises NothingToAnswer.
    """
    with transaction.atomic():
        run = lock_run(run_id)
        mail = run.steps.get(name=UpsellStepName.SEND_EMAIL_DRAFT)
        if mail.state not in (StepState.SENT, StepState.SKIPPED):
            raise NothingToAnswer(TOO_EARLY)
        if is_late_reply(run.reply, reply):
            _take(run, reply, now=now, by=by, how=how)
    run.refresh_from_db()
    return run


def note_reply(reply_id: uuid.UUID, *, now: datetime) -> None:
    """Take a reply that came by mail, where it belongs to a run's introduction and answers something.

    Only the latest that a known person wrote counts, so that hearing an old one again moves nothing; what a colleague
    has put down since stands.
    """
    reply = Reply.objects.select_related("draft").filter(pk=reply_id).first()
    if reply is None or reply.draft is None:
        return
    run = find_run_of_thread(reply.draft)
    if run is None:
        return
    thread = Reply.objects.moving().filter(
        draft__origin_kind=reply.draft.origin_kind, draft__origin_id=reply.draft.origin_id, customer=run.customer_id
    )
    for one in thread.order_by("-received_at"):
        answer = read_answer(one.classification, one.text, by_model=one.classified_by == ClassifiedBy.CLAUDE)
        if answer is None:
            continue
        if run.replied_at is None or one.received_at >= run.replied_at or not was_answered_by_hand(run):
            _take_by_mail(run, answer, now=now)
        return


def note_word(introduction_id: uuid.UUID, reply: UpsellReply, *, by_id: uuid.UUID, now: datetime) -> None:
    """Take an answer that a colleague has put down at the introduction of a run."""
    run = UpsellRun.objects.filter(introductions=introduction_id).first()
    if run is None:
        return
    with suppress(NothingToAnswer):
        take_reply(run.pk, reply, now=now, by=User.objects.filter(pk=by_id).first(), how="by word of a colleague")


def end_waits(run_ids: Sequence[uuid.UUID], now: datetime) -> None:
    """Log that no reply came in time, where none has; the follow-ups after 3 and 7 days are rows of their own."""
    for run_id in run_ids:
        with transaction.atomic():
            run = lock_run(run_id)
            if run.state not in ENDED_RUN_STATES:
                _time_out(run, now=now)


def load_waits(dues: Sequence[Due]) -> Mapping[uuid.UUID, UpsellRun]:
    runs = UpsellRun.objects.in_bulk([due.subject_id for due in dues])
    return {due.id: runs[due.subject_id] for due in dues if due.subject_id in runs}


def decide_wait(run: UpsellRun, now: datetime) -> Decision:
    """Pure: whether the wait is over without a reply."""
    if run.reply:
        return Skip(f"They answered: {run.get_reply_display().lower()}.")
    if run.state in ENDED_RUN_STATES:
        return Skip("The run is over.")
    return Do("No reply came in time", effects=(run.pk,))


def _take_by_mail(run: UpsellRun, answer: UpsellReply, *, now: datetime) -> None:
    try:
        take_reply(run.pk, answer, now=now, by=None, how=BY_MAIL)
    except NothingToAnswer:
        # They answered a mail whose news has not come through yet.
        if note_mail_left(run.pk, now=now):
            take_reply(run.pk, answer, now=now, by=None, how=BY_MAIL)


def _take(run: UpsellRun, reply: UpsellReply, *, now: datetime, by: User | None, how: str) -> None:
    old, was_over = run.reply, run.is_ended
    moved = UpsellRun.objects.filter(pk=run.pk, reply=old).update(reply=reply, replied_at=now, updated_at=now)
    if not moved:
        return
    run.reply, run.replied_at = reply, now
    late = "late, " if old == UpsellReply.TIMEOUT else "now " if old else ""
    way = f", {how}" if how else ""
    record(
        "upsell.replied",
        f"Upsell run, {late}they answered {reply.label.lower()}{way}",
        customer=run.customer_id,
        by=by,
        now=now,
        subject=run,
        reply=reply.value,
        was=old,
    )
    _end_wait(run, {"reply": reply.value} if not old else {"laterReply": reply.value}, now=now)
    cancel_of_subject(subject_kind=SOURCE, subject_id=run.pk, kinds=[UPSELL_TIMEOUT], reason="They answered.", now=now)
    if run.state == RunState.CANCELLED:
        return
    if reply == UpsellReply.MAYBE:
        _ask_to_follow_up(run, now=now)
    if old and reply != UpsellReply.YES:
        _warn_of_meeting(run, reply, now=now)
    if how != BY_MAIL:
        _tell_introduction(run, reply, now=now)
    _show(run, reply, now=now)
    advance(run, now=now)
    if was_over and run.is_ended:
        UpsellRun.objects.filter(pk=run.pk).update(end_reason=ENDS[reply], updated_at=now)


def _time_out(run: UpsellRun, *, now: datetime) -> None:
    won = UpsellRun.objects.filter(pk=run.pk, reply="").update(
        reply=UpsellReply.TIMEOUT, replied_at=now, updated_at=now
    )
    if not won:
        return
    run.reply, run.replied_at = UpsellReply.TIMEOUT, now
    record(
        "upsell.timed_out",
        "Upsell run, no reply came in time; the follow-ups after 3 and 7 days go on",
        customer=run.customer_id,
        by=None,
        now=now,
        subject=run,
    )
    _end_wait(run, {"reply": UpsellReply.TIMEOUT.value}, now=now)
    advance(run, now=now)


def _end_wait(run: UpsellRun, told: dict[str, str], *, now: datetime) -> None:
    """Settle the step that waits, or add to what it says where it is settled."""
    step = UpsellStep.objects.get(run=run, name=UpsellStepName.WAIT_FOR_REPLY)
    rows = UpsellStep.objects.filter(pk=step.pk)
    if step.state == StepState.WAITING and step.output:
        rows.update(state=StepState.SENT, done_at=now, output={**step.output, **told}, updated_at=now)
    elif step.state == StepState.SENT:
        rows.update(output={**step.output, **told}, updated_at=now)


def _ask_to_follow_up(run: UpsellRun, *, now: datetime) -> None:
    add_todo(
        "They are not sure about the expansion: call them",
        customer=run.customer_id,
        now=now,
        by=None,
        owner=run.customer.owner,
        kind=MAYBE_TODO,
        detail=f"They answered “maybe” to the introduction of the run on {metric_name(run.metric)}.",
        due_date=local_date(now, run.customer.timezone),
        source_kind=SOURCE,
        source_id=run.pk,
        key=f"upsell-maybe:{run.pk}",
    )


def _warn_of_meeting(run: UpsellRun, reply: UpsellReply, *, now: datetime) -> None:
    """They changed their mind after a meeting was made: a person looks, nothing is called off by itself."""
    step = UpsellStep.objects.get(run=run, name=UpsellStepName.CREATE_ZOOM_MEETING)
    if step.state != StepState.SENT:
        return
    add_todo(
        f"They now say {reply.label.lower()}, but a meeting is planned: call it off?",
        customer=run.customer_id,
        now=now,
        by=None,
        owner=run.customer.owner,
        kind=CHANGED_TODO,
        source_kind=SOURCE,
        source_id=run.pk,
        key=f"upsell-changed:{run.pk}:{reply.value}",
    )


def _tell_introduction(run: UpsellRun, reply: UpsellReply, *, now: datetime) -> None:
    """What was heard by another way counts for the introduction as well; of a mail it has heard itself."""
    sent = UpsellIntroduction.objects.filter(run=run, sent_at__isnull=False)
    sent.exclude(response=reply).update(response=reply, responded_at=now, updated_at=now)


def _show(run: UpsellRun, reply: UpsellReply, *, now: datetime) -> None:
    """Bring the opportunity, where it was logged before, in line with a later answer; the CRM hears of it."""
    opportunity = find_opportunity(run)
    if opportunity is None:
        return
    Opportunity.objects.filter(pk=opportunity.pk).update(intro_response=reply, updated_at=now)
    if reply == UpsellReply.YES:
        _reopen(opportunity, now=now)
        advance_opportunity(opportunity, OpportunityStage.IN_TALKS, now=now)
    send_after_commit(opportunity_logged, customer_id=run.customer_id, opportunity_id=opportunity.pk)


def _reopen(opportunity: Opportunity, *, now: datetime) -> None:
    """What a no had closed, a later yes opens again, unless the account has another open one."""
    if find_open_opportunity(opportunity.customer) is None:
        reopened = Opportunity.objects.filter(
            pk=opportunity.pk, stage=OpportunityStage.LOST, end_reason=DECLINED
        ).update(stage=OpportunityStage.INTRODUCED, closed_at=None, end_reason="", updated_at=now)
        if reopened:
            opportunity.stage = OpportunityStage.INTRODUCED
