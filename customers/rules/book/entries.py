"""Typed rows to accounts: rows of one account joined, people gathered, rows that disagree refused."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from customers.enums import StakeholderRole
from customers.rules.book.fields import ONE_PER_ACCOUNT, Field, Part
from customers.rules.book.rows import Place, Refusal, TypedRow
from customers.rules.book.signs import Signs, check_signs

_PEOPLE_SLOTS_WITH_ROLE = frozenset(StakeholderRole.values)
_LONG = 60
_NAMES = ("name", "first_name", "last_name")
NAMELESS = "no account has this id, and no row gives its name"


class Stated(NamedTuple):
    """A value with the row and the column that say it."""

    value: Any
    place: Place
    column: str


@dataclass
class PersonEntry:
    """One person of an account, as far as the files say. values: attribute → what the rows state."""

    place: Place
    values: dict[str, Stated] = field(default_factory=dict)
    roles: list[str] = field(default_factory=list)

    @property
    def email(self) -> str:
        return self.values["email"].value if "email" in self.values else ""

    @property
    def name(self) -> str:
        return self.values["name"].value if "name" in self.values else ""


@dataclass
class AccountEntry:
    """One account of the files: what its rows say together."""

    external_id: str
    name: str
    places: list[Place] = field(default_factory=list)
    facts: dict[str, Stated] = field(default_factory=dict)
    people: list[PersonEntry] = field(default_factory=list)
    signs: Signs = field(default_factory=Signs)
    refused_account_row: Place | None = None

    def stated(self, key: str) -> Any:
        found = self.facts.get(key)
        return found.value if found else None

    def part(self, part: Part) -> dict[str, Stated]:
        prefix = f"{part}."
        return {key.removeprefix(prefix): value for key, value in self.facts.items() if key.startswith(prefix)}


@dataclass
class Entries:
    """All accounts of a run, and the rows that were refused on the way.

    nameless: ids of accounts that no row names, with what is to be said of each refused row if nobody has that id.
    """

    accounts: list[AccountEntry] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    nameless: list[tuple[str, Refusal]] = field(default_factory=list)
    notices: list[tuple[Place, str]] = field(default_factory=list)


def gather(rows: Iterable[TypedRow], fields: Mapping[str, Field], *, file_names: Sequence[str]) -> Entries:
    """Join the rows of all files to accounts. file_names: used in reasons that name a row of another file."""
    entries = Entries()
    names = _Names(file_names)
    for group in _group(list(rows), entries):
        account = _join(group, fields, entries, names)
        if account is not None:
            entries.accounts.append(account)
    return entries


class _Names:
    """Names a row so that a person finds it: "row 5", or "row 5 of accounts.csv" when there are several files."""

    def __init__(self, file_names: Sequence[str]) -> None:
        self.file_names = file_names

    def of(self, place: Place) -> str:
        if len(self.file_names) < 2:
            return f"row {place.row}"
        return f"row {place.row} of {self.file_names[place.file]}"


def account_key(name: str) -> str:
    """Fold a name so that case and spaces make no second account."""
    return " ".join(name.casefold().split())


def _group(rows: list[TypedRow], entries: Entries) -> list[list[TypedRow]]:
    """Put the rows of one account together: by id, and by name where a row has no id."""
    ids_of_name: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        external_id, name = row.values.get("account.external_id"), row.values.get("account.name")
        if external_id and name:
            ids_of_name[account_key(name)].add(external_id)
    groups: dict[tuple[str, str], list[TypedRow]] = {}
    for row in rows:
        key = _key_of(row, ids_of_name, entries)
        if key is not None:
            groups.setdefault(key, []).append(row)
    return list(groups.values())


def _key_of(row: TypedRow, ids_of_name: Mapping[str, set[str]], entries: Entries) -> tuple[str, str] | None:
    external_id, name = row.values.get("account.external_id"), row.values.get("account.name")
    if external_id:
        return ("id", external_id)
    if not name:
        entries.refusals.extend(row.refusals)
        # A bad id or name is told already, and of a row that cannot be read nothing more is known.
        told = {row.headers.get("account.external_id"), row.headers.get("account.name"), ""}
        if not any(refusal.column in told for refusal in row.refusals):
            entries.refusals.append(Refusal(row.place, "", "names no account: neither an id nor a name"))
        return None
    ids = ids_of_name.get(account_key(name), set())
    if len(ids) > 1:
        reason = f"there are {len(ids)} accounts named “{name}” in these files; give the account's id"
        entries.refusals.extend([*row.refusals, Refusal(row.place, row.headers.get("account.name", ""), reason)])
        return None
    return ("id", next(iter(ids))) if ids else ("name", account_key(name))


def _join(rows: list[TypedRow], fields: Mapping[str, Field], entries: Entries, names: _Names) -> AccountEntry | None:
    good = [row for row in rows if not row.refusals]
    for row in rows:
        entries.refusals.extend(row.refusals)
    account = AccountEntry(external_id="", name="")
    dispute = _first_dispute(good, fields)
    if dispute is not None:
        entries.refusals.extend(_refuse_disputed(good, dispute, names))
    for row in rows:
        if row.refusals and row.bad_parts & ONE_PER_ACCOUNT and account.refused_account_row is None:
            account.refused_account_row = row.place
    for row in good if dispute is None else ():
        _take(row, account, fields, entries, names)
    for row in rows:
        if row.refusals:
            entries.refusals.extend(_further_faults(row, account, names))
    _note_nameless(rows, account, entries)
    account.external_id = account.stated("account.external_id") or ""
    account.name = account.stated("account.name") or ""
    return account if account.places else None


def _further_faults(row: TypedRow, account: AccountEntry, names: _Names) -> list[Refusal]:
    """What else is wrong with a row that is refused for some of its cells: who mends it mends all at once."""
    told = {refusal.column for refusal in row.refusals}
    found = check_signs(row, account.signs, names.of)
    for slot, person in _people_of(row):
        if not told & _name_headers(row, slot):
            found = [*_check_person(slot, person, row, account, names), *found]
    return [refusal for refusal in found if refusal.column not in told]


def _name_headers(row: TypedRow, slot: str) -> set[str]:
    prefix = f"person.{slot}." if slot else "person."
    return {row.headers[key] for name in _NAMES if (key := f"{prefix}{name}") in row.headers}


def _note_nameless(rows: Sequence[TypedRow], account: AccountEntry, entries: Entries) -> None:
    """Keep what is to be said of the account's refused rows where none of them names it."""
    column = next((row.headers["account.name"] for row in rows if "account.name" in row.headers), "")
    if any("account.name" in row.values or column in {one.column for one in row.refusals} for row in rows):
        return
    for row in rows:
        if row.place not in account.places:
            at = row.headers.get("account.external_id", "")
            refusal = Refusal(row.place, at, NAMELESS)
            entries.nameless.append((row.values["account.external_id"], refusal))


