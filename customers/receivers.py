"""What happens at the door goes on record: who signed in, who signed out, whose name was locked. Rings for messages."""

from __future__ import annotations

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from customers.models import User
from customers.services.activity import record
from customers.signals import deliveries_due
from customers.tasks import deliver_webhooks


@receiver(deliveries_due, dispatch_uid="customers.ring_for_deliveries")
def ring_for_deliveries(sender: object, **_: Any) -> None:
    deliver_webhooks.delay()


@receiver(user_logged_in, dispatch_uid="customers.record_sign_in")
def record_sign_in(*, request: HttpRequest, user: User, **kwargs: Any) -> None:
    record("user.signed_in", "Signed in", customer=None, by=user, now=timezone.now(), subject=user)


@receiver(user_logged_out, dispatch_uid="customers.record_sign_out")
def record_sign_out(*, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        record("user.signed_out", "Signed out", customer=None, by=user, now=timezone.now(), subject=user)


@receiver(user_locked_out, dispatch_uid="customers.record_lock")
def record_lock(*, username: str | None, **kwargs: Any) -> None:
    """Put a lock on record; the name only where it is somebody's, since people type passwords there."""
    person = User.objects.filter(username=username or "").first()
    if person is None:
        return
    summary = f"Sign-in of {person.display_name} locked after too many wrong passwords"
    record("user.locked", summary, customer=None, by=None, now=timezone.now(), subject=person)
