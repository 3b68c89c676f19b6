"""Entries against what is there: which rows would be made or changed, and which are refused. Writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import Model

from customers.models import Contract, Customer, User
from customers.rules.book.contacts import PersonRef
from customers.rules.book.entries import NAMELESS, AccountEntry, Stated
from customers.rules.book.fields import Part
from customers.rules.book.places import zone_of_country
from customers.rules.book.reading import DEFAULT_CURRENCY
from customers.rules.book.rows import Place, Refusal
from customers.services.importing.colleagues import Colleagues, NoColleague
from customers.services.importing.lookup import Existing, SeveralAccounts
from customers.services.importing.parts import note_health, plan_people, plan_signs
from customers.services.importing.reading import ReadBook
from customers.services.importing.writes import Change, Write

_COLLEAGUES = (("owner", ""), ("account_executive", "Account Executive"), ("executive", "Executive"))
_PLAIN_ACCOUNT = (
    "external_id",
    "name",
    "segment",
    "timezone",
    "country",
    "currency",
    "health_score",
    "relationship_strength",
    "churn_risk",
    "competitive_pressure",
    "budget_pressure",
    "notes",
    "programme_start_date",
)
# A row of the file counts as "created" when it makes one of these; a contract or a win changes its account.
_MAKING = frozenset({"customer", "stakeholder", "usagesample", "healthsample"})


class Verdict(StrEnum):
    """What becomes of one row of a file."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class RefusedEntry(Exception):
    """An account that cannot be taken: the row and column at fault, and the reason."""

    def __init__(self, stated: Stated, reason: str) -> None:
        super().__init__(reason)
        self.stated = stated
        self.reason = reason


@dataclass
class AccountPlan:
    """What would be written for one account.

    derived: rows that follow from the others and are not told of. extras: the extensions' values that differ.
    """

    entry: AccountEntry
    customer: Customer
    is_new: bool
    writes: list[Write] = field(default_factory=list)
    derived: list[Write] = field(default_factory=list)
    contract: Contract | None = None
    extras: dict[str, Any] = field(default_factory=dict)
    extra_changes: list[Change] = field(default_factory=list)

    def all_writes(self) -> list[Write]:
        return [*self.writes, *self.derived]

    def changes(self) -> Iterable[Change]:
        for write in self.writes:
            yield from write.changes
        yield from self.extra_changes


class RowOutcome(NamedTuple):
    place: Place
    verdict: Verdict
    account: str
    changes: tuple[Change, ...]


@dataclass
class Plan:
    """Everything an import would do."""

    book: ReadBook
    accounts: list[AccountPlan]
    refusals: list[Refusal]
    notices: list[tuple[Place, str]]
    new_colleagues: list[User]

    def outcomes(self) -> list[RowOutcome]:
        """This will say for each row that was not refused what becomes of it, in the order of the files."""
        rows = [outcome for account in self.accounts for outcome in _outcomes(account)]
        return sorted(rows, key=lambda outcome: outcome.place)

    def counts(self) -> dict[str, int]:
        """This will count rows by verdict; a row with several refusals counts once."""
        counter = Counter(outcome.verdict for outcome in self.outcomes())
        counter[Verdict.REFUSED] = len({refusal.place for refusal in self.refusals})
        return {verdict.value: counter[verdict] for verdict in Verdict}


def make_plan(book: ReadBook, *, by: User, now: datetime) -> Plan:
    """This will compare a book with what is there. now: the moment of a health score that has no date."""
    existing = Existing(book.entries.accounts, user=by)
    planner = _Planner(existing, Colleagues(importer=by), by=by, now=now)
    refusals = list(book.entries.refusals)
    refusals += [refusal for external_id, refusal in book.entries.nameless if not existing.has_id(external_id)]
    notices = list(book.entries.notices)
    accounts = []
    for entry in book.entries.accounts:
        try:
            accounts.append(planner.plan(entry))
        except RefusedEntry as refused:
            refusals += _refuse_all(entry, refused)
    notices += planner.notices
    return Plan(book, accounts, sorted(refusals, key=lambda r: r.place), notices, planner.colleagues.new)


