"""Mails that Outreach.io sent to people whom we know, and what they did with them."""

from __future__ import annotations

from django.db import models

from customers.models.base import CustomerRow
from customers.rules.persons import OfPerson
from outreach.rules.enrollment.mails import is_machines


class OutreachMail(CustomerRow):
    """One mail of a sequence that has left there. enrollment: None for a sequence that nobody put them into from here.

    word: their own word for where it stands. Moments are theirs, the latest that was told of each; None: not yet.
    seen_at: when it last changed there.
    """

    of_person = OfPerson(by=("stakeholder",), words=("subject", "to_email"))

    stakeholder = models.ForeignKey("customers.Stakeholder", on_delete=models.CASCADE, related_name="outreach_mails")
    enrollment = models.ForeignKey(
        "outreach.Enrollment", on_delete=models.SET_NULL, null=True, blank=True, related_name="mails"
    )
    mailing_id = models.BigIntegerField(unique=True)
    word = models.CharField(max_length=60, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    to_email = models.CharField(max_length=320, blank=True)
    from_email = models.CharField(max_length=320, blank=True)
    sent_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    clicked_at = models.DateTimeField(null=True, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta(CustomerRow.Meta):
        verbose_name = "mail of Outreach.io"
        verbose_name_plural = "mails of Outreach.io"
        ordering = ["-sent_at"]
        indexes = [
            models.Index(fields=["customer", "-sent_at"], name="outreachmail_latest"),
            models.Index(fields=["enrollment", "-sent_at"], name="outreachmail_of_enrollment"),
        ]

    def __str__(self) -> str:
        return self.subject or "A mail"

    @property
    def opened_by_person_at(self) -> object:
        """When a person may have opened it; None where nobody did, or a machine at the time of delivery."""
        return None if is_machines(self.opened_at, sent_at=self.sent_at) else self.opened_at

    @property
    def was_fetched(self) -> bool:
        """Only a machine has opened it as yet."""
        return self.opened_at is not None and self.opened_by_person_at is None
