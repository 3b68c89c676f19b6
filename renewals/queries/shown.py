"""A renewal with everything that other systems read of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from customers.models import Contract, Customer
from customers.queries.calendars import local_date
from customers.queries.lookup import NotThere
from renewals.enums import Stage
from renewals.models import Renewal
from renewals.queries.facts import find_running_contract
from renewals.rules.stages import days_to_renewal, stage_for


@dataclass(frozen=True)
class ShownRenewal:
    """renewal: unsaved as long as nobody has opened it. today: the customer's local date."""

    customer: Customer
    contract: Contract
    renewal: Renewal
    today: date

    @property
    def days_to_renewal(self) -> int:
        return days_to_renewal(self.contract.renewal_date, today=self.today)

    @property
    def stage(self) -> Stage:
        return stage_for(self.days_to_renewal)

    @property
    def notice_deadline(self) -> date:
        return self.contract.renewal_date - timedelta(days=self.contract.notice_days)

    @property
    def increase_percent(self) -> float | None:
        """The exact change in percent, as JSON knows numbers."""
        exact = self.contract.increase_pct
        return None if exact is None else float(exact)


def require_shown_renewal(customer: Customer, *, now: datetime) -> ShownRenewal:
    """This will give the renewal of the running contract, else the last one that ended. Raises NotThere."""
    contract = find_running_contract(customer)
    renewals = Renewal.objects.select_related("contract", "price_locked_by").filter(customer=customer)
    if contract is None:
        last = renewals.order_by("-closed_at").first()
        if last is None:
            raise NotThere("This account has no contract, so there is nothing to renew.")
        return ShownRenewal(customer, last.contract, last, local_date(now, customer.timezone))
    renewal = renewals.filter(contract=contract).first() or Renewal(customer=customer, contract=contract)
    return ShownRenewal(customer, contract, renewal, local_date(now, customer.timezone))
