"""What paces mail to a customer: its own settings, and the workspace's where it has none."""

from __future__ import annotations

from datetime import datetime

from customers.models import Customer, WorkspaceSettings
from customers.queries.calendars import calendar_of, zone
from customers.rules.sending import SendingRules
from customers.rules.windows import Window


def sending_rules(customer: Customer, settings: WorkspaceSettings, *, around: datetime) -> SendingRules:
    """This will give what paces mail to the customer around a moment. Asks the database for nothing."""
    years = (around.year - 1, around.year, around.year + 1)
    return SendingRules(
        window=Window(
            # Both or neither: a constraint sees to it.
            start=customer.window_start or settings.window_start,
            end=customer.window_end or settings.window_end,
            calendar=calendar_of(customer, years=years, working_days=settings.working_days),
            zone=zone(customer.timezone),
        ),
        contact_cap=customer.contact_cap or settings.contact_cap,
        account_cap=customer.account_cap or settings.account_cap,
        collision_days=settings.collision_days,
    )
