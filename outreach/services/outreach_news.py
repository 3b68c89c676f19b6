"""What Outreach.io tells through its webhooks: kept first, applied afterwards, in any order, once each (promise 10)."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db.models import F

from customers.queries.moments import Waiting, When
from customers.signals import send_after_commit
from outreach.enums import EnrollmentState
from outreach.models import Enrollment, OutreachNews, ProspectLink
from outreach.queries.enrollments import news_waiting
from outreach.rules.enrollment.news import News, find_moment, mailing_of, read_news
from outreach.services.enrollment_states import Change, apply_changes, end_there, weigh_news
from outreach.services.outreach_mails import take_in_mails
from outreach.services.prospects import hear_opt_out
from outreach.signals import outreach_news_kept

BATCH = 200
LEASE = timedelta(minutes=2)
RETRY_AFTER = timedelta(minutes=5)
MOST_ATTEMPTS = 6
KEPT_FOR = timedelta(days=30)

log = structlog.get_logger(__name__)


def keep_news(raw: bytes, news: News, *, now: datetime) -> None:
    """This will keep a call whose signature was checked, once, and ring for it."""
    row_id = uuid.UUID(bytes=hashlib.sha256(raw).digest()[:16])
    row = OutreachNews(id=row_id, event=news.event, body=raw, received_at=now, due_at=now)
    OutreachNews.objects.bulk_create([row], ignore_conflicts=True)
    send_after_commit(outreach_news_kept)


def sweep(now: datetime) -> int:
    """What the clock calls: news whose ring was lost, and calls that were kept long enough."""
    done = apply_due(now=now)
    _, old = waiting(now)
    return done + (old.order_by().delete()[0] if old.exists() else 0)


def waiting(when: When) -> Waiting:
    old = OutreachNews.objects.filter(received_at__lt=when - KEPT_FOR, due_at=None).order_by("received_at")
    return (*news_waiting(when), old)


def apply_due(*, now: datetime) -> int:
    """This will apply what waits; gives how many were applied."""
    (due,) = news_waiting(now)
    return sum(apply_one(pk, now=now) for pk in list(due.values_list("pk", flat=True)[:BATCH]))


def apply_one(news_id: uuid.UUID, *, now: datetime) -> bool:
    """This will apply one call, unless another worker has it; one that cannot be applied is tried again, then shown."""
    rows = OutreachNews.objects.filter(pk=news_id)
    if not rows.filter(due_at__lte=now).update(due_at=now + LEASE, attempts=F("attempts") + 1, updated_at=now):
        return False
    row = rows.get()
    try:
        apply(read_news(bytes(row.body)), now=now)
    except Exception as error:
        log.exception("outreach_news_not_applied", news=str(news_id))
        is_last = row.attempts >= MOST_ATTEMPTS
        again = None if is_last else now + RETRY_AFTER
        rows.filter(applied_at=None).update(due_at=again, problem=type(error).__name__, updated_at=now)
        return False
    rows.update(applied_at=now, due_at=None, problem="", updated_at=now)
    return True


def apply(news: News, *, now: datetime) -> None:
    """This will move forward what it is about. May be repeated: nothing happens twice."""
    if news.resource == "prospect":
        _apply_prospect(news, now=now)
    elif news.resource == "sequenceState":
        _apply_state(news, now=now)
    elif news.resource == "mailing":
        _apply_mailing(news, now=now)


def _apply_prospect(news: News, *, now: datetime) -> None:
    said = news.said
    if news.action == "destroyed":
        # Found anew when it is next needed.
        ProspectLink.objects.filter(prospect_id=news.number).update(synced_at=now - timedelta(days=365))
        return
    opted_out = said.get("optedOut", said.get("emailOptedOut"))
    if not isinstance(opted_out, bool):
        return
    links = list(ProspectLink.objects.filter(prospect_id=news.number).select_related("customer"))
    for link in links:
        if link.opted_out != opted_out:
            ProspectLink.objects.filter(pk=link.pk).update(opted_out=opted_out, updated_at=now)
            hear_opt_out(link.email, opted_out=opted_out, now=now, customer=link.customer)


def _apply_state(news: News, *, now: datetime) -> None:
    row = _find(state_id=news.number)
    if row is None:
        return
    if news.action == "destroyed":
        end_there(row, note="It was taken out at Outreach.io.", now=now)
        return
    said: dict[str, Any] = {"word": _text(news, "state"), "replied_at": find_moment(news.said, "repliedAt")}
    if "sequenceStep" in news.related:
        said["step_id"] = news.related["sequenceStep"]
    for name, count in (("opened", "openCount"), ("clicked", "clickCount")):
        value = news.said.get(count)
        said[name] = isinstance(value, int) and value > 0
    at = find_moment(news.said, "stateChangedAt") or news.delivered_at
    _take_in(row, said, at=at, now=now)


def _apply_mailing(news: News, *, now: datetime) -> None:
    take_in_mails([mailing_of(news)], now=now)


def _take_in(row: Enrollment, said: dict[str, Any], *, at: datetime, now: datetime) -> None:
    change: Change | None = weigh_news(row, said, at=at)
    if change is not None:
        apply_changes([change], now=now)


def _find(*, state_id: int) -> Enrollment | None:
    rows = Enrollment.objects.filter(state_id=state_id, state=EnrollmentState.ENROLLED)
    found: Enrollment | None = rows.select_related("customer", "stakeholder").first()
    return found


def _text(news: News, name: str) -> str:
    value = news.said.get(name)
    return value if isinstance(value, str) else ""
