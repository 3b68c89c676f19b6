"""The account itself: customer, the people there, and the contract of the running term."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, FloatField, GeneratedField, Q, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat, Lower, NullIf

from customers.enums import ContractState, Pressure, StakeholderRole
from customers.models.base import CustomerRow, CustomerScopedQuerySet, Row

DEFAULT_NOTICE_DAYS = 90


class CustomerQuerySet(CustomerScopedQuerySet):
    customer_path = ""


class Customer(Row):
    """One account (the journey spec's client, the upsell workflow's account_id = external_id)."""

    external_id = models.CharField(max_length=120, null=True, blank=True, unique=True)
    name = models.CharField(max_length=200)
    segment = models.CharField(max_length=80, blank=True)
    timezone = models.CharField(max_length=64, default="UTC")
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166 code; decides the holidays.")
    currency = models.CharField(max_length=3, default="USD")
    owner = models.ForeignKey(
        "customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="owned_customers"
    )
    account_executive = models.ForeignKey(
        "customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    executive = models.ForeignKey("customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    health_score = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(100)], help_text="0-100, higher is better."
    )
    relationship_strength = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(10)], help_text="0-10, higher is warmer."
    )
    churn_risk = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(100)],
        help_text="0-100, higher is likelier to leave.",
    )
    competitive_pressure = models.CharField(max_length=10, choices=Pressure.choices, blank=True)
    budget_pressure = models.CharField(max_length=10, choices=Pressure.choices, blank=True)
    notes = models.TextField(blank=True)
    programme_start_date = models.DateField(null=True, blank=True)
    # What a search looks through. The database keeps it, so that no writer can forget to.
    search_text = GeneratedField(
        expression=Lower(Concat("name", Value(" "), Coalesce("external_id", Value("")), output_field=TextField())),
        output_field=TextField(),
        db_persist=True,
    )

    window_start = models.TimeField(null=True, blank=True, help_text="Empty, as all below: the workspace's.")
    window_end = models.TimeField(null=True, blank=True)
    working_days = models.JSONField(null=True, blank=True, help_text="As `date.weekday()` counts.")
    holidays_place = models.CharField(max_length=20, blank=True, help_text="DE, DE-BY, NONE; empty: the country's.")
    contact_cap = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Mails to one contact in 7 days."
    )
    account_cap = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Mails to the account in 7 days."
    )

    objects = CustomerQuerySet.as_manager()

    class Meta(Row.Meta):
        ordering = ["name"]
        indexes = [
            # By name within each owner, told from the index alone who may see it.
            models.Index(fields=["owner", "name", "id", "account_executive", "executive"], name="customer_by_owner"),
            # Whether a team has a segment at all is found without reading its accounts.
            models.Index(fields=["owner", "segment"], name="customer_by_owner_segment"),
            # By name, told from the index alone who may see it.
            models.Index(fields=["name", "id", "owner", "account_executive", "executive"], name="customer_by_name"),
            # What the book can be filtered by, and its zones, are read from the index alone.
            models.Index(
                fields=["timezone", "segment", "owner", "account_executive", "executive", "id"], name="customer_facets"
            ),
            # The whole book in one pass: both tables from their indexes alone, in the same order.
            models.Index(
                fields=["id", "name", "timezone", "owner", "account_executive", "executive", "churn_risk", "segment"],
                name="customer_book_pass",
            ),
            models.Index(fields=["churn_risk", "name"], name="customer_by_risk"),
            models.Index(fields=["relationship_strength", "name"], name="customer_by_relationship"),
            models.Index(fields=["search_text", "id"], name="customer_search"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(health_score=None) | Q(health_score__lte=100), name="customer_health_0_100"
            ),
            models.CheckConstraint(condition=Q(churn_risk=None) | Q(churn_risk__lte=100), name="customer_churn_0_100"),
            models.CheckConstraint(
                condition=Q(relationship_strength=None) | Q(relationship_strength__lte=10),
                name="customer_relationship_0_10",
            ),
            models.CheckConstraint(
                condition=Q(window_start=None, window_end=None)
                | Q(window_start__isnull=False, window_end__isnull=False, window_start__lt=F("window_end")),
                name="customer_window_in_order",
                violation_error_message="The window must end after it starts: give both hours, or neither.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Stakeholder(CustomerRow):
    """A person at the customer. Who has left is kept, with the date; nothing is written to them."""

    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    title = models.CharField(max_length=200, blank=True)
    roles = models.JSONField(default=list, blank=True, help_text="Codes of StakeholderRole.")
    primary = models.BooleanField(default=False)
    relationship_strength = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(10)])
    timezone = models.CharField(max_length=64, blank=True, help_text="Empty: the account's.")
    language = models.CharField(max_length=8, blank=True)
    history = models.TextField(blank=True, help_text="What we know of this person, in our own words.")
    phone = models.CharField(max_length=40, blank=True)
    wished_email = models.EmailField(
        blank=True, help_text="Asked for by themselves. To use it, put it above; to decline, empty it."
    )
    social_handles = models.TextField(blank=True, help_text="One a line, such as: Instagram @acme")
    left_at = models.DateTimeField(null=True, blank=True)
    search_text = GeneratedField(
        expression=Lower(Concat("name", Value(" "), "email", output_field=TextField())),
        output_field=TextField(),
        db_persist=True,
    )

    class Meta(CustomerRow.Meta):
        ordering = ["-primary", "name"]
        indexes = [
            models.Index(models.functions.Lower("email"), name="stakeholder_email"),
            models.Index(fields=["search_text", "customer"], name="stakeholder_search"),
        ]
        constraints = [
            models.UniqueConstraint(
                "customer",
                models.functions.Lower("email"),
                condition=~Q(email=""),
                name="stakeholder_email_once",
                violation_error_message="Another person of this account has this address.",
            ),
            models.UniqueConstraint(fields=["customer"], condition=Q(primary=True), name="stakeholder_primary_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_left(self) -> bool:
        return self.left_at is not None

    @property
    def role_labels(self) -> list[str]:
        return [StakeholderRole(code).label for code in self.roles if code in StakeholderRole.values]


class Contract(CustomerRow):
    """One term: what is paid a year now, what is asked for the next, and when this one ends."""

    plan = models.CharField(max_length=120, blank=True, help_text="Tier or plan name.")
    current_price = models.DecimalField(
        max_digits=14, decimal_places=2, validators=[MinValueValidator(Decimal(0))], help_text="Annual value."
    )
    target_price = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(Decimal(0))]
    )
    currency = models.CharField(max_length=3, default="USD")
    start_date = models.DateField(null=True, blank=True)
    renewal_date = models.DateField()
    notice_days = models.PositiveSmallIntegerField(default=DEFAULT_NOTICE_DAYS, validators=[MaxValueValidator(730)])
    state = models.CharField(max_length=10, choices=ContractState.choices, default=ContractState.ACTIVE)
    # The new price as a multiple of the old one, to sort by; `increase_pct` is exact. SQLite would divide whole
    # amounts as integers, therefore floats.
    price_factor = GeneratedField(
        expression=Cast("target_price", FloatField()) / NullIf(Cast("current_price", FloatField()), Value(0.0)),
        output_field=FloatField(null=True),
        db_persist=True,
    )

    class Meta(CustomerRow.Meta):
        ordering = ["-renewal_date"]
        indexes = [
            # With what decides whose turn a renewal is, so that no row of another's account is read for it.
            models.Index(fields=["state", "renewal_date", "customer", "notice_days"], name="contract_by_date"),
            models.Index(fields=["state", "current_price"], name="contract_by_price"),
            models.Index(fields=["state", "target_price"], name="contract_by_target"),
            models.Index(fields=["state", "price_factor"], name="contract_by_increase"),
            models.Index(
                fields=[
                    "customer",
                    "state",
                    "renewal_date",
                    "currency",
                    "current_price",
                    "target_price",
                    "notice_days",
                    "price_factor",
                    "id",
                ],
                name="contract_book_pass",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(state=ContractState.ACTIVE), name="contract_active_once"
            ),
            models.CheckConstraint(condition=Q(current_price__gte=0), name="contract_price_not_negative"),
            models.CheckConstraint(
                condition=Q(target_price=None) | Q(target_price__gte=0), name="contract_target_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(start_date=None) | Q(renewal_date__gt=F("start_date")),
                name="contract_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} until {self.renewal_date}"

    @property
    def increase_pct(self) -> Decimal | None:
        """The exact change from the current to the target price in percent; None without both."""
        if self.target_price is None or not self.current_price:
            return None
        return (self.target_price - self.current_price) * 100 / self.current_price
