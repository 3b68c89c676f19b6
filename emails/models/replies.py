"""What comes back by mail: each mail as it came, and what was understood of it."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from customers.models import User
from customers.models.base import CustomerRow, CustomerScopedQuerySet, Row, customer_scope
from customers.rules.access import sees_everything
from emails.enums import AUTOMATIC_CLASSES, HUMAN_CLASSES, OBJECTION_CLASSES, ClassifiedBy, MatchedBy, ReplyClass
from emails.models.drafts import Draft


class InboundMailQuerySet(models.QuerySet[Any]):
    """Seen by those who see its reply; what has none yet by those who see every account."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        if user.is_superuser or sees_everything(user.role):
            return self
        scope = customer_scope(user, path="reply__customer__")
        return self if scope is None else self.filter(scope)


class InboundMail(Row):
    """One mail that came in, its sender not yet believed. Kept first, understood afterwards; the row is the job.

    id: digest of its Message-ID, else of the body, so that a repeated call is the same row. body: the provider's call
    as it came, content_type with it. due_at: when to look at it; whoever looks moves it on, so that a mail whose worker
    died falls due again. None: it is done with, applied or given up.
    """

    body = models.BinaryField()
    content_type = models.CharField(max_length=300)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    applied_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = InboundMailQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["-received_at"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="inboundmail_due"),
            models.Index(fields=["received_at"], name="inboundmail_received"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True) | Q(due_at__isnull=True), name="inboundmail_applied_is_not_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.received_at:%d %b %Y %H:%M:%S}"


class ReplyQuerySet(CustomerScopedQuerySet):
    def moving(self) -> Self:
        """Those that a person wrote whose address is known: they stop the account."""
        return self.filter(is_verified=True, is_machine=False, classification__in=sorted(HUMAN_CLASSES))


class Reply(CustomerRow):
    """One mail that came in, as it was understood. Without a customer it belongs to nobody: ops may see it.

    is_authentic: the sending server may speak for the sender's domain. is_verified: that, and the address is known at
    the account, or a person vouches for it. applied_at: when it began to stop the account; settled_at: when its class
    was told to the other apps; None while Claude is being asked. reason, proof: why this class, in words, and the words
    of `text` that say so.
    """

    customer = models.ForeignKey(  # type: ignore[assignment]  # the parent demands one
        "customers.Customer", on_delete=models.CASCADE, null=True, blank=True, related_name="replies"
    )
    stakeholder = models.ForeignKey(
        "customers.Stakeholder", on_delete=models.SET_NULL, null=True, blank=True, related_name="replies"
    )
    draft = models.ForeignKey(Draft, on_delete=models.SET_NULL, null=True, blank=True, related_name="replies")
    mail = models.OneToOneField(InboundMail, on_delete=models.CASCADE, null=True, blank=True, related_name="reply")
    from_email = models.CharField(max_length=320, blank=True)
    from_name = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True, help_text="Without what it quotes and without signature.")
    full_text = models.TextField(blank=True)
    received_at = models.DateTimeField()
    message_id = models.CharField(max_length=250, blank=True)
    in_reply_to = models.CharField(max_length=250, blank=True)
    references = models.TextField(blank=True)
    matched_by = models.CharField(max_length=10, choices=MatchedBy.choices, default=MatchedBy.NONE)
    classification = models.CharField(max_length=24, choices=ReplyClass.choices)
    first_classification = models.CharField(max_length=24, choices=ReplyClass.choices, blank=True)
    likely_classification = models.CharField(
        max_length=24, choices=ReplyClass.choices, blank=True, help_text="What its words say, whoever wrote them."
    )
    confidence = models.PositiveSmallIntegerField(default=0, help_text="Of a rule, in percent.")
    proof = models.JSONField(default=list, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    is_unsure = models.BooleanField(default=False)
    asks_claude = models.BooleanField(default=False, help_text="The rules are unsure of a person's words.")
    classified_by = models.CharField(max_length=10, choices=ClassifiedBy.choices, default=ClassifiedBy.RULE)
    is_machine = models.BooleanField(default=False, help_text="Its headers say that no person wrote it.")
    is_authentic = models.BooleanField(default=False)
    is_verified = models.BooleanField(default=False)
    bounced_email = models.CharField(max_length=320, blank=True, help_text="Of a bounce: whom it is about.")
    return_date = models.DateField(null=True, blank=True, help_text="Of an absence: the first day back.")
    applied_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True, help_text="When the other apps had heard of it.")
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    files = models.JSONField(default=list, blank=True, help_text="Name, type and size of each attachment.")
    headers = models.JSONField(default=list, blank=True, help_text="Those of interest, as pairs.")

    objects: ClassVar[Any] = ReplyQuerySet.as_manager()

    class Meta(CustomerRow.Meta):
        ordering = ["-received_at", "-id"]
        verbose_name_plural = "replies"
        indexes = [
            models.Index(fields=["customer", "-received_at"]),
            models.Index(fields=["-received_at"]),
            models.Index(fields=["-received_at"], condition=Q(handled_at__isnull=True), name="reply_unhandled"),
            models.Index(fields=["settled_at"], condition=Q(told_at__isnull=True), name="reply_untold"),
        ]
        constraints = [
            # A forged mail that arrives first must not keep the genuine one of the same id out.
            models.UniqueConstraint(
                fields=["message_id", "is_authentic"], condition=~Q(message_id=""), name="reply_message_once"
            ),
        ]

    def __str__(self) -> str:
        return self.subject or f"From {self.from_email}"

    @property
    def is_human(self) -> bool:
        """A machine may tell that somebody has left: that is no answer of theirs."""
        return self.classification in HUMAN_CLASSES and not self.is_machine

    @property
    def is_automatic(self) -> bool:
        return self.classification in AUTOMATIC_CLASSES

    @property
    def is_objection(self) -> bool:
        return self.classification in OBJECTION_CLASSES

    @property
    def moves(self) -> bool:
        """Whether it stops the account: a person wrote it, and it is known who."""
        return self.is_verified and self.is_human

    @property
    def is_settled(self) -> bool:
        return self.settled_at is not None
