"""Journeys that keep an older text of a mail or go without it, because a person said so when a newer was published."""

from __future__ import annotations

from django.db import models

from customers.models.base import CustomerRow
from emails.models import MailTemplate, MailTemplateVersion
from journeys.models.journeys import Journey


class TemplatePin(CustomerRow):
    """The version that this journey's mails of a template are written from, instead of the newest.

    version: None where the journey goes without such mails.
    """

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="template_pins")
    template = models.ForeignKey(MailTemplate, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(MailTemplateVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(CustomerRow.Meta):
        constraints = [models.UniqueConstraint(fields=["journey", "template"], name="template_pin_once")]

    def __str__(self) -> str:
        return f"{self.journey} keeps {self.version}" if self.version else f"{self.journey} goes without"
