"""What is observed of an account over time: usage, health, wins, meetings."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from customers.enums import MeetingState
from customers.models.base import CustomerRow
from customers.rules.metrics import metric_name
from customers.rules.persons import OfPerson


class UsageSample(CustomerRow):
    """How much of one metric was used at one moment, and the limit that the plan sets, if any."""

    metric = models.CharField(max_length=80)
    value = models.DecimalField(max_digits=18, decimal_places=4)
    limit = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    at = models.DateTimeField()

    class Meta(CustomerRow.Meta):
        ordering = ["metric", "at"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "metric", "at"], name="usage_sample_once"),
        ]

    def __str__(self) -> str:
        return f"{metric_name(self.metric)} {self.value}"


class HealthSample(CustomerRow):
    """The health score at one moment, 0-100."""

    score = models.PositiveSmallIntegerField(validators=[MaxValueValidator(100)])
    at = models.DateTimeField()

    class Meta(CustomerRow.Meta):
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "at"], name="health_sample_once"),
            models.CheckConstraint(condition=Q(score__lte=100), name="health_sample_0_100"),
        ]

    def __str__(self) -> str:
        return str(self.score)


class Win(CustomerRow):
    """A success of the customer with us, in words; the yearly value where it was measured."""

    text = models.CharField(max_length=300)
    value = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True, help_text="A year.")
    achieved_on = models.DateField(null=True, blank=True)

    class Meta(CustomerRow.Meta):
        ordering = ["-value", "text"]
        constraints = [models.UniqueConstraint(fields=["customer", "text"], name="win_once")]

    def __str__(self) -> str:
        return self.text


class Meeting(CustomerRow):
    """A conversation with people of the customer, planned or held."""

    of_person = OfPerson(by=("stakeholders",), words=("title", "notes"), shared="stakeholders")

    title = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    stakeholders = models.ManyToManyField("customers.Stakeholder", blank=True, related_name="meetings")
    state = models.CharField(max_length=12, choices=MeetingState.choices, default=MeetingState.SCHEDULED)
    held_at = models.DateTimeField(null=True, blank=True)
    notes = models.TextField(blank=True)
    recorded_by = models.ForeignKey(
        "customers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta(CustomerRow.Meta):
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=MeetingState.HELD) | Q(held_at__isnull=False),
                name="meeting_held_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.title
