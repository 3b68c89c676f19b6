"""What enrollments hear: stops set and lifted, addresses suppressed, plans closed, and what may be a trigger."""

from __future__ import annotations

import uuid
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from customers.enums import HoldScope
from customers.models import Hold
from customers.signals import (
    book_imported,
    brake_cleared,
    brake_set,
    customer_created,
    hold_ended,
    hold_started,
    stakeholder_left,
    stakeholder_reachable,
)
from emails.enums import SuppressionCause
from emails.signals import address_restored, address_suppressed
from outreach.enums import PausedBy
from outreach.services import enrollment_control, enrollment_triggers
from outreach.services.enrolling import free_approved, free_plan_waits
from outreach.services.enrollment_sync import ensure_desk
from outreach.services.prospects import ask_opt_out
from outreach.signals import (
    enrollment_approved,
    enrollments_due,
    outreach_changed,
    outreach_news_kept,
    plan_closed,
)
from outreach.tasks_enrollment import apply_outreach_news, enroll, work_enrollments


@receiver(enrollment_approved, dispatch_uid="outreach.ring_for_enrollment")
def ring_for_enrollment(sender: object, enrollment_id: uuid.UUID, **_: Any) -> None:
    enroll.delay(str(enrollment_id))


@receiver(enrollments_due, dispatch_uid="outreach.ring_for_enrollments")
def ring_for_enrollments(sender: object, **_: Any) -> None:
    work_enrollments.delay()


@receiver(outreach_news_kept, dispatch_uid="outreach.ring_for_outreach_news")
def ring_for_news(sender: object, **_: Any) -> None:
    apply_outreach_news.delay()


@receiver(outreach_changed, dispatch_uid="outreach.desk_of_enrollments")
def look_from_now_on(sender: object, **_: Any) -> None:
    ensure_desk(now=timezone.now())


@receiver(brake_set, dispatch_uid="outreach.brake_pauses_there")
def pause_for_brake(sender: object, customer_id: uuid.UUID, **_: Any) -> None:
    enrollment_control.stop_there([customer_id], PausedBy.BRAKE, now=timezone.now())


@receiver(brake_cleared, dispatch_uid="outreach.brake_goes_on_there")
def go_on_after_brake(sender: object, customer_id: uuid.UUID, **_: Any) -> None:
    _go_on([customer_id])


@receiver(hold_started, dispatch_uid="outreach.hold_pauses_there")
def pause_for_hold(sender: object, customer_id: uuid.UUID | None, scope: str, **_: Any) -> None:
    if scope != HoldScope.ACCOUNT:
        return
    ids = [customer_id] if customer_id else _held_lately()
    enrollment_control.stop_there(ids, PausedBy.HOLD, now=timezone.now())


@receiver(hold_ended, dispatch_uid="outreach.hold_goes_on_there")
def go_on_after_hold(sender: object, customer_id: uuid.UUID | None, scope: str, **_: Any) -> None:
    if scope == HoldScope.ACCOUNT and customer_id:
        _go_on([customer_id])


@receiver(address_suppressed, dispatch_uid="outreach.suppression_goes_there")
def tell_suppression(sender: object, address: str, topic: str, cause: str, **_: Any) -> None:
    """What came from there is known there; an opt-out of one topic is no opt-out of everything there."""
    now = timezone.now()
    enrollment_control.end_for_address(address, now=now)
    if cause != SuppressionCause.OUTREACH and not topic and ask_opt_out(address, now=now):
        work_enrollments.delay()


@receiver(address_restored, dispatch_uid="outreach.restored_goes_on")
def go_on_after_restoring(sender: object, customer_ids: list[uuid.UUID], **_: Any) -> None:
    if free_approved(customer_ids, now=timezone.now()):
        work_enrollments.delay()


@receiver(plan_closed, dispatch_uid="outreach.enrollments_after_plan")
def look_again_after_plan(sender: object, customer_id: uuid.UUID, **_: Any) -> None:
    now = timezone.now()
    free_plan_waits(customer_id, now=now)
    if free_approved([customer_id], now=now):
        work_enrollments.delay()


@receiver(customer_created, dispatch_uid="outreach.trigger_new_customer")
def trigger_new_customer(sender: object, customer_id: uuid.UUID, **_: Any) -> None:
    enrollment_triggers.note_new_customers([customer_id], now=timezone.now())


@receiver(book_imported, dispatch_uid="outreach.trigger_new_customers")
def trigger_new_customers(sender: object, created_ids: list[uuid.UUID], **_: Any) -> None:
    enrollment_triggers.note_new_customers(created_ids, now=timezone.now())


@receiver(stakeholder_reachable, dispatch_uid="outreach.trigger_new_person")
def trigger_new_person(sender: object, customer_id: uuid.UUID, **_: Any) -> None:
    enrollment_triggers.note_new_person(customer_id, now=timezone.now())


@receiver(stakeholder_left, dispatch_uid="outreach.trigger_champion_left")
def trigger_champion_left(sender: object, stakeholder_id: uuid.UUID, **_: Any) -> None:
    enrollment_triggers.note_left(stakeholder_id, now=timezone.now())


def _go_on(customer_ids: list[uuid.UUID]) -> None:
    now = timezone.now()
    count = enrollment_control.go_on_there(customer_ids, now=now)
    if free_approved(customer_ids, now=now) and not count:
        work_enrollments.delay()


def _held_lately() -> list[uuid.UUID]:
    """Many holds at once name no account: those that have somebody in a sequence are few."""
    there = enrollment_control.customers_there()
    held = Hold.objects.filter(customer__in=there, ended_at=None, scope=HoldScope.ACCOUNT)
    return list(held.values_list("customer_id", flat=True))
