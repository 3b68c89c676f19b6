"""What happens at the door goes on record: who signed in, who signed out, whose name was locked. Rings for messages."""

from __future__ import annotations

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import connections
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from customers.models import User
from customers.services.activity import record
from customers.services.kept_marks import install_marks
from customers.services.second_factors import find_factor, wants_two_steps
from customers.signals import deliveries_due
from customers.tasks import deliver_webhooks
from customers.view_base import MUST_BEGIN


@receiver(post_migrate, dispatch_uid="customers.database_marks_its_tables")
def database_marks_its_tables(sender: Any, using: str, **_: Any) -> None:
    if sender.label == "customers":
        install_marks(connections[using])


@receiver(deliveries_due, dispatch_uid="customers.ring_for_deliveries")
def ring_for_deliveries(sender: object, **_: Any) -> None:
    deliver_webhooks.delay()


@receiver(user_logged_in, dispatch_uid="customers.record_sign_in")
def record_sign_in(*, request: HttpRequest, user: User, **kwargs: Any) -> None:
    record("user.signed_in", "Signed in", customer=None, by=user, now=timezone.now(), subject=user)
    is_proven_elsewhere = getattr(request, "is_proven_elsewhere", False)
    if wants_two_steps(user) and not is_proven_elsewhere and find_factor(user) is None:
        request.session[MUST_BEGIN] = True


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
