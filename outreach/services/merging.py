"""What outreach does when two accounts become one: what both have is kept once."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower

from customers.models import Customer, User
from customers.registry.merges import register_merge
from outreach.models import ExpansionLook, FeatureRequest, TriggerLog, UpsellRun


def register() -> None:
    """Take part in merges; called at start-up."""
    register_merge(guard=why_not_merge, step=keep_once)


def why_not_merge(kept: Customer, gone: Customer) -> str:
    """Nothing of expansion stands in the way of a merge."""
    return ""


def keep_once(kept: Customer, gone: Customer, now: datetime, by: User) -> None:
    """Drop what the account that stays has as well: the same request or event, and when it is looked at."""
    ExpansionLook.objects.filter(customer=gone).delete()
    _part_events(kept, gone, now=now)
    known = FeatureRequest.objects.filter(customer=kept).annotate(lower=Lower("text")).values("lower")
    FeatureRequest.objects.filter(customer=gone).annotate(lower=Lower("text")).filter(lower__in=known).delete()


def _part_events(kept: Customer, gone: Customer, *, now: datetime) -> None:
    """Both may have a run of an event that is called alike; they were two, and both stay."""
    known = UpsellRun.objects.filter(customer=kept).values("event_id")
    for run in UpsellRun.objects.filter(customer=gone, event_id__in=known):
        event_id = f"{run.event_id[:150]} ({gone.pk})"
        UpsellRun.objects.filter(pk=run.pk).update(event_id=event_id, updated_at=now)
    known_events = TriggerLog.objects.filter(
        customer=kept, trigger_type=OuterRef("trigger_type"), occurrence=OuterRef("occurrence")
    )
    TriggerLog.objects.filter(customer=gone).filter(Exists(known_events)).delete()