class _Dispute(NamedTuple):
    key: str
    one: Stated
    other: Stated


def _first_dispute(rows: list[TypedRow], fields: Mapping[str, Field]) -> _Dispute | None:
    said: dict[str, Stated] = {}
    for row in rows:
        for key, value in row.values.items():
            if not _is_once(key, row, fields):
                continue
            stated = Stated(value, row.place, row.headers.get(key, ""))
            first = said.setdefault(key, stated)
            if _compared(key, first.value) != _compared(key, value):
                return _Dispute(key, first, stated)
    return None


def _is_once(key: str, row: TypedRow, fields: Mapping[str, Field]) -> bool:
    if key == "account.wins" or (key == "account.health_score" and "health.at" in row.values):
        return False
    return fields[key].part in ONE_PER_ACCOUNT


def _compared(key: str, value: Any) -> Any:
    return account_key(value) if key == "account.name" else value


def _refuse_disputed(rows: list[TypedRow], dispute: _Dispute, names: _Names) -> list[Refusal]:
    one, other = dispute.one, dispute.other
    refusals = []
    for row in rows:
        if row.place == one.place or row.place == other.place:
            mine, theirs = (one, other) if row.place == one.place else (other, one)
            reason = _says(mine, theirs, names, "account")
            refusals.append(Refusal(row.place, mine.column, reason))
        else:
            reason = f"{names.of(one.place)} and {names.of(other.place)} disagree about this account"
            refusals.append(Refusal(row.place, one.column, reason))
    return refusals


