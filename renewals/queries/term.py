"""The running term of one account: its contract and renewal, where they stand today, and what came before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from customers.enums import ContractState
from customers.models import Contract, Customer
from customers.queries.calendars import local_date
from customers.queries.memo import kept
from renewals.enums import Outcome, Stage
from renewals.models import Renewal
from renewals.rules.opening import Opening, engage_opening
from renewals.rules.stages import StageSpan, days_to_renewal, span_of, stage_for


@dataclass(frozen=True)
class Term:
    """renewal: None until the contract's renewal was opened. days: to renewal, in the customer's zone."""

    contract: Contract
    renewal: Renewal | None
    today: date
    past: list[Renewal]

    @property
    def days(self) -> int:
        return days_to_renewal(self.contract.renewal_date, today=self.today)

    @property
    def stage(self) -> Stage:
        return stage_for(self.days)

    @property
    def span(self) -> StageSpan:
        return span_of(self.stage)

    @property
    def notice_deadline(self) -> date:
        return self.contract.renewal_date - timedelta(days=self.contract.notice_days)

    @property
    def days_to_notice(self) -> int:
        return (self.notice_deadline - self.today).days

    @property
    def opening(self) -> Opening:
        return engage_opening(
            renewal_date=self.contract.renewal_date, notice_days=self.contract.notice_days, today=self.today
        )

    @property
    def price_locked(self) -> bool:
        return self.renewal is not None and self.renewal.price_locked

    @property
    def increase_pct(self) -> Decimal | None:
        return self.contract.increase_pct


def read_churned(customer: Customer) -> Renewal | None:
    """This will read the last renewal of an account without a running contract, where it ended as churned."""
    last = Renewal.objects.filter(customer=customer, closed_at__isnull=False).order_by("-closed_at").first()
    return last if last is not None and last.outcome == Outcome.CHURNED else None


def read_term(customer: Customer, *, now: datetime) -> Term | None:
    """This will read all contracts of the account in one query; None where none is running."""
    contracts = list(Contract.objects.filter(customer=customer).select_related("renewal", "renewal__price_locked_by"))
    running = next((contract for contract in contracts if contract.state == ContractState.ACTIVE), None)
    past = [renewal for contract in contracts if (renewal := _renewal(contract)) and not renewal.is_open]
    if running is None:
        return None
    return Term(running, _renewal(running), local_date(now, customer.timezone), past)


def find_notice_deadline(customer: Customer) -> date | None:
    """This will give the day until which notice must be given on the running contract; None without one."""
    active = Contract.objects.filter(customer=customer, state=ContractState.ACTIVE)
    running: Contract | None = kept(("running_contract", customer.pk), active.first)
    return running.renewal_date - timedelta(days=running.notice_days) if running else None


def _renewal(contract: Contract) -> Renewal | None:
    """The reverse side of a one-to-one raises where there is none."""
    renewal: Renewal | None = getattr(contract, "renewal", None)
    return renewal
