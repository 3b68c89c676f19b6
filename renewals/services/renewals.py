"""The verbs of a renewal: its price set, locked and unlocked, and how it ended, which opens the next cycle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from customers.base import lock_customer
from customers.enums import ContractState
from customers.models import Contract, Customer, User
from customers.rules.book.dates import MAX_YEAR
from customers.services.activity import record
from customers.signals import contract_changed, send_after_commit
from emails.rules.facts import format_money, format_percent
from outreach.enums import PlanEnd
from outreach.queries.plans import find_live_plan
from outreach.services.plans import close_plan
from renewals.enums import OUTCOMES_WITH_NEXT_CYCLE, Outcome
from renewals.models import Renewal
from renewals.rules.authority import why_not_decide_price
from renewals.rules.cycles import LONGEST_TERM_MONTHS, add_months, term_months
from renewals.services.tasks import drop_tasks
from renewals.signals import outcome_set, price_locked, price_unlocked

HIGHEST_PRICE = Decimal("999999999999.99")
ANOTHER_IS_OPEN = "The renewal before this one is still open: set its outcome first."
LOCKED = "The price is locked. Unlock it first."


class NotAllowed(PermissionError):
    """Raised when this person may not do this; says who may."""


class PriceIsLocked(Exception):
    """Raised when a locked price is to be changed."""


class NoTargetPrice(Exception):
    """Raised when there is no target price to lock."""


class RenewalClosed(Exception):
    """Raised when the renewal has an outcome already."""


class NoContract(Exception):
    """Raised when the customer has no running contract, so that there is nothing to renew."""


@dataclass(frozen=True)
class Ending:
    """How a renewal ended. price: a year of the next term; term_months: its length; both None when churned."""

    outcome: Outcome
    price: Decimal | None = None
    term_months: int | None = None
    reason: str = ""


def open_renewal(contract: Contract, *, now: datetime, by: User | None) -> Renewal:
    """Make the renewal of a contract, or give the one it has.

    Raises ValidationError when another renewal of the customer is still open: it needs its outcome first.
    """
    existing = Renewal.objects.filter(contract=contract).first()
    if existing is not None:
        return existing
    with transaction.atomic():
        lock_customer(contract.customer_id)
        if Renewal.objects.filter(customer_id=contract.customer_id, closed_at=None).exclude(contract=contract).exists():
            raise ValidationError({"contract": ANOTHER_IS_OPEN})
        renewal, made = Renewal.objects.get_or_create(contract=contract, defaults={"customer_id": contract.customer_id})
        if made:
            record(*say_opened(contract), customer=contract.customer_id, by=by, now=now, subject=renewal)
    return renewal


def say_opened(contract: Contract) -> tuple[str, str]:
    """Give verb and words of the record's line."""
    return "renewal.opened", f"Renewal of {contract.renewal_date:%d %b %Y} opened"


def open_renewal_of(customer: Customer, *, now: datetime, by: User | None) -> Renewal:
    """Make or give the renewal of the customer's running contract. Raises NoContract."""
    contract = Contract.objects.filter(customer=customer, state=ContractState.ACTIVE).first()
    if contract is None:
        raise NoContract("This account has no running contract.")
    return open_renewal(contract, now=now, by=by)


def set_target_price(renewal: Renewal, *, price: Decimal | None, now: datetime, by: User) -> bool:
    """Write the price asked for the next term; False when it is the one that stands.

    Raises NotAllowed, PriceIsLocked, RenewalClosed, ValidationError for a price below zero or too long.
    """
    _require_writer(by)
    _check_price(price, field="targetPrice")
    with transaction.atomic():
        contract = _open_contract(renewal)
        if renewal.price_locked:
            raise PriceIsLocked(LOCKED)
        old = contract.target_price
        if old == price:
            return False
        Contract.objects.filter(pk=contract.pk).update(target_price=price, updated_at=now)
        record(
            "price.set",
            f"Target price {_money(old, contract)} → {_money(price, contract)}",
            customer=renewal.customer_id,
            by=by,
            now=now,
            subject=renewal,
            old=str(old) if old is not None else None,
            new=str(price) if price is not None else None,
        )
        send_after_commit(contract_changed, customer_id=renewal.customer_id, contract_id=contract.pk)
    renewal.contract.target_price = price
    return True


def lock_price(renewal: Renewal, *, now: datetime, by: User) -> bool:
    """Lock the target price, so that proposals and emails may state it; False when it was locked already.

    Raises NoTargetPrice, NotAllowed (a discount or an increase above 15 % takes a lead), RenewalClosed.
    """
    with transaction.atomic():
        contract = _open_contract(renewal)
        if contract.target_price is None:
            raise NoTargetPrice("Set the target price before locking it.")
        _require_decider(contract, by)
        locked = Renewal.objects.filter(pk=renewal.pk, price_locked_at=None, closed_at=None).update(
            price_locked_at=now, price_locked_by=by, updated_at=now
        )
        if locked:
            change = f" ({format_percent(contract.increase_pct)})" if contract.increase_pct is not None else ""
            record(
                "price.locked",
                f"Price locked at {_money(contract.target_price, contract)}{change}",
                customer=renewal.customer_id,
                by=by,
                now=now,
                subject=renewal,
                price=str(contract.target_price),
            )
            send_after_commit(price_locked, customer_id=renewal.customer_id, renewal_id=renewal.pk)
    renewal.refresh_from_db()
    return bool(locked)


