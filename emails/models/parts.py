"""What belongs to a draft: every text it had, and the files that leave with it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from customers.models.base import CustomerScopedQuerySet, Row
from emails.enums import Writer

MAX_ATTACHMENT_BYTES = 5 * 1024 * 1024
MAX_ATTACHMENTS_BYTES = 10 * 1024 * 1024


class PartOfDraftQuerySet(CustomerScopedQuerySet):
    customer_path = "draft__customer__"


class DraftVersion(Row):
    """One text the draft had: who or what wrote it, and why.

    is_aside: it never was the draft's text: it came when the draft had moved on from `version`, and may be taken.
    """

    draft = models.ForeignKey("emails.Draft", on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    writer = models.CharField(max_length=20, choices=Writer.choices)
    by = models.ForeignKey(
        "customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=300, blank=True)
    saved_at = models.DateTimeField()
    is_aside = models.BooleanField(default=False)

    objects = PartOfDraftQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["-version", "is_aside"]
        indexes = [models.Index(fields=["by"], condition=Q(by__isnull=False), name="draft_version_by")]
        constraints = [
            models.UniqueConstraint(fields=["draft", "version"], condition=Q(is_aside=False), name="draft_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} v{self.version}"

    @property
    def code(self) -> str:
        """What an address calls it by: the number, or for a text kept aside its id."""
        return str(self.pk) if self.is_aside else str(self.version)


class Attachment(Row):
    """A file that leaves with the draft. kind "proposal" is made by code from the locked price."""

    draft = models.ForeignKey("emails.Draft", on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=20, default="upload")
    content_type = models.CharField(max_length=100, default="application/octet-stream")
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    fact_keys = models.JSONField(default=list, blank=True, help_text="The facts that the file states.")

    objects = PartOfDraftQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "name"], name="attachment_name_once"),
            models.CheckConstraint(condition=Q(size__lte=MAX_ATTACHMENT_BYTES), name="attachment_not_too_large"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_proposal(self) -> bool:
        return self.kind == "proposal"