def _refuse_all(entry: AccountEntry, refused: RefusedEntry) -> list[Refusal]:
    """The row at fault gets the column; the account's other rows say which row that is."""
    at_fault = refused.stated.place
    refusals = [Refusal(at_fault, refused.stated.column, refused.reason)]
    for place in entry.places:
        if place != at_fault:
            refusals.append(Refusal(place, "", f"its account is refused, see row {at_fault.row}: {refused.reason}"))
    return refusals


class _Planner:
    def __init__(self, existing: Existing, colleagues: Colleagues, *, by: User, now: datetime) -> None:
        self.existing = existing
        self.colleagues = colleagues
        self.by = by
        self.now = now
        self.notices: list[tuple[Place, str]] = []

    def plan(self, entry: AccountEntry) -> AccountPlan:
        customer = self._find(entry)
        plan = AccountPlan(entry, customer or Customer(), is_new=customer is None)
        self._plan_account(plan)
        self._plan_contract(plan)
        self._plan_extras(plan)
        people = [] if plan.is_new else self.existing.people.get(plan.customer.pk, [])
        plan.writes += plan_people(entry, plan.customer, people, now=self.now)
        plan.writes += plan_signs(entry, plan.customer, self.existing)
        plan.derived += note_health(plan.writes[0], entry, now=self.now)
        return plan

    def _find(self, entry: AccountEntry) -> Customer | None:
        try:
            customer = self.existing.find(entry)
        except SeveralAccounts:
            raise RefusedEntry(self._any_of(entry, "name"), "several accounts have this name; give the id") from None
        if customer is not None and not self.existing.may_see(customer):
            raise RefusedEntry(self._any_of(entry, "name", "external_id"), "you may not change this account")
        if customer is None and entry.refused_account_row is not None:
            reason = f"its account was not made, as row {entry.refused_account_row.row} was refused"
            raise RefusedEntry(Stated(None, entry.places[0], ""), reason)
        if customer is None and not entry.name:
            raise RefusedEntry(self._any_of(entry, "external_id"), NAMELESS)
        return customer

    def _any_of(self, entry: AccountEntry, *attributes: str) -> Stated:
        for attribute in attributes:
            if found := entry.facts.get(f"account.{attribute}"):
                return found
        return Stated(None, entry.places[0], "")

    def _plan_account(self, plan: AccountPlan) -> None:
        stated = plan.entry.part(Part.ACCOUNT)
        values = {name: stated[name] for name in _PLAIN_ACCOUNT if name in stated}
        if plan.entry.signs.health:
            values.pop("health_score", None)
            values |= _latest_health(plan.entry, plan.customer, self.existing)
        values |= self._people_of_ours(plan, stated)
        if plan.is_new:
            self._fill_new(plan, values)
        plan.writes.append(_write("customer", plan.customer, values, is_new=plan.is_new, place=plan.entry.places[0]))

    def _fill_new(self, plan: AccountPlan, values: dict[str, Stated]) -> None:
        place = plan.entry.places[0]
        if "owner" not in values and not self.by.is_integration:
            values["owner"] = Stated(self.by, place, "")
        country = values.get("country")
        if "timezone" not in values and country is not None and (zone := zone_of_country(country.value)):
            values["timezone"] = Stated(zone, country.place, country.column)
        if "timezone" not in values:
            self.notices.append((place, f"{plan.entry.name} has no time zone; its days are taken as UTC"))
        price = plan.entry.facts.get("contract.current_price")
        if "currency" not in values and price is not None:
            text = f"{plan.entry.name} names no currency; its amounts are taken as {DEFAULT_CURRENCY}"
            self.notices.append((price.place, text))

    def _people_of_ours(self, plan: AccountPlan, stated: Mapping[str, Stated]) -> dict[str, Stated]:
        found: dict[str, Stated] = {}
        for name, title in _COLLEAGUES:
            by_name, by_email = stated.get(name), stated.get(f"{name}_email")
            cell = by_name or by_email
            if cell is None:
                continue
            ref = by_name.value if by_name else PersonRef("", "")
            if by_email is not None:
                ref = PersonRef(by_email.value, ref.name)
            try:
                user = self.colleagues.find(ref, title=title)
            except NoColleague as why:
                raise RefusedEntry(cell, str(why)) from None
            if name == "owner":
                self._check_owner(plan, user, cell)
            found[name] = Stated(user, cell.place, cell.column)
        return found

    def _check_owner(self, plan: AccountPlan, owner: User, cell: Stated) -> None:
        """A CSM imports own accounts, an integration new ones of anybody's; who owns one a lead or ops changes."""
        if self.by.is_leader or (self.by.is_integration and plan.is_new):
            return
        if plan.is_new and owner != self.by:
            raise RefusedEntry(cell, f"{owner.display_name} owns it; a lead or ops can import it")
        if not plan.is_new and owner.pk != plan.customer.owner_id:
            raise RefusedEntry(cell, "a lead or ops can hand an account to somebody else")

    def _plan_contract(self, plan: AccountPlan) -> None:
        stated = plan.entry.part(Part.CONTRACT)
        contract = None if plan.is_new else self.existing.contracts.get(plan.customer.pk)
        currency = plan.entry.facts.get("account.currency")
        if contract is None and not stated:
            return
        is_new = contract is None
        if is_new:
            for name, label in (("renewal_date", "renewal date"), ("current_price", "contract value")):
                if name not in stated:
                    raise RefusedEntry(next(iter(stated.values())), f"a new contract needs its {label}")
        row = contract or Contract(customer=plan.customer, currency=plan.customer.currency)
        values = dict(stated)
        if currency is not None:
            values["currency"] = currency
        self._check_frozen(row, values)
        place = next(iter(values.values())).place if values else plan.entry.places[0]
        write = _write("contract", row, values, is_new=is_new, place=place)
        if row.start_date and row.start_date >= row.renewal_date:
            cell = stated.get("renewal_date") or stated["start_date"]
            raise RefusedEntry(cell, f"{row.renewal_date} is not after the start of the contract, {row.start_date}")
        plan.contract = row
        plan.writes.append(write)

    def _check_frozen(self, contract: Contract, values: Mapping[str, Stated]) -> None:
        for key, reason in self.existing.frozen.get(contract.pk, {}).items():
            part, _, attribute = key.partition(".")
            cell = values.get(attribute) if part == Part.CONTRACT else None
            if cell is not None and cell.value != getattr(contract, attribute):
                raise RefusedEntry(cell, reason)

    def _plan_extras(self, plan: AccountPlan) -> None:
        stated = plan.entry.part(Part.EXTRA)
        if not stated:
            return
        if plan.contract is None:
            raise RefusedEntry(next(iter(stated.values())), "needs a contract: a renewal date and a contract value")
        known = self.existing.extras.get(plan.contract.pk, {})
        frozen = self.existing.frozen.get(plan.contract.pk, {})
        for attribute, cell in stated.items():
            old = known.get(attribute)
            if old == cell.value:
                continue
            if reason := frozen.get(f"{Part.EXTRA}.{attribute}"):
                raise RefusedEntry(cell, reason)
            plan.extras[attribute] = cell.value
            label = attribute.replace("_", " ").capitalize()
            plan.extra_changes.append(Change(cell.place, label, old, cell.value, is_new=not known))


