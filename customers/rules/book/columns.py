"""Which column is which: headers as Salesforce, HubSpot and people write them, matched to known fields."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from customers.rules.book.fields import Field
from customers.rules.book.reading import BadValue, tidy
from customers.rules.book.tables import Table
from customers.rules.book.words import read_bool

_SAMPLE = 50
_PERSON_HEADERS = frozenset(
    {"first name", "last name", "contact id", "contact name", "record id contact", "buying role"}
)
_ACCOUNT_HEADERS = frozenset(
    {
        "account id",
        "account name",
        "company name",
        "company id",
        "associated company",
        "associated company ids",
        "customer name",
    }
)
# Plain words that mean usage only beside a metric.
_USAGE_WORDS = frozenset({"value", "limit", "at", "date", "used", "usage", "as of", "entitlement", "licensed"})
# What a company turns over says nothing about what it pays us; "Close Date" is when a deal was or may be signed.
NEVER = frozenset(
    {"annual revenue", "revenue", "close date", "contact owner", "opportunity owner", "deal owner", "created by"}
)

# The amount of an opportunity or a deal may be what is paid now or what is asked for next.
_DEAL_HEADERS = frozenset(
    {"opportunity name", "opportunity id", "deal name", "deal id", "deal stage", "record id deal"}
)
_DEAL_AMOUNTS = frozenset({"amount", "deal amount", "opportunity amount"})
_DEAL_AMOUNT_NOTE = "left out: a deal's amount may be the price now or the one asked; choose which"


@dataclass(frozen=True)
class Column:
    """One column of a file; key is empty where it is left out, note says what a person should know."""

    index: int
    header: str
    key: str = ""
    note: str = ""
    chosen: bool = False


class UnknownField(ValueError):
    """A mapping that names a column or a field that does not exist."""


def normal_form(header: str) -> str:
    """Fold a header to lower-case words, so that "AccountId", "Account_ID__c" and "Account ID" are one."""
    text = re.sub(r"__c$", "", tidy(header))
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return " ".join(re.sub(r"[\W_]+", " ", text.lower()).split())


def map_columns(table: Table, fields: Sequence[Field], *, chosen: Mapping[str, str | None]) -> tuple[Column, ...]:
    """Match each column of the table to a field; what a person chose wins over what is recognised.

    chosen: header (as written, or its number as "#3") → field key, or None / "" to leave the column out.
    Raises UnknownField when chosen names a field that does not exist.
    """
    known = {field.key for field in fields}
    wanted = _chosen_by_index(table.headers, chosen)
    for key in wanted.values():
        if key and key not in known:
            raise UnknownField(f"“{key}” is not a field of an import")
    guesses = _guess_all(table, fields)
    taken: dict[str, int] = {key: index for index, key in wanted.items() if key}
    winners = _winners(guesses, wanted, taken)
    return tuple(_column(i, header, wanted, guesses, winners, table.headers) for i, header in enumerate(table.headers))


def _column(
    index: int,
    header: str,
    wanted: Mapping[int, str],
    guesses: Mapping[int, tuple[str, int]],
    winners: Mapping[str, int],
    headers: Sequence[str],
) -> Column:
    if index in wanted:
        return Column(index, header, wanted[index], chosen=True)
    if index not in guesses:
        return Column(index, header, note=_DEAL_AMOUNT_NOTE if _is_deal_amount(header, headers) else "")
    key = guesses[index][0]
    if winners[key] == index:
        return Column(index, header, key)
    return Column(index, header, note=f"left out: “{headers[winners[key]]}” is read for the same field")


def _winners(
    guesses: Mapping[int, tuple[str, int]], wanted: Mapping[int, str], taken: Mapping[str, int]
) -> dict[str, int]:
    """One column per field: a person's choice first, then the header whose name ranks best."""
    winners = dict(taken)
    free = sorted((rank, index, key) for index, (key, rank) in guesses.items() if index not in wanted)
    for _rank, index, key in free:
        winners.setdefault(key, index)
    return winners


def _chosen_by_index(headers: Sequence[str], chosen: Mapping[str, str | None]) -> dict[int, str]:
    by_index: dict[int, str] = {}
    for name, key in chosen.items():
        if re.fullmatch(r"#\d+", name) and int(name[1:]) < len(headers):
            by_index[int(name[1:])] = key or ""
            continue
        for index, header in enumerate(headers):
            if tidy(header).lower() == tidy(name).lower():
                by_index.setdefault(index, key or "")
                break
    return by_index


def _guess_all(table: Table, fields: Sequence[Field]) -> dict[int, tuple[str, int]]:
    names = _names(fields)
    normal = [normal_form(header) for header in table.headers]
    about_people = _is_about_people(normal)
    has_metric = any(name in names and names[name][0] == "usage.metric" for name in normal)
    guesses: dict[int, tuple[str, int]] = {}
    for index, name in enumerate(normal):
        if name in NEVER or (name in _USAGE_WORDS and not has_metric):
            continue
        if _is_deal_amount(name, table.headers):
            continue
        contested = _settle_contested(name, table, index, about_people=about_people)
        if contested is not None:
            if contested:
                guesses[index] = (contested, 0)
        elif name in names:
            guesses[index] = names[name]
    return guesses


def _names(fields: Iterable[Field]) -> dict[str, tuple[str, int]]:
    """Each name's field and its rank there; the first field that claims a name keeps it."""
    names: dict[str, tuple[str, int]] = {}
    for field in fields:
        for rank, name in enumerate((normal_form(field.key.replace(".", " ")), *field.names)):
            names.setdefault(normal_form(name), (field.key, rank))
    return names


def _is_about_people(normal: Sequence[str]) -> bool:
    if any(name in _PERSON_HEADERS for name in normal):
        return True
    refers_to_account = any(name in _ACCOUNT_HEADERS for name in normal)
    return refers_to_account and "name" in normal


def _is_deal_amount(header: str, headers: Sequence[str]) -> bool:
    return normal_form(header) in _DEAL_AMOUNTS and any(normal_form(other) in _DEAL_HEADERS for other in headers)


def _settle_contested(name: str, table: Table, index: int, *, about_people: bool) -> str | None:
    """Decide a header that means two things; "" leaves the column out, None means it is not contested."""
    if name == "name":
        return "person.name" if about_people else "account.name"
    if name in ("id", "record id"):
        return "" if about_people else "account.external_id"
    if name == "description":
        return "person.history" if about_people else "account.notes"
    if name == "primary contact":
        return "person.primary" if _mostly(_is_yes_no, table, index) else "person.primary_contact.name"
    if name == "account":
        return "account.external_id" if _mostly(_is_id, table, index) else "account.name"
    return None


def _mostly(test: Callable[[str], bool], table: Table, index: int) -> bool:
    cells = [cell for cell in table.column(index) if cell.strip()][:_SAMPLE]
    return bool(cells) and sum(1 for cell in cells if test(cell)) * 2 > len(cells)


def _is_yes_no(cell: str) -> bool:
    try:
        read_bool(cell)
    except BadValue:
        return False
    return True


def _is_id(cell: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9_-]*\d[A-Za-z0-9_-]*", cell.strip()) is not None
