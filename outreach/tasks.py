"""The doorbells of outreach. The messages carry nothing: what is to be done stands in the database."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from outreach.services import alerts, crm, slack_clicks, slack_questions
from outreach.services.upsell import stepping


@shared_task(name="outreach.apply_alerts")
def apply_alerts() -> None:
    """Decide on the usage alerts that came in; the clock finds those whose ring was lost."""
    alerts.apply_due(now=timezone.now())


@shared_task(name="outreach.work_for_slack")
def work_for_slack() -> None:
    """Apply clicks, then post, change and answer; the clock finds those whose ring was lost."""
    now = timezone.now()
    slack_clicks.sweep(now)
    slack_questions.sweep(now)


@shared_task(name="outreach.write_to_crm")
def write_to_crm() -> None:
    """Write the opportunities that were logged; the clock finds those that changed and those whose ring was lost."""
    crm.sweep(timezone.now())


@shared_task(name="outreach.move_upsell_runs")
def move_upsell_runs() -> None:
    """Take the steps of upsell runs that are due; the clock finds those whose ring was lost."""
    stepping.sweep(timezone.now())
