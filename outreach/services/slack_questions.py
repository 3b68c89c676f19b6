"""The question at Slack whether a mail may go: posted once, changed where it stands (promises 3 and 9).

What is shown and what a click's yes is bound to are written down in the transaction that claims the row.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, UUIDField, Value, When
from django.utils.formats import date_format

from customers.base import claim, lock_customer, settle
from customers.clients.base import MaybeAccepted, NotAccepted
from customers.enums import ClaimState
from customers.models import User
from customers.models.prepared import Slot, prepared
from customers.queries.standstill import stands_still
from customers.services.activity import record
from customers.services.budgets import within_budget
from customers.signals import send_after_commit
from emails.enums import SENT_STATES, DraftState
from emails.models import Draft
from outreach.clients.choice import get_slack, why_slack_off
from outreach.enums import AskStanding
from outreach.models import SlackQuestion
from outreach.queries.slack import PROBLEMS, build_ask, hash_of, list_to_ask, questions_waiting, still_waits
from outreach.rules.slack_messages import Posted, SlackMessage, write_approval, write_decided
from outreach.signals import slack_changed

BATCH = 50
MOST_ATTEMPTS = 6
RETRY_AFTER = timedelta(minutes=5)
CHANGED = "The text was changed since it was asked about; this is how it reads now."
LONGEST_WORDS = 300


@dataclass(frozen=True)
class _Claimed:
    question: SlackQuestion
    token: UUID
    message: SlackMessage
    revision: int


def sweep(now: datetime) -> int:
    """What the clock calls: mails to ask about, questions to post or change, and what a dead worker left."""
    if stands_still():
        return 0
    return _release(now=now) + ask_waiting(now=now) + deliver_due(now=now)


def ask_waiting(*, now: datetime) -> int:
    """This will write down a question for each mail of expansion that waits for a yes; gives how many."""
    new, outdated = list_to_ask(now)
    drafts = list(new.select_related("stakeholder", "sender").prefetch_related("attachments")[:BATCH])
    SlackQuestion.objects.bulk_create([_new(draft) for draft in drafts], ignore_conflicts=True)
    anew = list(outdated.values_list("pk", flat=True)[:BATCH])
    return len(drafts) + sum(_ask_anew(pk, now=now) for pk in anew)


def follow_draft(draft_id: UUID, *, now: datetime) -> bool:
    """This will have the question show what became of its mail, wherever that was decided."""
    if not _asked().ask(draft=draft_id):
        return False
    with transaction.atomic():
        draft = Draft.objects.select_related("approved_by").filter(pk=draft_id).first()
        question = SlackQuestion.objects.select_for_update().filter(draft=draft_id).first()
        if draft is None or question is None or still_waits(draft):
            return False
        words = say_outcome(draft, question)
        if question.standing == AskStanding.DECIDED and question.words == words:
            return False
        show(question, standing=AskStanding.DECIDED, words=words, now=now)
    return True


@prepared
def _asked() -> Any:
    """Whether there is a question; looked up for every letter that is approved or leaves."""
    return SlackQuestion.objects.filter(draft=Slot("draft", UUIDField())).order_by().values_list("pk")


def forget_letters(draft_ids: Collection[UUID], *, now: datetime) -> int:
    """This will have the messages of erased letters written anew, without what was erased; gives how many."""
    with transaction.atomic():
        rows = (
            SlackQuestion.objects.select_for_update(of=("self",))
            .select_related("draft__approved_by")
            .filter(draft__in=draft_ids)
        )
        for question in rows:
            show(question, standing=AskStanding.DECIDED, words=say_outcome(question.draft, question), now=now)
    return len(rows)


def post_again(question_id: UUID, *, now: datetime, by: User) -> bool:
    """This will post a question that Slack refused, or of which nobody knows; False where it stands there or is due.

    A person decides it, who can see in the channel whether it is there.
    """
    with transaction.atomic():
        row = SlackQuestion.objects.select_for_update().filter(pk=question_id, state__in=PROBLEMS, ts="").first()
        if row is None:
            return False
        SlackQuestion.objects.filter(pk=row.pk).update(
            state=ClaimState.QUEUED, attempts=0, not_before=None, outcome="", updated_at=now
        )
        words = "The question at Slack is posted again"
        record("slack.posted_again", words, customer=row.customer_id, by=by, now=now, subject=row)
        send_after_commit(slack_changed)
    return True


def show(question: SlackQuestion, *, standing: AskStanding, words: str, now: datetime) -> None:
    """This will note what the message is to show from now on, and ring. A question that was never posted is dropped
    once there is nothing to ask. Must be called inside a transaction."""
    rows = SlackQuestion.objects.filter(pk=question.pk)
    rows.update(
        standing=standing,
        words=words[:LONGEST_WORDS],
        revision=F("revision") + 1,
        is_behind=True,
        not_before=None,
        attempts=0,
        updated_at=now,
    )
    if standing == AskStanding.DECIDED:
        rows.filter(state=ClaimState.QUEUED, ts="").update(
            state=ClaimState.CANCELLED, outcome="It was decided before it was asked at Slack.", updated_at=now
        )
    send_after_commit(slack_changed)


def say_outcome(draft: Draft, question: SlackQuestion) -> str:
    """This will say what became of a mail that waits no more: "approved by Dana Whitfield and sent"."""
    if draft.state == DraftState.CANCELLED:
        by = question.decided_by.display_name if question.decided_by else ""
        return f"declined by {by}" if by else "taken away; it will not be sent"
    who = draft.approved_by.display_name if draft.approved_by else "a rule" if draft.approval_rule else "somebody"
    if draft.state in SENT_STATES:
        return f"approved by {who} and sent"
    if draft.state == DraftState.SCHEDULED and draft.scheduled_send_date:
        return f"approved by {who}; it leaves on {date_format(draft.scheduled_send_date, 'j M Y')}"
    if draft.approved_at is None:
        return "taken up by somebody"
    return f"approved by {who}"


def deliver_due(*, now: datetime) -> int:
    """This will post and change what is due; gives how many were tried."""
    _, _, *due, _ = questions_waiting(now)
    ids = [pk for rows in due for pk in rows.values_list("pk", flat=True)[:BATCH]]
    return sum(deliver(pk, now=at) for pk, at in within_budget(ids, now=now))


def deliver(question_id: UUID, *, now: datetime) -> bool:
    """This will post one question, or change it where it stands; False when another worker has it."""
    claimed = _claim(question_id, now=now)
    if claimed is None:
        return False
    question, slack = claimed.question, get_slack()
    try:
        if question.ts:
            posted = slack.update(Posted(question.channel, question.ts), claimed.message, now=now)
        else:
            posted = slack.post(claimed.message, now=now)
    except NotAccepted as refusal:
        _put_off(claimed, refusal.reason, can_retry=refusal.can_retry, after_s=refusal.retry_after_s, now=now)
    except MaybeAccepted as doubt:
        if question.ts:
            _put_off(claimed, doubt.reason, can_retry=doubt.can_retry, after_s=None, now=now)
        else:
            settle(question, token=claimed.token, state=ClaimState.UNKNOWN, now=now, outcome=doubt.reason[:500])
    except Exception as error:
        lost = ClaimState.SENT if question.ts else ClaimState.UNKNOWN
        settle(question, token=claimed.token, state=lost, now=now, outcome=f"{type(error).__name__} during the call")
        raise
    else:
        settle(
            question,
            token=claimed.token,
            state=ClaimState.SENT,
            now=now,
            channel=posted.channel,
            # Slack knows a changed message by the id that it was posted under.
            ts=question.ts or posted.ts,
            posted_at=question.posted_at or now,
            is_behind=Case(When(revision=claimed.revision, then=Value(False)), default=Value(True)),
            outcome="",
            note=why_slack_off()[:300],
            attempts=0,
            not_before=None,
        )
    return True


def _claim(question_id: UUID, *, now: datetime) -> _Claimed | None:
    """Take the question for one call, and write down what it is about to show."""
    with transaction.atomic():
        found = SlackQuestion.objects.filter(pk=question_id).first()
        if found is None:
            return None
        lock_customer(found.customer_id)
        queued = ClaimState.SENT if found.ts else ClaimState.QUEUED
        token = claim(found, now=now, queued=queued)
        if token is None:
            return None
        question = SlackQuestion.objects.select_related("decided_by").get(pk=question_id)
        draft = Draft.objects.with_people().get(pk=question.draft_id)
        if question.standing == AskStanding.ASKS and not still_waits(draft):
            question.standing, question.words = AskStanding.DECIDED, say_outcome(draft, question)[:LONGEST_WORDS]
            if not question.ts:
                settle(question, token=token, state=ClaimState.CANCELLED, now=now, standing=question.standing,
                       words=question.words, outcome="It was decided before it was asked at Slack.")  # fmt: skip
                return None
        if question.standing == AskStanding.ASKS:
            question.version, question.content_hash = draft.version, hash_of(draft)
        SlackQuestion.objects.filter(pk=question.pk).update(
            standing=question.standing,
            words=question.words,
            version=question.version,
            content_hash=question.content_hash,
        )
        return _Claimed(question, token, _write(question, draft), question.revision)


def _write(question: SlackQuestion, draft: Draft) -> SlackMessage:
    # The stand-in's buttons are pressed on its own page, which signs with a key of its own.
    hears = bool(why_slack_off() or settings.SLACK_SIGNING_SECRET.strip())
    ask = build_ask(question, draft, hears_clicks=hears)
    return write_approval(ask) if question.standing == AskStanding.ASKS else write_decided(ask, outcome=question.words)


def _put_off(claimed: _Claimed, reason: str, *, can_retry: bool, after_s: int | None, now: datetime) -> None:
    """Try again later, where that helps; a change that Slack refuses for good leaves the message as it is."""
    question = claimed.question
    stands = bool(question.ts)
    again = can_retry and question.attempts < MOST_ATTEMPTS
    wait = timedelta(seconds=after_s) if after_s else RETRY_AFTER
    waits_in = ClaimState.SENT if stands else ClaimState.QUEUED
    settle(
        question,
        token=claimed.token,
        state=waits_in if again or stands else ClaimState.FAILED,
        now=now,
        outcome=reason[:500],
        not_before=now + wait if again else None,
        is_behind=stands and again,
    )


def _new(draft: Draft) -> SlackQuestion:
    return SlackQuestion(
        customer_id=draft.customer_id,
        draft=draft,
        version=draft.version,
        content_hash=hash_of(draft),
        state=ClaimState.QUEUED,
    )


def _ask_anew(draft_id: UUID, *, now: datetime) -> bool:
    with transaction.atomic():
        draft = Draft.objects.with_people().filter(pk=draft_id).first()
        question = SlackQuestion.objects.select_for_update().filter(draft=draft_id).first()
        if draft is None or question is None or not still_waits(draft):
            return False
        ask_again(question, draft, words=CHANGED if question.version != draft.version else "", now=now)
    return True


def ask_again(question: SlackQuestion, draft: Draft, *, words: str, now: datetime) -> None:
    """This will ask about the text as it is now, whatever was asked or decided before. Inside a transaction."""
    rows = SlackQuestion.objects.filter(pk=question.pk)
    rows.update(
        version=draft.version,
        content_hash=hash_of(draft),
        decision="",
        decided_at=None,
        decided_by=None,
        updated_at=now,
    )
    show(question, standing=AskStanding.ASKS, words=words, now=now)
    # What was dropped before it was posted is posted now; what may stand there already is not posted again.
    rows.filter(state=ClaimState.CANCELLED, ts="").update(state=ClaimState.QUEUED, outcome="", updated_at=now)


def _release(*, now: datetime) -> int:
    """A change may be made again; whether a post was taken nobody can say."""
    lost = Q(state=ClaimState.SENDING, leased_until__lt=now)
    free = {"claim_token": None, "leased_until": None, "updated_at": now}
    outcome = "The worker stopped during the call; it may have been posted."
    changes = SlackQuestion.objects.filter(lost).exclude(ts="").update(state=ClaimState.SENT, **free)
    posts = SlackQuestion.objects.filter(lost, ts="").update(state=ClaimState.UNKNOWN, outcome=outcome, **free)
    return changes + posts
