"""Contracts that another system tells by the hundred: compared together; only those that differ are locked and written.

What comes of each is what one after the other would give (`entering`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction

from customers.enums import ContractState
from customers.models import Contract, Customer
from customers.queries.many import many
from customers.registry.contract_entry import ToldContract
from customers.registry.looks import note_accounts
from customers.services.activity import line, record_many
from customers.services.arrays import insert_objects, moment, update_rows
from customers.services.changes import plain, set_fields
from customers.services.contracts import WRITABLE, check_terms, say_added, say_changed
from customers.services.locks import lock_ids
from customers.signals import contracts_changed, send_after_commit
from renewals.models import Renewal
from renewals.services.entering import UNDER_THE_LOCK, check_enough
from renewals.services.renewals import ANOTHER_IS_OPEN, LOCKED, say_opened

FIELDS = tuple(sorted(WRITABLE))


class Clash(Exception):
    """Raised where somebody wrote one of the rows between our look and our writing: look again."""


def enter_contracts(told: Sequence[ToldContract], now: datetime) -> list[bool | ValidationError]:
    """This will write what another system tells of running contracts, all that can be taken, in a few statements.

    values: fields of `Contract`. Gives for each in turn whether anything changed, or why it was not taken: a locked
    price, a new contract without its price. Raises Clash.
    """
    standing = _read_terms({one.customer_id for one in told})
    moving = {one.customer_id for one in told if not _stands(standing.get(one.customer_id), one.values)}
    if not moving:
        return [False] * len(told)
    with transaction.atomic():
        desk = _look_under_lock(moving, now=now)
        outcomes = [one.customer_id in moving and desk.enter(one) for one in told]
        desk.write()
    return outcomes


def _read_terms(customer_ids: Collection[UUID]) -> dict[UUID, Mapping[str, Any]]:
    rows = Contract.objects.filter(customer__in=many(customer_ids), state=ContractState.ACTIVE).order_by()
    return {row["customer_id"]: row for row in rows.values("customer_id", *FIELDS)}


def _stands(known: Mapping[str, Any] | None, values: Mapping[str, Any]) -> bool:
    return known is not None and all(known[name] == value for name, value in values.items())


def _look_under_lock(customer_ids: Collection[UUID], *, now: datetime) -> _Desk:
    """Lock accounts, contracts and renewals in the order in which everybody locks them, and read them as they are."""
    there = lock_ids(customer_ids)
    running = Contract.objects.filter(customer__in=many(there), state=ContractState.ACTIVE)
    contracts = {row.customer_id: row for row in running.select_for_update(no_key=True).order_by("pk")}
    renewals = list(
        Renewal.objects.filter(customer__in=many(there))
        .select_for_update(no_key=True)
        .order_by("pk")
        .only("customer_id", "contract_id", "closed_at", "price_locked_at")
    )
    bare = [pk for pk in there if pk not in contracts]
    currencies = Customer.objects.filter(pk__in=many(bare)).order_by().values_list("pk", "currency") if bare else []
    return _Desk(
        now=now,
        contracts=contracts,
        locked={row.contract_id: row.price_locked for row in renewals},
        open_of={row.customer_id: row.contract_id for row in renewals if row.is_open},
        currencies=dict(currencies),
    )


@dataclass
class _Desk:
    """The accounts as they stand under lock, and what is to be written of them.

    contracts: the running one of each account. locked: contract → whether its renewal's price is, where it has one.
    open_of: account → the contract whose renewal is open. currencies: of the accounts without a contract.
    """

    now: datetime
    contracts: dict[UUID, Contract]
    locked: dict[UUID, bool]
    open_of: dict[UUID, UUID]
    currencies: Mapping[UUID, str]
    made: list[Contract] = field(default_factory=list)
    changed: dict[UUID, Contract] = field(default_factory=dict)
    opened: list[Renewal] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)

    def enter(self, told: ToldContract) -> bool | ValidationError:
        contract = self.contracts.get(told.customer_id)
        if contract is not None and all(getattr(contract, name) == value for name, value in told.values.items()):
            return False
        try:
            if contract is None:
                self._add(told)
            else:
                self._change(contract, told.values)
        except ValidationError as error:
            return error
        return True

    def _add(self, told: ToldContract) -> None:
        check_enough(told.values)
        if told.customer_id not in self.currencies:
            raise ValidationError("No account has this id.")
        contract = Contract(customer_id=told.customer_id, currency=self.currencies[told.customer_id])
        set_fields(contract, told.values, allowed=WRITABLE)
        check_terms(contract)
        self._check_none_open(contract)
        self.contracts[told.customer_id] = contract
        self.made.append(contract)
        self._note(say_added(contract), contract, contract)
        self._open(contract, say_opened(contract))

    def _change(self, contract: Contract, values: Mapping[str, Any]) -> None:
        is_opened = contract.pk not in self.locked
        if is_opened:
            self._check_none_open(contract)
        moved = [name for name in UNDER_THE_LOCK & values.keys() if getattr(contract, name) != values[name]]
        if moved and self.locked.get(contract.pk):
            raise ValidationError({"current_price": LOCKED})
        before = {name: getattr(contract, name) for name in FIELDS}
        opens = say_opened(contract)
        difference = set_fields(contract, values, allowed=WRITABLE)
        try:
            check_terms(contract)
        except ValidationError:
            set_fields(contract, before, allowed=WRITABLE)
            raise
        if is_opened:
            self._open(contract, opens)
        self.changed[contract.pk] = contract
        self._note(say_changed(contract, difference), contract, contract, changes=difference)

    def _check_none_open(self, contract: Contract) -> None:
        if self.open_of.get(contract.customer_id, contract.pk) != contract.pk:
            raise ValidationError({"contract": ANOTHER_IS_OPEN})

    def _open(self, contract: Contract, said: tuple[str, str]) -> None:
        renewal = Renewal(contract=contract, customer_id=contract.customer_id)
        self.opened.append(renewal)
        self.locked[contract.pk] = False
        self.open_of[contract.customer_id] = contract.pk
        self._note(said, contract, renewal)

    def _note(self, said: tuple[str, str], contract: Contract, subject: models.Model, **data: Any) -> None:
        self.lines.append(line(*said, customer=contract.customer_id, by=None, now=self.now, subject=subject, **data))

    def write(self) -> None:
        """This will write what was entered, and put it on record. Raises Clash."""
        made = {contract.pk for contract in self.made}
        changed = [contract for pk, contract in self.changed.items() if pk not in made]
        _require(insert_objects(self.made, differing=("id", "customer", *FIELDS)), self.made)
        _require(update_rows(Contract, ("id", *FIELDS, "updated_at"), [self._row(one) for one in changed]), changed)
        _require(insert_objects(self.opened, differing=("id", "customer", "contract")), self.opened)
        if self.lines:
            record_many(self.lines)
            told = list(dict.fromkeys(contract.customer_id for contract in (*self.made, *changed)))
            note_accounts(told, now=self.now)
            send_after_commit(contracts_changed, customer_ids=told)

    def _row(self, contract: Contract) -> list[Any]:
        values = [plain(getattr(contract, name)) for name in FIELDS]
        return [contract.pk.hex, *values, moment(self.now)]


def _require(written: int, wanted: Collection[object]) -> None:
    if written != len(wanted):
        raise Clash
