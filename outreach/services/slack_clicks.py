"""Clicks at Slack: kept first, applied after, by the very service that a page's button calls (promises 2, 10, 11)."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from customers.base import claim, lock_customer, release_expired, settle
from customers.clients.base import MaybeAccepted, NotAccepted
from customers.enums import ClaimState
from customers.models import User
from customers.queries.lookup import NotThere
from customers.queries.standstill import stands_still
from customers.queries.workspace import get_settings
from customers.services.budgets import within_budget
from customers.signals import send_after_commit
from emails.models import Draft
from emails.services.approvals import approve_letter, decline_letter
from emails.services.editing import NotEditable, StaleVersion, reload
from emails.services.sending import NotAllowed, Refused
from outreach.clients.choice import get_slack
from outreach.enums import AskStanding, ClickResult
from outreach.models import SlackClick, SlackQuestion
from outreach.queries.slack import clicks_waiting, hash_of, still_waits
from outreach.rules.slack_clicks import Clicked
from outreach.rules.slack_messages import Click, ClickValue, Whisper, read_value
from outreach.services.slack_questions import CHANGED, ask_again, say_outcome, show
from outreach.signals import slack_changed

LEASE = timedelta(minutes=2)
RETRY_AFTER = timedelta(minutes=5)
MOST_LOOKS = 6
BATCH = 50
UNDO_S = 1
"""The approval is written alone; the outbox hands the mail over as it does for a page's button with its undo."""

MAY_STAND_THERE = (ClaimState.SENDING, ClaimState.UNKNOWN, ClaimState.NEEDS_REVIEW)
NOT_YOURS = "There is no such approval, or it is not yours."
NOBODY = "Your Slack account belongs to nobody here: ops enter the member id {user} under Settings, People."

log = structlog.get_logger(__name__)


class _Changed(Exception):
    """Raised to take an approval back that would have been of another text than was shown."""


@dataclass(frozen=True)
class _Done:
    """What a click did. answer: for the person alone, "" where the message itself says it."""

    result: ClickResult
    answer: str = ""
    by: User | None = None
    question: SlackQuestion | None = None


def keep_click(clicked: Clicked, raw: bytes, *, now: datetime) -> None:
    """This will keep a click whose signature was checked, once, and ring for it."""
    row = SlackClick(
        id=uuid.UUID(bytes=hashlib.sha256(raw).digest()[:16]),
        action=clicked.action,
        value=clicked.value,
        slack_user=clicked.slack_user,
        channel=clicked.channel,
        ts=clicked.ts,
        received_at=now,
        due_at=now,
    )
    SlackClick.objects.bulk_create([row], ignore_conflicts=True)
    send_after_commit(slack_changed)


def sweep(now: datetime) -> int:
    """What the clock calls: clicks whose ring was lost or whose worker died, and answers that are due."""
    lost = release_expired(SlackClick, now=now)
    return lost + apply_due(now=now) + (0 if stands_still() else tell_due(now=now))


def apply_due(*, now: datetime) -> int:
    """This will apply every click that waits; gives how many were."""
    due, *_ = clicks_waiting(now)
    return sum(apply_click(pk, now=now) for pk in list(due.values_list("pk", flat=True)[:BATCH]))


def apply_click(click_id: uuid.UUID, *, now: datetime) -> bool:
    """This will apply one click, unless another worker has it. What fails is tried again, then shown to ops."""
    taken = SlackClick.objects.filter(pk=click_id, due_at__lte=now).update(
        due_at=now + LEASE, looks=F("looks") + 1, updated_at=now
    )
    if not taken:
        return False
    click = SlackClick.objects.get(pk=click_id)
    try:
        _apply(click, now=now)
    except Exception as error:
        log.exception("slack_click_not_applied", click=str(click_id))
        is_last = click.looks >= MOST_LOOKS
        SlackClick.objects.filter(pk=click_id, applied_at=None).update(
            due_at=None if is_last else now + RETRY_AFTER, problem=type(error).__name__, updated_at=now
        )
        return False
    return True


def tell_due(*, now: datetime) -> int:
    """This will give the answers that are due, each to the person who clicked; gives how many were tried."""
    _, new, later, _ = clicks_waiting(now)
    ids = [pk for rows in (new, later) for pk in rows.values_list("pk", flat=True)[:BATCH]]
    return sum(_tell(pk, now=at) for pk, at in within_budget(ids, now=now))


def _apply(click: SlackClick, *, now: datetime) -> None:
    """Decide and write down what was decided in one transaction, so that no click works twice."""
    value = read_value(click.value)
    question = SlackQuestion.objects.filter(draft=value.draft_id).first() if value else None
    with transaction.atomic():
        if question is not None:
            lock_customer(question.customer_id)
        if not SlackClick.objects.select_for_update().filter(pk=click.pk, applied_at=None).exists():
            return
        if value is None or question is None or not _is_of(question, click, now=now):
            done = _Done(ClickResult.NOT_OURS)
        else:
            done = _decide(click, value, question.pk, now=now)
        SlackClick.objects.filter(pk=click.pk).update(
            result=done.result,
            answer=done.answer[:500],
            by=done.by,
            question=done.question,
            customer=done.question.customer_id if done.question else None,
            state=ClaimState.QUEUED if done.answer else ClaimState.CANCELLED,
            applied_at=now,
            due_at=None,
            problem="",
            updated_at=now,
        )
        send_after_commit(slack_changed)


