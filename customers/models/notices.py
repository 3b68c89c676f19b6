"""Notices: what one person is told of, and how they want to be told."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from customers.enums import ClaimState, DigestEvery, NoticeKind, NoticeMail
from customers.models.base import ClaimedRow, CustomerScopedQuerySet, OwnQuerySet, Row
from customers.models.people import User
from customers.rules.notices import say_notice


class NoticeQuerySet(CustomerScopedQuerySet):
    """A notice is its person's alone, and only while they may see the account."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        return super().visible_to(user).filter(user=user)

    def in_app(self) -> Self:
        return self.filter(in_app=True)

    def unread(self) -> Self:
        return self.filter(in_app=True, read_at=None)


class Notice(ClaimedRow):
    """One thing that one person is told of, once per event. It holds codes and ids, no words of anybody's.

    event: a key of `customers.rules.notices.WORDS`. key: names the event, so that it is told once. in_app: whether it
    stands on their page. mail: by which mail it goes; mailed_at: when that was written. `state` is that of telling it
    at Slack: `waiting` where it is not told there.
    """

    user = models.ForeignKey("customers.User", on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=12, choices=NoticeKind.choices)
    event = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.UUIDField(null=True, blank=True)
    key = models.CharField(max_length=200)
    happened_at = models.DateTimeField()
    in_app = models.BooleanField(default=True)
    read_at = models.DateTimeField(null=True, blank=True)
    mail = models.CharField(max_length=6, choices=NoticeMail.choices, blank=True, default=NoticeMail.NONE)
    mailed_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True, help_text="At Slack.")

    objects: ClassVar[Any] = NoticeQuerySet.as_manager()

    class Meta(ClaimedRow.Meta):
        ordering = ["-happened_at", "-id"]
        indexes = [
            models.Index(fields=["user"], condition=Q(in_app=True, read_at=None), name="notice_unread"),
            models.Index(fields=["user", "-happened_at", "-id"], condition=Q(in_app=True), name="notice_latest"),
            models.Index(fields=["subject_id"], condition=Q(read_at=None), name="notice_subject"),
            models.Index(fields=["read_at"], condition=Q(read_at__isnull=False), name="notice_read"),
            models.Index(fields=["created_at"], condition=Q(in_app=False), name="notice_elsewhere"),
            models.Index(
                fields=["happened_at"], condition=Q(mail=NoticeMail.NOW, mailed_at=None), name="notice_mail_now"
            ),
            models.Index(
                fields=["user", "happened_at"],
                condition=Q(mail=NoticeMail.DIGEST, mailed_at=None, read_at=None),
                name="notice_mail_digest",
            ),
            models.Index(fields=["not_before"], condition=Q(state=ClaimState.QUEUED), name="notice_slack_due"),
            models.Index(fields=["leased_until"], condition=Q(state=ClaimState.SENDING), name="notice_slack_leased"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="notice_once"),
            models.CheckConstraint(
                condition=~Q(state=ClaimState.SENT) | Q(told_at__isnull=False), name="notice_told_has_moment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.happened_at:%d %b %Y}"

    @property
    def title(self) -> str:
        """What it says, with the account as it is called today."""
        return say_notice(self.event, self.kind, self.customer.name)

    @property
    def is_read(self) -> bool:
        return self.read_at is not None


class NoticeSettings(Row):
    """How one person wants to be told. choices: kind → channels, where they chose; `rules.notices.DEFAULTS` elsewhere.

    digest_every: how often the mail that gathers the others is written.
    """

    user = models.OneToOneField("customers.User", on_delete=models.CASCADE, related_name="notice_settings")
    choices = models.JSONField(default=dict, blank=True)
    digest_every = models.CharField(max_length=4, choices=DigestEvery.choices, default=DigestEvery.WEEK)

    objects: ClassVar[Any] = OwnQuerySet.as_manager()

    class Meta(Row.Meta):
        verbose_name_plural = "notice settings"

    def __str__(self) -> str:
        return f"Notices of {self.user}"
