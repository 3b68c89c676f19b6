"""Everything that leaves the house by being claimed, counted in one statement: for ops and for Prometheus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Count, Min, Q, Value

from customers.enums import ClaimState
from customers.models import WebhookDelivery
from customers.models.base import ClaimedRow
from emails.models import Draft, StaffMail
from outreach.models import CrmWrite, Enrollment, SlackQuestion, UpsellStep
from renewals.models import CrmStageMove

RECENT = timedelta(days=7)
ON_THE_WAY = (ClaimState.QUEUED, ClaimState.SENDING)
IN_DOUBT = (ClaimState.UNKNOWN, ClaimState.NEEDS_REVIEW)
QUEUES: tuple[tuple[str, type[ClaimedRow], str], ...] = (
    ("Letters", Draft, "admin:emails_draft_changelist"),
    ("Mails to staff", StaffMail, "admin:emails_staffmail_changelist"),
    ("Webhooks to others", WebhookDelivery, "admin:customers_webhookdelivery_changelist"),
    ("Questions at Slack", SlackQuestion, "admin:outreach_slackquestion_changelist"),
    ("Enrollments", Enrollment, "admin:outreach_enrollment_changelist"),
    ("Steps of an upsell", UpsellStep, "admin:outreach_upsellstep_changelist"),
    ("Opportunities in the CRM", CrmWrite, "admin:outreach_crmwrite_changelist"),
    ("Stages in the CRM", CrmStageMove, "admin:renewals_crmstagemove_changelist"),
)
"""Everything that leaves by being claimed: its name, its table, its list in the admin."""


@dataclass(frozen=True)
class Queue:
    """One way out of the house. code: its table. failed: given up within a week. oldest: since when the first waits."""

    code: str
    label: str
    url_name: str
    waiting: int
    in_doubt: int
    failed: int
    oldest: datetime | None


def list_queues(now: datetime) -> list[Queue]:
    """This will count what waits, what is in doubt and what was given up within a week, queue by queue."""
    found = _count_queues(now)
    return [_queue(label, model, url_name, found.get(label, {})) for label, model, url_name in QUEUES]


def _count_queues(now: datetime) -> dict[str, dict[str, Any]]:
    """All queues in one statement."""
    arms = [_arm(label, model, now) for label, model, _ in QUEUES]
    return {row["queue"]: row for row in arms[0].union(*arms[1:], all=True)}


def _arm(label: str, model: type[ClaimedRow], now: datetime) -> Any:
    is_waiting = Q(state__in=ON_THE_WAY)
    recently = Q(state=ClaimState.FAILED, updated_at__gte=now - RECENT)
    return (
        model.objects.filter(is_waiting | Q(state__in=IN_DOUBT) | recently)
        .order_by()
        .annotate(queue=Value(label, CharField()))
        .values("queue")
        .annotate(
            waiting=Count("pk", filter=is_waiting),
            in_doubt=Count("pk", filter=Q(state__in=IN_DOUBT)),
            failed=Count("pk", filter=recently),
            oldest=Min("updated_at", filter=is_waiting),
        )
    )


def _queue(label: str, model: type[ClaimedRow], url_name: str, row: Mapping[str, Any]) -> Queue:
    count = {name: row.get(name) or 0 for name in ("waiting", "in_doubt", "failed")}
    return Queue(model._meta.db_table, label, url_name, oldest=row.get("oldest"), **count)
