"""What renewals hear: a price was locked, a person left, a contract changed, a reply came. What hangs on it follows."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import connections
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate
from django.dispatch import receiver
from django.utils import timezone

from customers.services.kept_sums import drop_triggers, keep_sums
from customers.signals import book_imported, contract_changed, contracts_changed, stakeholder_left
from emails.signals import draft_sent, reply_corrected, reply_received
from outreach.enums import Choice
from outreach.signals import plan_closed, reaction_undone, touch_done
from renewals.queries.book_days import teach_local_day
from renewals.queries.book_sums import BOOK
from renewals.services import crm, objections, reactions
from renewals.services.book_sums import WATCHED
from renewals.services.follow import follow_account, follow_accounts, follow_price, follow_sent
from renewals.services.step_lines import keep_steps
from renewals.services.tasks import drop_contact_tasks
from renewals.signals import price_locked, price_unlocked
from renewals.tasks import set_crm_stages


@receiver([price_locked, price_unlocked], dispatch_uid="renewals.letters_follow_price")
def letters_follow_price(sender: object, customer_id: uuid.UUID, **_: Any) -> None:
    follow_price(customer_id, now=timezone.now())


@receiver([contract_changed, stakeholder_left], dispatch_uid="renewals.plan_follows_account")
def plan_follows_account(sender: object, customer_id: uuid.UUID, **_: Any) -> None:
    follow_account(customer_id, now=timezone.now())


@receiver([book_imported, contracts_changed], dispatch_uid="renewals.plans_follow_accounts")
def plans_follow_accounts(sender: object, customer_ids: list[uuid.UUID], **_: Any) -> None:
    follow_accounts(customer_ids, now=timezone.now())


@receiver(touch_done, dispatch_uid="renewals.plan_follows_sent")
def plan_follows_sent(sender: object, customer_id: uuid.UUID, plan_id: uuid.UUID, **_: Any) -> None:
    follow_sent(customer_id, plan_id=plan_id, now=timezone.now())


@receiver(plan_closed, dispatch_uid="renewals.tasks_follow_plan")
def tasks_follow_plan(sender: object, plan_id: uuid.UUID, **_: Any) -> None:
    drop_contact_tasks(plan_id, now=timezone.now())


@receiver(draft_sent, dispatch_uid="renewals.crm_follows_first_email")
def crm_follows_first_email(
    sender: object,
    draft_id: uuid.UUID,
    origin_kind: str,
    origin_id: uuid.UUID | None,
    purpose: str,
    sent_at: str,
    **_: Any,
) -> None:
    now = datetime.fromisoformat(sent_at)
    if crm.note_sent(draft_id=draft_id, origin_kind=origin_kind, origin_id=origin_id, purpose=purpose, now=now):
        set_crm_stages.delay()


@receiver([reply_received, reply_corrected], dispatch_uid="renewals.objections_follow_reply")
def objections_follow_reply(sender: object, reply_id: uuid.UUID, **_: Any) -> None:
    objections.follow_reply(reply_id, now=timezone.now())


@receiver(reaction_undone, dispatch_uid="renewals.negotiate_follows_undone")
def negotiate_follows_undone(sender: object, customer_id: uuid.UUID, choice: str, decided_at: str, **_: Any) -> None:
    if choice == Choice.NEGOTIATE:
        reactions.follow_undone(customer_id, decided_at=datetime.fromisoformat(decided_at), now=timezone.now())


@receiver(connection_created, dispatch_uid="renewals.database_knows_local_days")
def database_knows_local_days(connection: Any, **_: Any) -> None:
    teach_local_day(connection)


@receiver(pre_migrate, dispatch_uid="renewals.tables_may_be_changed")
def tables_may_be_changed(sender: Any, using: str, **_: Any) -> None:
    if sender.label == "renewals":
        drop_triggers(connections[using], BOOK, WATCHED)


@receiver(post_migrate, dispatch_uid="renewals.database_keeps_sums")
def database_keeps_sums(sender: Any, using: str, **_: Any) -> None:
    if sender.label == "renewals":
        keep_sums(connections[using], BOOK, WATCHED)
        keep_steps(connections[using], now=timezone.now())
