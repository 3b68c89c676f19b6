"""How clients find it: what they answered at the end, and who has switched the programme's mails off.

Source: the journey spec, "Client Satisfaction".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Lower

from customers.models import Stakeholder, User
from emails.enums import Lane, SuppressionCause
from emails.models import Suppression
from journeys.models import Feedback

ASKED_FOR = timedelta(days=365)
"""A programme takes eight months: what was answered within 30 days would be next to nothing."""
OWN_WISH = (SuppressionCause.UNSUBSCRIBED, SuppressionCause.REPLY, SuppressionCause.COMPLAINT)


@dataclass(frozen=True)
class Satisfaction:
    """Of the answers of the last year: how many, and how many said yes."""

    answers: int
    supported: int
    liked_reminders: int

    @property
    def supported_pct(self) -> float | None:
        return round(100 * self.supported / self.answers, 1) if self.answers else None

    @property
    def reminders_pct(self) -> float | None:
        return round(100 * self.liked_reminders / self.answers, 1) if self.answers else None


def read_satisfaction(user: User, *, now: datetime) -> Satisfaction:
    """This will count the answers of the accounts that the reader may see, in one query."""
    rows = Feedback.objects.visible_to(user).filter(at__gte=now - ASKED_FOR)
    return Satisfaction(
        **rows.aggregate(
            answers=Count("pk"),
            supported=Count("pk", filter=Q(is_supported=True)),
            liked_reminders=Count("pk", filter=Q(likes_reminders=True)),
        )
    )


def has_switched_off() -> Exists:
    """This will give the condition on journeys of whose contacts somebody wanted no mails of the programme."""
    wishes = Suppression.objects.open().filter(topic__in=["", Lane.JOURNEY], cause__in=OWN_WISH).exclude(address="")
    people = Stakeholder.objects.filter(customer=OuterRef("customer"), left_at=None).exclude(email="")
    return Exists(people.annotate(lowered=Lower("email")).filter(lowered__in=wishes.values("address")))
