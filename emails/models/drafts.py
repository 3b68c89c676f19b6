"""A draft: one email on its way from first words to the recipient, with every text it had."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from customers.base import ClaimedRow
from customers.models import User
from customers.models.base import CustomerScopedQuerySet
from emails.enums import (
    APPROVED_STATES,
    DOUBTFUL_STATES,
    EDITABLE_STATES,
    LEFT_STATES,
    SENT_STATES,
    WAITING_STATES,
    BounceKind,
    DraftState,
    Lane,
    OriginKind,
    PriceApproach,
    Purpose,
    Tone,
    Writer,
)
from emails.models.parts import Attachment
from emails.models.templates import MailTemplateVersion
from emails.rules.contents import digest_of
from emails.rules.rendering import Button

WIDE_FIELDS = ("body", "facts", "brief", "first_body", "receipt", "confirmed")
"""What a list of other things, with a letter beside each, does not show."""


class DraftQuerySet(CustomerScopedQuerySet):
    def with_people(self) -> DraftQuerySet:
        """Everything a card shows, in a fixed number of queries."""
        return self.select_related(
            "customer__owner", "stakeholder", "sender", "successor", "approved_by", "sent_by", "written_by", "writing"
        ).prefetch_related(attached())

    def with_people_of_waiting(self) -> DraftQuerySet:
        """The same of letters that wait for a yes: nobody has approved or sent them, and nothing took their place."""
        people = ("customer__owner", "stakeholder", "sender", "written_by", "writing")
        return self.select_related(*people).prefetch_related(attached())


def attached() -> models.Prefetch[Any]:
    """A letter's files without what is in them."""
    return models.Prefetch("attachments", queryset=Attachment.objects.defer("content"))