def unlock_price(renewal: Renewal, *, now: datetime, by: User) -> bool:
    """Unlock the price; what states it is stopped at the gate until it is locked again.

    False when it was not locked. Raises NotAllowed, RenewalClosed.
    """
    with transaction.atomic():
        contract = _open_contract(renewal)
        _require_decider(contract, by)
        unlocked = Renewal.objects.filter(pk=renewal.pk, price_locked_at__isnull=False, closed_at=None).update(
            price_locked_at=None, price_locked_by=None, updated_at=now
        )
        if unlocked:
            record("price.unlocked", "Price unlocked", customer=renewal.customer_id, by=by, now=now, subject=renewal)
            send_after_commit(price_unlocked, customer_id=renewal.customer_id, renewal_id=renewal.pk)
    renewal.refresh_from_db()
    return bool(unlocked)


def set_outcome(renewal: Renewal, *, ending: Ending, now: datetime, by: User) -> Renewal | None:
    """Close the renewal with its outcome, end its contract, plan and tasks, and open the next cycle.

    Gives the renewal of the next contract, None when the customer churned. Raises NotAllowed,
    RenewalClosed, ValidationError by field.
    """
    _require_writer(by)
    with transaction.atomic():
        lock_customer(renewal.customer_id)
        contract = _open_contract(renewal)
        _check_ending(ending, contract)
        _close(renewal, ending, now=now, by=by)
        Contract.objects.filter(pk=contract.pk).update(state=ContractState.ENDED, updated_at=now)
        plan = find_live_plan(renewal.customer_id)
        if plan is not None and plan.renewal_id == renewal.pk:
            close_plan(plan, end=PlanEnd.OUTCOME, reason=ending.outcome.label, now=now, by=by)
        drop_tasks(renewal, now=now)
        following = _next_cycle(contract, ending, now=now, by=by)
        send_after_commit(
            outcome_set, customer_id=renewal.customer_id, renewal_id=renewal.pk, outcome=str(ending.outcome)
        )
    renewal.refresh_from_db()
    return following


def _close(renewal: Renewal, ending: Ending, *, now: datetime, by: User) -> None:
    closed = Renewal.objects.filter(pk=renewal.pk, closed_at=None).update(
        outcome=ending.outcome,
        outcome_price=ending.price,
        outcome_term_months=ending.term_months,
        outcome_reason=ending.reason[:500],
        closed_at=now,
        closed_by=by,
        updated_at=now,
    )
    if not closed:
        raise RenewalClosed("This renewal has its outcome already.")
    record(
        "renewal.closed",
        f"Outcome: {ending.outcome.label.lower()}" + (f" ({ending.reason})" if ending.reason else ""),
        customer=renewal.customer_id,
        by=by,
        now=now,
        subject=renewal,
        outcome=str(ending.outcome),
        price=str(ending.price) if ending.price is not None else None,
        term_months=ending.term_months,
    )


def _next_cycle(contract: Contract, ending: Ending, *, now: datetime, by: User) -> Renewal | None:
    if ending.outcome not in OUTCOMES_WITH_NEXT_CYCLE:
        return None
    months = ending.term_months or term_months(contract.start_date, contract.renewal_date)
    following = Contract.objects.create(
        customer_id=contract.customer_id,
        plan=contract.plan,
        current_price=ending.price or Decimal(0),
        currency=contract.currency,
        start_date=contract.renewal_date,
        renewal_date=add_months(contract.renewal_date, months),
        notice_days=contract.notice_days,
    )
    send_after_commit(contract_changed, customer_id=contract.customer_id, contract_id=following.pk)
    return open_renewal(following, now=now, by=by)


def _open_contract(renewal: Renewal) -> Contract:
    """Read the renewal and its contract again; what was handed in may be old."""
    renewal.refresh_from_db()
    if not renewal.is_open:
        raise RenewalClosed("This renewal has its outcome already.")
    contract: Contract = renewal.contract
    contract.refresh_from_db()
    return contract


def _require_writer(by: User) -> None:
    if not by.is_writer:
        raise NotAllowed("Your role may read, not change.")


def _require_decider(contract: Contract, by: User) -> None:
    reason = why_not_decide_price(
        increase_pct=contract.increase_pct,
        is_worker=by.is_worker,
        is_leader=by.is_leader,
        is_owner=contract.customer.owner_id in by.desk,
    )
    if reason:
        raise NotAllowed(reason)


WRONG_TERM = f"Enter a term of 1 to {LONGEST_TERM_MONTHS} months."


def _check_ending(ending: Ending, contract: Contract) -> None:
    errors: dict[str, str] = {}
    if ending.outcome in OUTCOMES_WITH_NEXT_CYCLE:
        if ending.price is None:
            errors["price"] = "Enter the price of the next term."
        elif ending.outcome == Outcome.CONTRACTED and ending.price >= contract.current_price:
            errors["price"] = "Contracted means renewed for less than the current price."
        if ending.term_months is None:
            errors["termMonths"] = WRONG_TERM
    elif not ending.reason.strip():
        errors["reason"] = "Say why the customer left."
    if ending.term_months is not None and not 1 <= ending.term_months <= LONGEST_TERM_MONTHS:
        errors["termMonths"] = WRONG_TERM
    elif ending.term_months is not None and contract.renewal_date.year + ending.term_months // 12 >= MAX_YEAR:
        errors["termMonths"] = f"The next term must end before {MAX_YEAR}."
    if errors:
        raise ValidationError(errors)
    _check_price(ending.price, field="price")


def _check_price(price: Decimal | None, *, field: str) -> None:
    if price is None:
        return
    if not price.is_finite() or price < 0:
        raise ValidationError({field: "Enter a price of zero or more."})
    if price > HIGHEST_PRICE or price != round(price, 2):
        raise ValidationError({field: "Enter a price with at most two decimals, below a trillion."})


def _money(price: Decimal | None, contract: Contract) -> str:
    return "none" if price is None else format_money(price, contract.currency)
