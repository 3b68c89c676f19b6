"""Slack: the question whether a mail may go, as it stands there, and each click that came back."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from customers.base import ClaimedRow
from customers.enums import ClaimState
from customers.models import User
from customers.models.base import CustomerScopedQuerySet
from customers.rules.access import sees_everything
from customers.rules.persons import OfPerson
from outreach.enums import AskStanding, ClickResult


class SlackQuestion(ClaimedRow):
    """One mail's question at Slack, posted once and changed where it stands.

    state: of the posting; `sent` once it stands there. version, content_hash: of the text that it shows, to which a
    click's yes is bound. words: above the question, or what became of it. is_behind: Slack shows something older.
    decision: what a click decided, set once; a page's decision shows in `words` alone.
    """

    of_person = OfPerson(by=("draft",), words=("words", "note", "outcome", "receipt"))

    draft = models.OneToOneField("emails.Draft", on_delete=models.CASCADE, related_name="slack_question")
    version = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    standing = models.CharField(max_length=10, choices=AskStanding.choices, default=AskStanding.ASKS)
    words = models.CharField(max_length=300, blank=True)
    channel = models.CharField(max_length=120, blank=True)
    ts = models.CharField(max_length=120, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1, help_text="Grows with everything that it is to show.")
    is_behind = models.BooleanField(default=False)
    decision = models.CharField(max_length=20, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)

    class Meta(ClaimedRow.Meta):
        verbose_name = "Slack question"
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(state=ClaimState.QUEUED), name="slackquestion_queued"),
            models.Index(
                fields=["not_before"], condition=Q(state=ClaimState.SENT, is_behind=True), name="slackquestion_behind"
            ),
            models.Index(fields=["leased_until"], condition=Q(state=ClaimState.SENDING), name="slackquestion_leased"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=ClaimState.SENT) | (~Q(ts="") & Q(posted_at__isnull=False)),
                name="slackquestion_sent_stands_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None) | (~Q(decision="") & Q(decided_at__isnull=False)),
                name="slackquestion_decided_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_standing_display()}, {self.get_state_display().lower()}"


class SlackClickQuerySet(CustomerScopedQuerySet):
    """A click is nobody's account until it is understood: only those who see every account may see it."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        return self if user.is_superuser or sees_everything(user.role) else self.none()


class SlackClick(ClaimedRow):
    """One click at Slack, its signature checked. Kept first, applied afterwards; the row is the job (promise 10).

    id: digest of the body, so that a repeated call is the same row. due_at: when to look at it; whoever looks moves it
    on; None: it is done with. answer: what only the person who clicked is told; `state` is that of telling it.
    """

    of_person = OfPerson(by=("question",), words=("answer", "problem", "outcome", "receipt"))

    customer = models.ForeignKey(  # type: ignore[assignment]  # the parent demands one
        "customers.Customer", on_delete=models.CASCADE, null=True, blank=True, related_name="slack_clicks"
    )
    question = models.ForeignKey(SlackQuestion, on_delete=models.CASCADE, null=True, blank=True, related_name="clicks")
    action = models.CharField(max_length=80)
    value = models.CharField(max_length=200, blank=True)
    slack_user = models.CharField(max_length=30)
    channel = models.CharField(max_length=120, blank=True)
    ts = models.CharField(max_length=120, blank=True)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    looks = models.PositiveSmallIntegerField(default=0)
    result = models.CharField(max_length=14, choices=ClickResult.choices, default=ClickResult.WAITING)
    by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    answer = models.CharField(max_length=500, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = SlackClickQuerySet.as_manager()

    class Meta(ClaimedRow.Meta):
        verbose_name = "Slack click"
        ordering = ["-received_at"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="slackclick_due"),
            models.Index(fields=["not_before"], condition=Q(state=ClaimState.QUEUED), name="slackclick_queued"),
            models.Index(fields=["leased_until"], condition=Q(state=ClaimState.SENDING), name="slackclick_leased"),
            models.Index(fields=["-received_at"], name="slackclick_latest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(result=ClickResult.WAITING, applied_at=None)
                | (~Q(result=ClickResult.WAITING) & Q(applied_at__isnull=False)),
                name="slackclick_applied_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action.rpartition('_')[2]}, {self.get_result_display().lower()}"
