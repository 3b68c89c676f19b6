"""What can be sold, as this workspace sells it, and what accounts have asked for."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, URLValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from customers.models.base import CustomerRow, CustomerScopedQuerySet, Row, WorkspaceQuerySet

MOST_FEATURES = 20
LONGEST_FEATURE = 120


def check_features(value: Any) -> None:
    """Accept a list of short texts. Raises ValidationError."""
    if not isinstance(value, list) or len(value) > MOST_FEATURES:
        raise ValidationError(f"At most {MOST_FEATURES} features.")
    for text in value:
        if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_FEATURE or not text.isprintable():
            raise ValidationError(f"Each feature is one line of at most {LONGEST_FEATURE} characters.")


class Offer(Row):
    """A plan of the price list. annual_price: empty where it is agreed case by case. Source: issue 5, "price lists"."""

    name = models.CharField(max_length=120)
    annual_price = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)], help_text="A year."
    )
    currency = models.CharField(max_length=3, default="USD")
    position = models.PositiveSmallIntegerField(
        default=0, help_text="From small to large, where prices do not say which plan comes next."
    )
    features = models.JSONField(default=list, blank=True, validators=[check_features])
    resources_url = models.URLField(
        blank=True,
        validators=[URLValidator(schemes=["https"])],
        help_text="Where a customer can read about it; https. Put under introductions of this plan.",
    )
    is_active = models.BooleanField(default=True, help_text="Only these are offered.")

    objects = WorkspaceQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["currency", F("annual_price").asc(nulls_last=True), "position", "name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                "currency",
                name="offer_once",
                violation_error_message="There is such a plan in this currency.",
            ),
            models.CheckConstraint(
                condition=Q(annual_price=None) | Q(annual_price__gte=0), name="offer_price_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(resources_url="") | Q(resources_url__startswith="https://"), name="offer_link_is_https"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExpansionLook(Row):
    """When an account is looked at again for an expansion; the row is the job. due_at: None while nothing is due."""

    customer = models.OneToOneField("customers.Customer", on_delete=models.CASCADE, related_name="expansion_look")
    due_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)

    objects = CustomerScopedQuerySet.as_manager()

    class Meta(Row.Meta):
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="expansionlook_due")]

    def __str__(self) -> str:
        return f"Looked at {self.looked_at:%d %b %Y}" if self.looked_at else "Not looked at yet"


class FeatureRequest(CustomerRow):
    """Something that an account asked for. source: where it was said, such as a ticket, a meeting, the CRM."""

    text = models.CharField(max_length=200)
    source = models.CharField(max_length=80, blank=True)
    asked_on = models.DateField(null=True, blank=True)
    added_by = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta(CustomerRow.Meta):
        ordering = [F("asked_on").desc(nulls_last=True), "-created_at"]
        constraints = [
            models.UniqueConstraint(
                "customer",
                Lower("text"),
                name="feature_request_once",
                violation_error_message="This is on record already.",
            ),
        ]

    def __str__(self) -> str:
        return self.text
