"""What renewals hear: a price was locked, a person left, a contract changed. Plans and letters follow."""

from __future__ import annotations

import uuid
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from customers.signals import book_imported, contract_changed, stakeholder_left
from outreach.signals import touch_done
from renewals.services.follow import follow_account, follow_price, follow_sent, list_live_accounts
from renewals.signals import price_locked, price_unlocked


@receiver([price_locked, price_unlocked], dispatch_uid="renewals.letters_follow_price")
def letters_follow_price(sender: object, customer_id: uuid.UUID, **_: Any) -> None:
    follow_price(customer_id, now=timezone.now())


@receiver([contract_changed, stakeholder_left], dispatch_uid="renewals.plan_follows_account")
def plan_follows_account(sender: object, customer_id: uuid.UUID, **_: Any) -> None:
    follow_account(customer_id, now=timezone.now())


@receiver(book_imported, dispatch_uid="renewals.plans_follow_import")
def plans_follow_import(sender: object, customer_ids: list[uuid.UUID], **_: Any) -> None:
    """Of the thousands that an import may touch, only accounts with a running plan have something to follow."""
    for customer_id in list_live_accounts(customer_ids):
        follow_account(customer_id, now=timezone.now())


@receiver(touch_done, dispatch_uid="renewals.plan_follows_sent")
def plan_follows_sent(sender: object, customer_id: uuid.UUID, plan_id: uuid.UUID, **_: Any) -> None:
    follow_sent(customer_id, plan_id=plan_id, now=timezone.now())
