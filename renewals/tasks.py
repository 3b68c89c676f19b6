"""The doorbells of renewals. The messages carry nothing: what is to be done stands in the database."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from renewals.services import crm


@shared_task(name="renewals.set_crm_stages")
def set_crm_stages() -> None:
    """Move what the first emails asked for; the clock finds those whose ring was lost."""
    crm.sweep(timezone.now())
