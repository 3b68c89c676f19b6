"""What a negotiation is about: objections with their evidence, and the terms discussed, version by version."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from customers.models.base import CustomerRow
from customers.rules.persons import OfPerson
from renewals.enums import ObjectionKind, TermState


class Objection(CustomerRow):
    """Something that was held against the renewal, with the reply that says so, or noted by a person.

    words: what of the reply proves it. answer: the letter that was prepared. A reply that turns out to say something
    else withdraws it.
    """

    of_person = OfPerson(by=("stakeholder", "reply", "answer"), words=("quote", "words", "settled_how"))

    renewal = models.ForeignKey("renewals.Renewal", on_delete=models.CASCADE, related_name="objections")
    kind = models.CharField(max_length=12, choices=ObjectionKind.choices)
    stakeholder = models.ForeignKey(
        "customers.Stakeholder", on_delete=models.SET_NULL, null=True, blank=True, related_name="objections"
    )
    reply = models.ForeignKey(
        "emails.Reply", on_delete=models.SET_NULL, null=True, blank=True, related_name="objections"
    )
    quote = models.TextField(blank=True, help_text="What was said, in their words.")
    words = models.JSONField(default=list, blank=True)
    raised_at = models.DateTimeField()
    noted_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    answer = models.ForeignKey(
        "emails.Draft", on_delete=models.SET_NULL, null=True, blank=True, related_name="objections"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    settled_how = models.CharField(max_length=500, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta(CustomerRow.Meta):
        ordering = ["-raised_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["reply", "kind"], condition=Q(reply__isnull=False), name="objection_once_for_a_reply"
            )
        ]

    def __str__(self) -> str:
        return f"Objection: {self.get_kind_display().lower()}"

    @property
    def is_open(self) -> bool:
        return self.settled_at is None and self.withdrawn_at is None


class TermNote(CustomerRow):
    """One version of the terms that were discussed. Never changed: the next one is another version.

    discount_pct: off the target price; 5 means 5 %. What gives a discount waits for a lead.
    """

    renewal = models.ForeignKey("renewals.Renewal", on_delete=models.CASCADE, related_name="term_notes")
    version = models.PositiveIntegerField()
    price = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(Decimal(0))]
    )
    term_months = models.PositiveSmallIntegerField(null=True, blank=True)
    discount_pct = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    note = models.CharField(max_length=1000, blank=True)
    state = models.CharField(max_length=10, choices=TermState.choices, default=TermState.DISCUSSED)
    lead_reason = models.CharField(
        max_length=300, blank=True, help_text="Why a lead must decide; empty where none must."
    )
    written_at = models.DateTimeField()
    written_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta(CustomerRow.Meta):
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["renewal", "version"], name="term_note_version_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "refused"]) | Q(decided_at__isnull=False),
                name="term_note_decided_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"Terms {self.version}"

    @property
    def waits_for_lead(self) -> bool:
        return self.state == TermState.PROPOSED