class Draft(ClaimedRow):
    """One email. Its text may be changed until it is handed over; every change voids the approval."""

    # Without an index of its own: `draft_of_account` begins with it.
    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="drafts", db_index=False)
    stakeholder = models.ForeignKey(
        "customers.Stakeholder", on_delete=models.SET_NULL, null=True, related_name="drafts"
    )
    to_name = models.CharField(max_length=200)
    to_email = models.EmailField(help_text="As it was when the letter was written or left.")
    sender = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, related_name="+")
    signed_for = models.ForeignKey(
        "customers.User",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="Who is away, and signs again when back, if the letter has not left.",
    )
    successor = models.ForeignKey(
        "customers.User",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="Who goes on with the thread, where the sender has handed the account over.",
    )
    cc = models.JSONField(default=list, blank=True, help_text="Addresses.")
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True, help_text="Plain text: paragraphs parted by blank lines, “- ” for points.")
    tone = models.CharField(max_length=20, choices=Tone.choices, default=Tone.PROFESSIONAL)
    price_approach = models.CharField(max_length=20, choices=PriceApproach.choices, default=PriceApproach.NO_PRICE)
    lane = models.CharField(max_length=20, choices=Lane.choices, default=Lane.RENEWAL)
    purpose = models.CharField(max_length=20, choices=Purpose.choices, default=Purpose.FIRST_TOUCH)
    origin_kind = models.CharField(max_length=20, choices=OriginKind.choices, default=OriginKind.COMPOSE)
    origin_id = models.UUIDField(null=True, blank=True)
    occurrence = models.CharField(
        max_length=120, blank=True, help_text="Which one of its origin's letters it is, so that it is written once."
    )
    template_version = models.ForeignKey(
        MailTemplateVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="drafts"
    )
    buttons = models.JSONField(default=list, blank=True, help_text="[label, address] that code has put into the text.")
    position = models.PositiveSmallIntegerField(default=1)
    send_timing = models.CharField(max_length=100, blank=True, help_text="“Week 1 (Day 115)”")
    parent = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="followers",
        db_index=False,
        help_text="The letter that it follows in one thread.",
    )
    answers = models.ForeignKey(
        "emails.Reply",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="answers",
        db_index=False,
        help_text="The reply that it answers.",
    )
    references = models.JSONField(
        default=list, blank=True, help_text="Message-IDs of the thread before it, oldest first, as it left."
    )

    writer = models.CharField(max_length=20, choices=Writer.choices, default=Writer.PERSON)
    writer_note = models.CharField(max_length=500, blank=True)
    written_by = models.ForeignKey(
        "customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    brief = models.JSONField(default=dict, blank=True)
    facts = models.JSONField(default=list, blank=True, help_text="What the letter may say, and from which record.")
    confirmed = models.JSONField(default=list, blank=True, help_text="Claims a person vouches for.")
    first_subject = models.CharField(max_length=300, blank=True)
    first_body = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    state = models.CharField(max_length=14, choices=DraftState.choices, default=DraftState.DRAFT)
    blocked_by = models.CharField(max_length=30, blank=True, help_text="The gate's check that refused.")
    waits_since = models.DateTimeField(null=True, blank=True, help_text="Since when the gate has refused it.")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        "customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    approval_rule = models.CharField(
        max_length=200, blank=True, help_text="The named rule by which it is approved, where no person read it."
    )
    lapses = models.BooleanField(
        default=False, help_text="It is dropped when its approval is over: it would come too late."
    )
    approval_hash = models.CharField(max_length=64, blank=True)
    approval_expires_at = models.DateTimeField(null=True, blank=True)
    scheduled_send_date = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(
        "customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    message_id = models.CharField(max_length=250, blank=True)
    provider = models.CharField(max_length=40, blank=True)
    provider_id = models.CharField(max_length=250, blank=True)
    attempted_at = models.DateTimeField(null=True, blank=True, help_text="When it was last handed over.")
    reply_token = models.CharField(max_length=40, blank=True, help_text="In the address that answers go to.")
    smtp_id = models.CharField(max_length=250, blank=True, help_text="The Message-ID that the provider gave it.")
    track_engagement = models.BooleanField(default=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    bounce_kind = models.CharField(max_length=10, choices=BounceKind.choices, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    clicked_at = models.DateTimeField(null=True, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = DraftQuerySet.as_manager()

    class Meta(ClaimedRow.Meta):
        ordering = ["position", "created_at"]
        indexes = [
            models.Index(fields=["customer", "state", "updated_at", "sent_at"], name="draft_of_account"),
            models.Index(fields=["created_at"], name="draft_latest"),
            models.Index(fields=["state", "customer", "created_at"], name="draft_by_state"),
            models.Index(fields=["origin_kind", "origin_id", "position"], name="draft_origin"),
            models.Index(fields=["not_before"], condition=Q(state=DraftState.QUEUED), name="draft_queued_due"),
            models.Index(
                fields=["scheduled_send_date"], condition=Q(state=DraftState.SCHEDULED), name="draft_scheduled_due"
            ),
            models.Index(fields=["leased_until"], condition=Q(state=DraftState.SENDING), name="draft_lease"),
            models.Index(fields=["blocked_by"], condition=Q(state=DraftState.BLOCKED), name="draft_blocked"),
            models.Index(fields=["not_before"], condition=Q(state=DraftState.BLOCKED), name="draft_blocked_until"),
            models.Index(
                fields=["approval_expires_at"],
                condition=Q(state__in=sorted(WAITING_STATES)),
                name="draft_approval_ends",
            ),
            models.Index(fields=["attempted_at"], condition=Q(state=DraftState.UNKNOWN), name="draft_unknown_since"),
            # Those that may wait for a yes, the longest waiting first.
            models.Index(
                fields=["updated_at"],
                condition=Q(state__in=[DraftState.DRAFT, DraftState.BLOCKED]),
                name="draft_waits",
            ),
            models.Index(
                fields=["updated_at"],
                condition=Q(lane=Lane.UPSELL, state__in=[DraftState.DRAFT, DraftState.BLOCKED]),
                name="draft_upsell_waits",
            ),
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="draft_provider_id"),
            models.Index(fields=["sent_at"], condition=Q(purpose=Purpose.FIRST_TOUCH), name="draft_first_touch_sent"),
            # Most letters follow none, answer none, and are written and sent by a rule: they need no entry for that.
            models.Index(fields=["parent"], condition=Q(parent__isnull=False), name="draft_followers"),
            models.Index(fields=["answers"], condition=Q(answers__isnull=False), name="draft_answers"),
            models.Index(fields=["written_by"], condition=Q(written_by__isnull=False), name="draft_written_by"),
            models.Index(fields=["sent_by"], condition=Q(sent_by__isnull=False), name="draft_sent_by"),
            models.Index(fields=["smtp_id"], condition=~Q(smtp_id=""), name="draft_smtp_id"),
            models.Index(fields=["message_id"], condition=~Q(message_id=""), name="draft_message_id"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["origin_kind", "origin_id", "stakeholder"],
                condition=Q(purpose=Purpose.FIRST_TOUCH, origin_id__isnull=False) & ~Q(state=DraftState.CANCELLED),
                name="draft_first_touch_once",
            ),
            models.UniqueConstraint(
                fields=["origin_kind", "origin_id", "occurrence"],
                condition=~Q(occurrence=""),
                name="draft_occurrence_once",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(SENT_STATES)) | (Q(sent_at__isnull=False) & ~Q(message_id="")),
                name="draft_sent_has_moment",
            ),
            models.UniqueConstraint(
                fields=["reply_token"], condition=~Q(reply_token=""), name="draft_reply_token_once"
            ),
            models.CheckConstraint(
                condition=~Q(state=DraftState.DELIVERED) | Q(delivered_at__isnull=False),
                name="draft_delivered_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state=DraftState.BOUNCED) | (Q(bounced_at__isnull=False) & ~Q(bounce_kind="")),
                name="draft_bounced_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(APPROVED_STATES))
                | (Q(approved_at__isnull=False, approval_expires_at__isnull=False) & ~Q(approval_hash="")),
                name="draft_approved_has_hash",
            ),
            models.CheckConstraint(
                condition=~Q(state=DraftState.SENDING) | Q(claim_token__isnull=False, leased_until__isnull=False),
                name="draft_sending_has_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state=DraftState.SCHEDULED) | Q(scheduled_send_date__isnull=False),
                name="draft_scheduled_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.subject or f"To {self.to_name}"

    @property
    def speaker(self) -> User | None:
        """Who goes on with the thread: the sender, or who has got the account since."""
        found: User | None = self.successor or self.sender
        return found

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE_STATES

    @property
    def is_sent(self) -> bool:
        return self.state in SENT_STATES

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING_STATES

    @property
    def is_queued(self) -> bool:
        return self.state == DraftState.QUEUED

    @property
    def is_scheduled(self) -> bool:
        return self.state == DraftState.SCHEDULED

    @property
    def is_kept_back(self) -> bool:
        """It is in line, and leaves by itself when a moment has come that the gate named."""
        return self.state == DraftState.QUEUED and self.blocked_by != ""

    @property
    def is_on_its_way(self) -> bool:
        return self.state == DraftState.SENDING or (self.state == DraftState.QUEUED and not self.is_kept_back)

    @property
    def was_changed(self) -> bool:
        """Whether the text differs from the first one."""
        return (self.subject, self.body) != (self.first_subject, self.first_body)

    @property
    def is_doubtful(self) -> bool:
        return self.state in DOUBTFUL_STATES

    @property
    def needs_review(self) -> bool:
        return self.state == DraftState.NEEDS_REVIEW

    @property
    def did_not_arrive(self) -> bool:
        return self.state == DraftState.BOUNCED

    @property
    def has_gone(self) -> bool:
        """It has been handed over, or may have been."""
        return self.state in LEFT_STATES

    @property
    def wire_message_id(self) -> str:
        """The Message-ID that the recipient's mail program knows it by."""
        return self.smtp_id or self.message_id

    @property
    def own_buttons(self) -> list[Button]:
        return [Button(label, url) for label, url in self.buttons]

    @property
    def confirmed_keys(self) -> frozenset[str]:
        return frozenset(row["key"] for row in self.confirmed)

    def content_hash(self, *, to_email: str, sender_email: str) -> str:
        """Digest of everything the recipient gets: recipients, sender, subject, body, attachments (promise 2)."""
        return digest_of(
            to_email=to_email,
            cc=self.cc,
            from_email=sender_email,
            subject=self.subject,
            body=self.body,
            files=[(file.name, file.sha256) for file in self.attachments.all()],
        )