def _is_of(question: SlackQuestion, click: SlackClick, *, now: datetime) -> bool:
    """Whether the click was in the question's message. Of a post that nobody saw taken it tells where it stands."""
    if question.ts:
        return (question.channel, question.ts) == (click.channel, click.ts)
    adopted = SlackQuestion.objects.filter(pk=question.pk, ts="", state__in=MAY_STAND_THERE).update(
        state=ClaimState.SENT,
        channel=click.channel,
        ts=click.ts,
        posted_at=now,
        claim_token=None,
        leased_until=None,
        outcome="",
        updated_at=now,
    )
    return bool(adopted)


def _decide(click: SlackClick, value: ClickValue, question_id: uuid.UUID, *, now: datetime) -> _Done:
    question = SlackQuestion.objects.select_for_update().get(pk=question_id)
    by = User.objects.filter(slack_id=click.slack_user, is_active=True).first()
    if by is None:
        return _Done(ClickResult.UNKNOWN_USER, NOBODY.format(user=click.slack_user), question=question)
    draft = Draft.objects.with_people().visible_to(by).filter(pk=question.draft_id).first()
    if draft is None:
        return _Done(ClickResult.REFUSED, NOT_YOURS, by, question)
    if not still_waits(draft):
        return _decided_before(click, question, draft, by, now=now)
    shown = (question.version, question.content_hash[: len(value.digest)])
    if (value.version, value.digest) != shown or question.content_hash != hash_of(draft) or not value.digest:
        return _refuse_changed(question, draft, by, now=now)
    try:
        with transaction.atomic():
            _carry_out(Click(click.action), question, draft, now=now, by=by)
    except (_Changed, StaleVersion):
        return _refuse_changed(question, reload(draft), by, now=now)
    except (NotThere, NotAllowed, NotEditable) as error:
        return _Done(ClickResult.REFUSED, str(error), by, question)
    except Refused as refused:
        return _Done(ClickResult.REFUSED, f"Not approved: {refused.reason}", by, question)
    except ValidationError as error:
        return _Done(ClickResult.REFUSED, " ".join(error.messages), by, question)
    return _Done(ClickResult.APPROVED if click.action == Click.APPROVE else ClickResult.DECLINED, "", by, question)


def _carry_out(action: Click, question: SlackQuestion, draft: Draft, *, now: datetime, by: User) -> None:
    """Do what the page's button does; a yes holds for what was shown or for nothing."""
    if action is Click.APPROVE:
        undo_s = max(get_settings().undo_seconds, UNDO_S)
        approve_letter(draft.pk, version=question.version, undo_seconds=undo_s, now=now, by=by)
        if reload(draft).approval_hash != question.content_hash:
            raise _Changed
    else:
        decline_letter(draft.pk, version=question.version, reason="In Slack", now=now, by=by)
    SlackQuestion.objects.filter(pk=question.pk).update(decision=action, decided_at=now, decided_by=by, updated_at=now)
    question.decision, question.decided_by = action, by
    show(question, standing=AskStanding.DECIDED, words=say_outcome(reload(draft), question), now=now)


def _decided_before(click: SlackClick, question: SlackQuestion, draft: Draft, by: User, *, now: datetime) -> _Done:
    words = say_outcome(draft, question)
    if question.words != words:
        show(question, standing=AskStanding.DECIDED, words=words, now=now)
    is_own_second = question.decision == click.action and question.decided_by_id == by.pk
    return _Done(ClickResult.REPEATED, "" if is_own_second else f"Nothing was done: it was {words}.", by, question)


def _refuse_changed(question: SlackQuestion, draft: Draft, by: User, *, now: datetime) -> _Done:
    ask_again(question, draft, words=CHANGED, now=now)
    answer = "Nothing was decided: the text was changed since. The message shows it as it is now."
    return _Done(ClickResult.CHANGED, answer, by, question)


def _tell(click_id: uuid.UUID, *, now: datetime) -> bool:
    """Claim, call, settle. What nobody saw taken is not said again: the message itself tells the outcome."""
    with transaction.atomic():
        click = SlackClick.objects.filter(pk=click_id).first()
        token = claim(click, now=now) if click is not None else None
    if click is None or token is None:
        return False
    whisper = Whisper(click.customer_id, click.channel, click.slack_user, click.answer)
    try:
        get_slack().tell(whisper, now=now)
    except NotAccepted as refusal:
        again = refusal.can_retry and click.attempts + 1 < MOST_LOOKS
        wait = timedelta(seconds=refusal.retry_after_s) if refusal.retry_after_s else RETRY_AFTER
        state, due = (ClaimState.QUEUED, now + wait) if again else (ClaimState.FAILED, None)
        settle(click, token=token, state=state, now=now, outcome=refusal.reason[:500], not_before=due)
    except MaybeAccepted as doubt:
        settle(click, token=token, state=ClaimState.UNKNOWN, now=now, outcome=doubt.reason[:500])
    else:
        settle(click, token=token, state=ClaimState.SENT, now=now, outcome="")
    return True
