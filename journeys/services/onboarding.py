"""What the client answered when they came: saved as a new version each time; earlier ones stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.base import lock_customer
from customers.models import Customer, User
from customers.services.activity import record
from emails.rules.rendering import clean_text
from journeys.models import Onboarding
from journeys.queries.plans import last_onboarding
from journeys.rules.onboarding import find_faults


class StaleNumber(Exception):
    """Raised when somebody saved another version since the caller read it. current: the version there is now."""

    def __init__(self, current: int, noun: str) -> None:
        super().__init__(f"Somebody saved version {current} of the {noun} meanwhile. Nothing was overwritten.")
        self.current = current


def save_onboarding(
    customer: Customer, answers: Iterable[Mapping[str, str]], *, seen: int | None, now: datetime, by: User
) -> Onboarding:
    """Keep the answers as a new version; nothing happens where nothing differs.

    seen: the version that the caller knew, 0 for none; None does not ask. Raises ValidationError by place
    ("answers.3.answer"), StaleNumber.
    """
    cleaned = [
        {"question": " ".join(clean_text(row["question"]).split()), "answer": clean_text(row["answer"]).strip()}
        for row in answers
    ]
    if faults := find_faults(cleaned):
        raise ValidationError(faults)
    with transaction.atomic():
        lock_customer(customer.pk)
        last = last_onboarding(customer)
        number = last.number if last else 0
        if last is not None and last.answers == cleaned:
            return last
        if seen is not None and seen != number:
            raise StaleNumber(number, "onboarding")
        saved = Onboarding.objects.create(
            customer=customer, number=number + 1, answers=cleaned, saved_by=by, saved_at=now
        )
        given = sum(1 for row in cleaned if row["answer"])
        summary = f"Saved the onboarding: {given} of {len(cleaned)} questions answered"
        record("onboarding.saved", summary, customer=customer, by=by, now=now, subject=saved, number=saved.number)
    return saved
