"""What waits for Slack: mails to ask about, questions to post or to change, clicks to apply and to answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from customers.enums import ClaimState
from customers.models import User
from customers.models.workspace import ONLY_ID
from customers.queries.moments import Waiting, When
from emails.enums import DraftState, Lane
from emails.models import Draft
from emails.queries.approvals import WAITS
from outreach.enums import AskStanding
from outreach.models import OutreachSettings, SlackClick, SlackQuestion
from outreach.rules.slack_messages import ApprovalAsk

PROBLEMS = (ClaimState.FAILED, ClaimState.UNKNOWN, ClaimState.NEEDS_REVIEW)
MOST_PROBLEMS = 20
QUIET = timedelta(minutes=1)
"""A mail that is being edited is asked about anew once nobody has changed it for so long."""


def list_to_ask(now: When) -> Waiting:
    """Give the mails of expansion that wait for a yes: never asked about, and asked about as they were before."""
    off = OutreachSettings.objects.filter(pk=ONLY_ID, slack_approvals=False)
    waiting = (
        Draft.objects.filter(WAITS, lane=Lane.UPSELL, state__in=[DraftState.DRAFT, DraftState.BLOCKED])
        .filter(~Exists(off))
        .exclude(subject="")
        .exclude(body="")
        .order_by("updated_at")
    )
    asked = SlackQuestion.objects.filter(draft=OuterRef("pk"))
    outdated = asked.filter(Q(standing=AskStanding.DECIDED) | ~Q(version=OuterRef("version")))
    return waiting.filter(~Exists(asked)), waiting.filter(Exists(outdated), updated_at__lte=now - QUIET)


def questions_waiting(now: When) -> Waiting:
    """Give the questions to post, those that Slack shows as they were before, and what a dead worker left."""
    queued = SlackQuestion.objects.filter(state=ClaimState.QUEUED).order_by("not_before")
    behind = SlackQuestion.objects.filter(state=ClaimState.SENT, is_behind=True).order_by("not_before")
    lost = SlackQuestion.objects.filter(state=ClaimState.SENDING, leased_until__lt=now).order_by("leased_until")
    return (
        *list_to_ask(now),
        queued.filter(not_before=None),
        queued.filter(not_before__lte=now),
        behind.filter(not_before=None),
        behind.filter(not_before__lte=now),
        lost,
    )


def clicks_waiting(now: When) -> Waiting:
    """Give the clicks to apply, the answers to give, and what a dead worker left."""
    queued = SlackClick.objects.filter(state=ClaimState.QUEUED).order_by("not_before")
    lost = SlackClick.objects.filter(state=ClaimState.SENDING, leased_until__lt=now).order_by("leased_until")
    return (
        SlackClick.objects.filter(due_at__lte=now).order_by("due_at"),
        queued.filter(not_before=None),
        queued.filter(not_before__lte=now),
        lost,
    )


def still_waits(draft: Draft) -> bool:
    """Say whether the mail waits for somebody's yes."""
    return Draft.objects.filter(WAITS, pk=draft.pk).exclude(subject="").exclude(body="").exists()


def hash_of(draft: Draft) -> str:
    """Give the digest of all that the recipient would get now (promise 2)."""
    return draft.content_hash(
        to_email=draft.stakeholder.email if draft.stakeholder else "",
        sender_email=draft.sender.email if draft.sender else "",
    )


def build_ask(question: SlackQuestion, draft: Draft, *, hears_clicks: bool) -> ApprovalAsk:
    return ApprovalAsk(
        customer_id=draft.customer_id,
        customer_name=draft.customer.name,
        draft_id=draft.pk,
        version=question.version,
        to_name=draft.to_name,
        subject=draft.subject,
        body=draft.body,
        draft_url=f"{settings.PUBLIC_URL}{reverse('emails:draft', args=[draft.pk])}",
        digest=question.content_hash,
        note=question.words,
        hears_clicks=hears_clicks,
    )


def list_problems(user: User) -> Any:
    """Give the questions that stand nowhere, or of which nobody knows, while their mail still waits."""
    rows = SlackQuestion.objects.visible_to(user).filter(state__in=PROBLEMS, ts="", standing=AskStanding.ASKS)
    return rows.select_related("draft", "customer").order_by("-updated_at")[:MOST_PROBLEMS]