def _latest_health(entry: AccountEntry, customer: Customer, existing: Existing) -> dict[str, Stated]:
    """The account's score is its latest dated one, unless a later one is known already."""
    latest = max(entry.signs.health, key=lambda point: point.values["at"])
    known = [at for (pk, at) in existing.health if pk == customer.pk]
    if known and max(known) > latest.values["at"]:
        return {}
    return {"health_score": Stated(latest.values["score"], latest.place, "")}


def _write(kind: str, row: Model, values: Mapping[str, Stated], *, is_new: bool, place: Place) -> Write:
    write = Write(kind, row, is_new=is_new, place=place)
    for name, cell in values.items():
        write.set(name, cell.value, cell.place)
    return write


def _outcomes(account: AccountPlan) -> Iterable[RowOutcome]:
    """Each change belongs to the row that says it; what makes something new marks the row that names it first."""
    changes: dict[Place, list[Change]] = {}
    made: set[Place] = set()
    for write in account.writes:
        if write.is_new and write.kind in _MAKING:
            made.add(write.place)
        for change in write.changes:
            changes.setdefault(change.place, []).append(change)
    for change in account.extra_changes:
        changes.setdefault(change.place, []).append(change)
    for place in account.entry.places:
        said = tuple(changes.get(place, ()))
        verdict = Verdict.CREATED if place in made else Verdict.CHANGED if said else Verdict.UNCHANGED
        yield RowOutcome(place, verdict, str(account.customer.name), said)
