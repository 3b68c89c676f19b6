"""What is there already of the accounts that a book names, loaded in as few queries as the book is long."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from django.db.models import QuerySet

from customers.enums import ContractState
from customers.models import Contract, Customer, HealthSample, Stakeholder, UsageSample, User, Win
from customers.registry.imports import list_import_extensions
from customers.rules.book.entries import AccountEntry, account_key

# Below the number of parameters that SQLite takes in one statement.
CHUNK = 900
T = TypeVar("T")


# The people of ours come along, as a report names the old ones.
_ACCOUNTS = Customer.objects.select_related("owner", "account_executive", "executive")


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


class SeveralAccounts(Exception):
    """More than one account has the name, and the file gives no id."""


class Existing:
    """The accounts of a book that are there, with their people, contract, usage, health and wins."""

    def __init__(self, entries: Sequence[AccountEntry], *, user: User) -> None:
        self._by_external: dict[str, uuid.UUID] = {}
        self._by_name: dict[str, list[tuple[uuid.UUID, bool]]] = defaultdict(list)
        for pk, external_id, name in Customer.objects.values_list("pk", "external_id", "name").order_by():
            if external_id:
                self._by_external[external_id] = pk
            self._by_name[account_key(name)].append((pk, bool(external_id)))
        found = {known for entry in entries if (known := self._quiet_find(entry)) is not None}
        self.customers = {row.pk: row for row in _load(_ACCOUNTS, "pk__in", found)}
        self._visible = _ids_visible(user, found)
        self.contracts = {
            row.customer_id: row
            for row in _load(Contract.objects.filter(state=ContractState.ACTIVE), "customer__in", found)
        }
        self.people = _grouped(_load(Stakeholder.objects, "customer__in", found))
        self.usage = _keyed(_load(UsageSample.objects, "customer__in", _with(entries, "usage", self)), _usage_key)
        self.health = _keyed(_load(HealthSample.objects, "customer__in", _with(entries, "health", self)), _health_key)
        self.wins = _keyed(_load(Win.objects, "customer__in", _with(entries, "wins", self)), _win_key)
        contract_ids = [contract.pk for contract in self.contracts.values()]
        self.extras = _merged(extension.read(contract_ids) for extension in list_import_extensions())
        self.frozen = _merged(extension.frozen(contract_ids) for extension in list_import_extensions())

    def find(self, entry: AccountEntry) -> Customer | None:
        """This will give the entry's account: by id, else by name. Raises SeveralAccounts."""
        pk = self._find(entry)
        return self.customers[pk] if pk else None

    def has_id(self, external_id: str) -> bool:
        return external_id in self._by_external

    def may_see(self, customer: Customer) -> bool:
        return customer.pk in self._visible

    def _quiet_find(self, entry: AccountEntry) -> uuid.UUID | None:
        try:
            return self._find(entry)
        except SeveralAccounts:
            return None

    def _find(self, entry: AccountEntry) -> uuid.UUID | None:
        if entry.external_id in self._by_external:
            return self._by_external[entry.external_id]
        named = self._by_name.get(account_key(entry.name), []) if entry.name else []
        if entry.external_id:
            # An account entered by hand has no id yet and takes the file's; one with another id is another account.
            named = [(pk, has_id) for pk, has_id in named if not has_id]
        if len(named) > 1:
            raise SeveralAccounts
        return named[0][0] if named else None


def _load(rows: Any, lookup: str, ids: Iterable[uuid.UUID]) -> list[Any]:
    queryset: QuerySet[Any] = rows.all()
    return [row for chunk in chunks(ids) for row in queryset.filter(**{lookup: chunk}).order_by()]


def _ids_visible(user: User, ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    visible = Customer.objects.visible_to(user).order_by().values_list("pk", flat=True)
    return {pk for chunk in chunks(ids) for pk in visible.filter(pk__in=chunk)}


def _with(entries: Sequence[AccountEntry], part: str, existing: Existing) -> set[uuid.UUID]:
    """The accounts for which the book says something of this part; histories are long and loaded only for them."""
    found = (existing._quiet_find(entry) for entry in entries if getattr(entry.signs, part))
    return {pk for pk in found if pk is not None}


def _grouped(rows: Iterable[Stakeholder]) -> dict[uuid.UUID, list[Stakeholder]]:
    groups: dict[uuid.UUID, list[Stakeholder]] = defaultdict(list)
    for row in rows:
        groups[row.customer_id].append(row)
    return groups


def _keyed(rows: Iterable[T], key: Callable[[T], Any]) -> dict[Any, T]:
    return {key(row): row for row in rows}


def _usage_key(row: UsageSample) -> tuple[uuid.UUID, str, datetime]:
    return (row.customer_id, row.metric, row.at)


def _health_key(row: HealthSample) -> tuple[uuid.UUID, datetime]:
    return (row.customer_id, row.at)


def _win_key(row: Win) -> tuple[uuid.UUID, str]:
    return (row.customer_id, row.text)


def _merged(parts: Iterable[Mapping[uuid.UUID, Mapping[str, Any]]]) -> dict[uuid.UUID, dict[str, Any]]:
    merged: dict[uuid.UUID, dict[str, Any]] = defaultdict(dict)
    for part in parts:
        for pk, values in part.items():
            merged[pk].update(values)
    return merged
