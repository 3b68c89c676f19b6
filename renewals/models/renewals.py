"""One renewal: the cycle of one contract, what Prepare found, the lock on the price, and how it ended."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from customers.models.base import CustomerRow
from renewals.enums import Outcome


class Renewal(CustomerRow):
    """The renewal of one contract. Prices stand on the contract; here stand Prepare's outputs, lock and outcome."""

    contract = models.OneToOneField("customers.Contract", on_delete=models.CASCADE, related_name="renewal")
    confidence = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(100)], help_text="Prepare: 0-100."
    )
    prepare_sequence = models.CharField(
        max_length=300, blank=True, help_text="Prepare: the order of people it proposed, in words."
    )
    engagement_approach = models.CharField(max_length=120, blank=True, help_text="Prepare: colours the tone.")
    value_leverage = models.DecimalField(
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text="Prepare: value delivered over price, 2.08 = 2.08x.",
    )
    stickiness = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(100)], help_text="Prepare: 0-100."
    )
    quantified_value = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, blank=True, help_text="Value delivered in a year, as money."
    )
    peer_price_pct = models.DecimalField(
        max_digits=6, decimal_places=2, null=True, blank=True, help_text="Price against peers; -8 is 8 % below."
    )
    crm_id = models.CharField(
        max_length=18,
        blank=True,
        validators=[RegexValidator(r"^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?\Z", "15 or 18 letters and digits.")],
        help_text="Id of its opportunity at Salesforce.",
    )
    price_locked_at = models.DateTimeField(null=True, blank=True)
    price_locked_by = models.ForeignKey(
        "customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    negotiate_started_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    outcome_price = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    outcome_term_months = models.PositiveSmallIntegerField(null=True, blank=True)
    outcome_reason = models.CharField(max_length=500, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta(CustomerRow.Meta):
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["customer"], condition=Q(closed_at=None), name="renewal_open_once"),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="renewal_closed_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(confidence=None) | Q(confidence__lte=100), name="renewal_confidence_0_100"
            ),
            models.CheckConstraint(
                condition=Q(stickiness=None) | Q(stickiness__lte=100), name="renewal_stickiness_0_100"
            ),
        ]

    def __str__(self) -> str:
        return f"Renewal of {self.customer_id}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def price_locked(self) -> bool:
        return self.price_locked_at is not None