def _says(mine: Stated, theirs: Stated, names: _Names, thing: str) -> str:
    said, other = _brief(mine.value), _brief(theirs.value)
    return f"says {said} where {names.of(theirs.place)} says {other} for the same {thing}"


def _brief(value: Any) -> str:
    text = " ".join(str(part) for part in value if part) if isinstance(value, tuple) else str(value)
    return f"“{text}”" if len(text) <= _LONG else f"“{text[: _LONG - 1]}…”"


def _take(row: TypedRow, account: AccountEntry, fields: Mapping[str, Field], entries: Entries, names: _Names) -> None:
    """Add a good row to its account; what contradicts an earlier row about a person refuses this row alone."""
    people = _people_of(row)
    refusals = [refusal for slot, person in people for refusal in _check_person(slot, person, row, account, names)]
    refusals += check_signs(row, account.signs, names.of)
    if refusals:
        entries.refusals.extend(refusals)
        return
    account.places.append(row.place)
    entries.notices.extend((row.place, notice) for notice in row.notices)
    for key, value in row.values.items():
        if _is_once(key, row, fields):
            account.facts.setdefault(key, Stated(value, row.place, row.headers.get(key, "")))
    for _slot, person in people:
        _merge_person(person, account)
    account.signs.take(row)


def _people_of(row: TypedRow) -> list[tuple[str, PersonEntry]]:
    by_slot: dict[str, PersonEntry] = {}
    for key, value in row.values.items():
        if not key.startswith("person."):
            continue
        slot, _, attribute = key.removeprefix("person.").rpartition(".")
        person = by_slot.setdefault(slot, PersonEntry(row.place))
        if attribute == "roles":
            person.roles = list(value)
        else:
            person.values[attribute] = Stated(value, row.place, row.headers.get(key, ""))
    for slot, person in by_slot.items():
        if slot in _PEOPLE_SLOTS_WITH_ROLE:
            person.roles = [slot]
        if slot == "primary_contact":
            person.values["primary"] = Stated(True, row.place, "")
    return list(by_slot.items())


def _check_person(slot: str, person: PersonEntry, row: TypedRow, account: AccountEntry, names: _Names) -> list[Refusal]:
    known = _find(person, account)
    if not person.name and (known is None or not known.name):
        if not person.email:
            column = next(iter(person.values.values())).column if person.values else row.headers.get("person.roles", "")
            return [Refusal(row.place, column, "describes a person but gives neither a name nor an address")]
        return [Refusal(row.place, person.values["email"].column, "the person with this address has no name")]
    refusals = []
    if known is not None:
        refusals += _contradictions(person, known, names)
    primary = person.values.get("primary")
    if primary is not None and primary.value:
        refusals += [
            Refusal(
                row.place, primary.column, f"{names.of(other.values['primary'].place)} names another primary contact"
            )
            for other in account.people
            if other is not known and "primary" in other.values and other.values["primary"].value
        ]
    return refusals


def _contradictions(person: PersonEntry, known: PersonEntry, names: _Names) -> list[Refusal]:
    refusals = []
    for attribute, stated in person.values.items():
        earlier = known.values.get(attribute)
        if earlier is None or earlier.value == stated.value:
            continue
        if attribute == "primary" or (attribute == "name" and account_key(earlier.value) == account_key(stated.value)):
            continue
        reason = _says(stated, earlier, names, "person")
        refusals.append(Refusal(stated.place, stated.column, reason))
    return refusals


def _find(person: PersonEntry, account: AccountEntry) -> PersonEntry | None:
    """The same person met before: by address, else by name where one of the two has no address."""
    for known in account.people:
        if person.email and known.email:
            if person.email == known.email:
                return known
        elif person.name and account_key(person.name) == account_key(known.name):
            return known
    return None


def _merge_person(person: PersonEntry, account: AccountEntry) -> None:
    known = _find(person, account)
    if known is None:
        account.people.append(person)
        return
    for attribute, stated in person.values.items():
        earlier = known.values.get(attribute)
        if earlier is None or (attribute == "primary" and stated.value):
            known.values[attribute] = stated
    known.roles += [role for role in person.roles if role not in known.roles]
