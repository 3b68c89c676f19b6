"""What waits for the CRM, and how our stages are called there."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Q

from customers.clients.salesforce import OpportunityRead, OpportunityWrite
from customers.enums import ClaimState, ContractState
from customers.models import Contract, User
from customers.models.workspace import ONLY_ID
from customers.queries.calendars import local_date
from customers.queries.memo import once
from customers.queries.moments import Waiting, When
from outreach.enums import STAGES_FOR_THE_CRM
from outreach.models import CrmSettings, CrmWrite, Opportunity

BEHIND = Q(crm_seen_at=None, stage__in=sorted(STAGES_FOR_THE_CRM)) | Q(updated_at__gt=F("crm_seen_at"))
CLOSES_AFTER = timedelta(days=90)
"""When an opportunity is expected to close where no running contract says it."""

PROBLEMS = (ClaimState.FAILED, ClaimState.NEEDS_REVIEW)
MOST_PROBLEMS = 20


@once
def get_crm_settings() -> CrmSettings:
    """Give the settings; the defaults, unsaved, where there is no row yet."""
    return CrmSettings.objects.filter(pk=ONLY_ID).first() or CrmSettings(pk=ONLY_ID)


def crm_waiting(now: When) -> Waiting:
    """Give the opportunities that changed, the writes that are due, and what a dead worker left."""
    queued = CrmWrite.objects.filter(state=ClaimState.QUEUED).order_by("not_before")
    return (
        Opportunity.objects.filter(BEHIND).order_by("updated_at"),
        queued.filter(not_before=None),
        queued.filter(not_before__lte=now),
        CrmWrite.objects.filter(state=ClaimState.SENDING, leased_until__lt=now).order_by("leased_until"),
    )


def list_problems(user: User) -> Any:
    """Give the writes that somebody must look at, the latest first."""
    rows = CrmWrite.objects.visible_to(user).filter(state__in=PROBLEMS).select_related("opportunity", "customer")
    return rows.order_by("-updated_at")[:MOST_PROBLEMS]


def external_id_of(opportunity: Opportunity) -> str:
    return f"opportunity-{opportunity.pk}"


def build_write(
    opportunity: Opportunity, *, there: OpportunityRead | None, stage: str, now: datetime
) -> OpportunityWrite:
    """Put together what is written. What people at the CRM may have changed, name and day, is written once."""
    customer = opportunity.customer
    is_new = there is None
    account_id = customer.external_id or ""
    return OpportunityWrite(
        customer_id=customer.pk,
        external_id=external_id_of(opportunity),
        name=f"{customer.name}: {opportunity.name}" if is_new else "",
        close_date=_closes_on(opportunity, now=now) if is_new else None,
        stage=stage,
        amount=opportunity.estimated_value,
        account_id=account_id if is_new and _is_account_id(account_id) else "",
    )


def _closes_on(opportunity: Opportunity, *, now: datetime) -> date:
    today = local_date(now, opportunity.customer.timezone)
    running = Contract.objects.filter(customer=opportunity.customer_id, state=ContractState.ACTIVE)
    renews: date | None = running.values_list("renewal_date", flat=True).first()
    return renews if renews and renews > today else today + CLOSES_AFTER


def _is_account_id(text: str) -> bool:
    return text.startswith("001") and len(text) in (15, 18) and text.isascii() and text.isalnum()
