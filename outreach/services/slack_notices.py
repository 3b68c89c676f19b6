"""Notices at Slack: each posted once to the person who wants them there, as a message to them alone (promise 3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from customers.base import claim, release_expired, settle
from customers.clients.base import MaybeAccepted, NotAccepted
from customers.enums import ClaimState
from customers.models import Notice
from customers.queries.standstill import stands_still
from customers.rules.notices import SLACK_UNTIL
from customers.services.budgets import within_budget
from outreach.clients.choice import get_slack
from outreach.queries.slack_notices import notices_waiting
from outreach.rules.slack_messages import SlackMessage, write_notice

BATCH = 50
MOST_ATTEMPTS = 6
RETRY_AFTER = timedelta(minutes=5)


def sweep(now: datetime) -> int:
    """What the clock calls: notices that wait for Slack, and what a dead worker left; gives how many were looked at."""
    if stands_still():
        return 0
    due, lost = notices_waiting(now)
    released = release_expired(Notice, now=now) if lost.exists() else 0
    ids = list(due.values_list("pk", flat=True)[:BATCH])
    return released + sum(deliver(pk, now=at) for pk, at in within_budget(ids, now=now))


def deliver(notice_id: UUID, *, now: datetime) -> bool:
    """This will post one notice; False where another worker has it or it is not its turn."""
    with transaction.atomic():
        notice = Notice.objects.select_related("user", "customer").filter(pk=notice_id).first()
        token = claim(notice, now=now) if notice is not None else None
    if notice is None or token is None:
        return False
    notice.refresh_from_db(fields=["attempts", "read_at"])
    if why_not := _why_not(notice, now=now):
        settle(notice, token=token, state=ClaimState.CANCELLED, now=now, outcome=why_not)
        return True
    try:
        get_slack().post(_write(notice), to=notice.user.slack_id, now=now)
    except NotAccepted as refusal:
        _put_off(notice, token, refusal, now=now)
    except MaybeAccepted as doubt:
        settle(notice, token=token, state=ClaimState.UNKNOWN, now=now, outcome=doubt.reason[:500])
    except Exception as error:
        outcome = f"{type(error).__name__} during the call"
        settle(notice, token=token, state=ClaimState.UNKNOWN, now=now, outcome=outcome)
        raise
    else:
        settle(notice, token=token, state=ClaimState.SENT, now=now, told_at=now, outcome="", not_before=None)
    return True


def _why_not(notice: Notice, *, now: datetime) -> str:
    """Say why it is not posted any more; "" where it is."""
    if notice.is_read:
        return "It was read before."
    if not (notice.user.is_active and notice.user.slack_id):
        return "The colleague has no access or no member id any more."
    if now - notice.happened_at > SLACK_UNTIL:
        return "It came too late to be told."
    if not Notice.objects.visible_to(notice.user).filter(pk=notice.pk).exists():
        return "The colleague may not see the account any more."
    return ""


def _write(notice: Notice) -> SlackMessage:
    return write_notice(notice.customer_id, notice.title, url=f"{settings.PUBLIC_URL}/notices")


def _put_off(notice: Notice, token: UUID, refusal: NotAccepted, *, now: datetime) -> None:
    again = refusal.can_retry and notice.attempts < MOST_ATTEMPTS
    wait = timedelta(seconds=refusal.retry_after_s) if refusal.retry_after_s else RETRY_AFTER
    settle(
        notice,
        token=token,
        state=ClaimState.QUEUED if again else ClaimState.FAILED,
        now=now,
        outcome=refusal.reason[:500],
        not_before=now + wait if again else None,
    )
