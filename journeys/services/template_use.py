"""What journeys know of their templates: whose next mails a new text touches, and who keeps the old one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Min

from emails.models import MailTemplate, MailTemplateVersion
from emails.registry import Touched
from journeys.enums import AutomationStatus, JourneyKind, JourneyState
from journeys.models import AutomationSchedule, Journey, TemplatePin
from journeys.queries.mail_preview import preview_values

FOLLOWS_DELIVERY = frozenset({JourneyKind.READY, JourneyKind.CELEBRATE, JourneyKind.HALFWAY, JourneyKind.COMPLETED})
"""These have no row until their month is delivered: every journey under way may still get one."""

ABOUT_PAUSES = frozenset({JourneyKind.PAUSED, JourneyKind.RESUMES_SOON, JourneyKind.WELCOME_BACK})


class JourneyTemplates:
    """The journeys' side of `emails.registry.TemplateUse`."""

    def read_values(self, key: str, customer_id: UUID | None, now: datetime) -> Mapping[str, str]:
        return preview_values(key, customer_id, now=now)

    def list_touched(self, key: str) -> Sequence[Touched]:
        """This will list the journeys under way that may still get such a mail, with the day of the next one."""
        if key not in JourneyKind.values:
            return []
        kind = JourneyKind(key)
        rows = Journey.objects.filter(state=JourneyState.ACTIVE).select_related("customer", "version__programme")
        upcoming = _next_days(kind)
        if kind not in FOLLOWS_DELIVERY | ABOUT_PAUSES:
            rows = rows.filter(pk__in=upcoming)
        pins = {pin.journey_id: pin for pin in TemplatePin.objects.filter(template__key=key).select_related("version")}
        return [
            _touched(journey, upcoming.get(journey.pk), pins.get(journey.pk))
            for journey in rows.order_by("customer__name", "pk")
        ]

    def keep_old(self, old: Any, ids: Collection[UUID], now: datetime) -> int:
        return keep_version(old, ids)

    def leave_out(self, template: Any, ids: Collection[UUID], now: datetime) -> int:
        return leave_out(template, ids)


def keep_version(old: MailTemplateVersion, journey_ids: Collection[UUID]) -> int:
    """This will pin the old text for these journeys and let all others go on with the newest; gives how many keep it.

    A journey that keeps a still older one goes on keeping that.
    """
    pins = TemplatePin.objects.filter(template=old.template_id)
    pins.exclude(journey__in=journey_ids, version__isnull=False).delete()
    kept = list(Journey.objects.filter(pk__in=journey_ids).values_list("pk", "customer_id"))
    TemplatePin.objects.bulk_create(
        [
            TemplatePin(customer_id=customer, journey_id=journey, template_id=old.template_id, version=old)
            for journey, customer in kept
        ],
        ignore_conflicts=True,
        batch_size=500,
    )
    return len(kept)


def leave_out(template: MailTemplate, journey_ids: Collection[UUID]) -> int:
    """This will have these journeys go without mails of this template until another answer; gives how many."""
    left = list(Journey.objects.filter(pk__in=journey_ids).values_list("pk", "customer_id"))
    TemplatePin.objects.bulk_create(
        [TemplatePin(customer_id=customer, journey_id=journey, template=template) for journey, customer in left],
        update_conflicts=True,
        unique_fields=["journey", "template"],
        update_fields=["version", "updated_at"],
        batch_size=500,
    )
    return len(left)


def kept_by(template: MailTemplate) -> int:
    """This will count the journeys that keep an older text of the template."""
    return int(TemplatePin.objects.filter(template=template).count())


def _next_days(kind: JourneyKind) -> dict[UUID, datetime]:
    rows = AutomationSchedule.objects.filter(subject_kind="journey", kind=kind, status=AutomationStatus.SCHEDULED)
    return dict(rows.values_list("subject_id").annotate(first=Min("trigger_at")).order_by())


def _touched(journey: Journey, first: datetime | None, pin: TemplatePin | None) -> Touched:
    day = f"next {first:%-d %b %Y}" if first else ""
    kept = ""
    if pin is not None:
        kept = f"keeps version {pin.version.number} now" if pin.version else "goes without it now"
    details = ", ".join(filter(None, [str(journey.version), day, kept]))
    return Touched(journey.pk, journey.customer.name, details)
