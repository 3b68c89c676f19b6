"""Mails that Outreach.io sent, as pages show them and as the gate counts them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, F, Value, When
from django.db.models.expressions import RawSQL

from customers.models.prepared import Slot
from emails.enums import Lane
from emails.registry import MailsElsewhere
from outreach.enums import TriggerType
from outreach.models import Enrollment, OutreachMail

LANES = {TriggerType.RENEWAL_90_DAYS.value: Lane.RENEWAL}
"""Of the other sequences nobody can say what they sell or ask: they stand behind notice and renewal, as upsells do."""

PART = "Outreach.io"
SHOWN_EACH = 6


def attach_mails(rows: Iterable[Enrollment], *, most: int = SHOWN_EACH) -> None:
    """This will put `latest_mails` on each enrollment, the latest first, in one query for all."""
    listed = list(rows)
    found: dict[UUID, list[OutreachMail]] = defaultdict(list)
    for mail in OutreachMail.objects.filter(enrollment__in=[row.pk for row in listed]).order_by("-sent_at"):
        if mail.enrollment_id is not None and len(found[mail.enrollment_id]) < most:
            found[mail.enrollment_id].append(mail)
    for row in listed:
        row.latest_mails = found[row.pk]  # type: ignore[attr-defined]


def list_other_mails(customer_id: UUID, *, most: int = SHOWN_EACH) -> list[OutreachMail]:
    """This will list the latest mails of sequences that nobody of the account was put into from here."""
    rows = OutreachMail.objects.filter(customer=customer_id, enrollment=None).select_related("stakeholder")
    return list(rows.order_by("-sent_at")[:most])


def _sent_since(customer_ids: Collection[UUID] | RawSQL, since: datetime | Slot) -> Any:
    lane = Case(
        *(When(enrollment__trigger_type=trigger, then=Value(str(kind))) for trigger, kind in LANES.items()),
        default=Value(str(Lane.UPSELL)),
        output_field=CharField(),
    )
    rows = OutreachMail.objects.filter(customer__in=customer_ids, sent_at__gt=since)
    return rows.annotate(lane=lane, to_name=F("stakeholder__name"), left_at=F("sent_at"))


ELSEWHERE = MailsElsewhere(PART, _sent_since)
