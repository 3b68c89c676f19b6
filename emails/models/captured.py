"""What the capture provider keeps instead of sending: each message as its recipient would get it."""

from __future__ import annotations

from django.db import models

from customers.models.base import CustomerRow


class CapturedMail(CustomerRow):
    """One message, whole: the raw bytes with headers, both parts and attachments.

    Without a customer it went to one of our own people (reset links, invitations): ops alone may see it, since
    whoever reads a link can use it.
    """

    customer = models.ForeignKey(  # type: ignore[assignment]  # the parent demands one
        "customers.Customer", on_delete=models.CASCADE, null=True, blank=True, related_name="capturedmails"
    )
    draft = models.ForeignKey("emails.Draft", on_delete=models.SET_NULL, null=True, blank=True, related_name="captured")
    message_id = models.CharField(max_length=250, unique=True)
    mail_from = models.CharField(max_length=320)
    mail_to = models.CharField(max_length=320)
    cc = models.JSONField(default=list, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    attachment_count = models.PositiveSmallIntegerField(default=0)
    captured_at = models.DateTimeField()
    raw = models.BinaryField()

    class Meta(CustomerRow.Meta):
        ordering = ["-captured_at"]
        indexes = [
            # Holds all that a list or a search asks: no message is read to find a page.
            models.Index(fields=["-captured_at", "customer", "subject", "mail_to", "id"], name="captured_search"),
            models.Index(fields=["customer", "-captured_at"]),
        ]

    def __str__(self) -> str:
        return self.subject
