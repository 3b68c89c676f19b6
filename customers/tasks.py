"""The ground's own tasks: doorbells for what a page must not wait for."""

from __future__ import annotations

import uuid

import structlog
from celery import shared_task
from django.utils import timezone

from customers.queries.workspace import get_settings
from customers.services import deliveries, pulling, record_checks, sealing
from customers.services.archiving.moving import archive_old, why_not
from customers.services.importing.runs import carry_out
from customers.services.password_resets import request_reset_link

log = structlog.get_logger(__name__)


@shared_task(name="customers.send_reset_link")
def ring_for_reset_link(email: str) -> None:
    """This will look the address up and mail the link here, so that the page takes as long for any address."""
    request_reset_link(email)


@shared_task(name="customers.carry_out_import")
def carry_out_import(run_id: str) -> None:
    """This will carry out a queued import; the row is the job, and the clock's sweep finds it without this."""
    carry_out(uuid.UUID(run_id), now=timezone.now())


@shared_task(name="customers.pull_usage")
def pull_usage() -> None:
    """This will ask the sources whose turn it is; the clock finds those whose ring was lost."""
    pulling.sweep(timezone.now())


@shared_task(name="customers.seal_record")
def seal_record() -> None:
    """This will give each new line of the record its link, then verify the record where somebody asked for it."""
    sealing.seal_waiting(now=timezone.now())
    record_checks.check_asked(now=timezone.now())


@shared_task(name="customers.deliver_webhooks")
def deliver_webhooks() -> None:
    """This will send the messages whose turn it is; the clock finds those whose ring was lost."""
    deliveries.sweep(timezone.now())


ARCHIVED_FOR_S = 600
"""A night's share: what is left goes the night after."""


@shared_task(name="customers.archive_old")
def archive_old_rows() -> None:
    """This will move old rows out of the tables that people and the clock work in, where that is switched on."""
    if reason := why_not():
        log.info("nothing_archived", reason=reason)
        return
    for moved in archive_old(now=timezone.now(), months=get_settings().archive_months, seconds=ARCHIVED_FOR_S):
        if moved.rows:
            log.info("archived", table=moved.table, rows=moved.rows, is_archived=moved.is_archived, is_all=moved.is_all)
