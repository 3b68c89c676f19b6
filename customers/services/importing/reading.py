"""Files and choices to entries: everything of an import that needs no account in the database."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from customers.registry.imports import list_import_fields
from customers.rules.book.columns import Column, UnknownField, map_columns
from customers.rules.book.entries import Entries, gather
from customers.rules.book.places import CURRENCIES
from customers.rules.book.reading import BadValue, Choices, DateOrder, DecimalMark, choices_for_locale
from customers.rules.book.rows import OpenColumn, TypedRow, read_rows
from customers.rules.book.tables import Table, UnreadableFile, read_table

EVERY_FILE = "*"
_ACCOUNT_KEYS = frozenset({"account.external_id", "account.name"})


class BadMapping(ValueError):
    """A mapping file or form that cannot be used; the message says where."""


@dataclass(frozen=True)
class Upload:
    """One file as it came: its name and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Options:
    """How a person wants the files read. columns: file name or "*" → header (or "#2") → field key, "" to leave out."""

    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    date_order: str = ""
    decimal: str = ""
    currency: str = ""

    def choices(self) -> Choices:
        return Choices(
            date_order=DateOrder(self.date_order) if self.date_order else None,
            decimal=DecimalMark(self.decimal) if self.decimal else None,
            currency=self.currency or None,
        )

    def chosen_for(self, file_name: str) -> dict[str, str]:
        return {**self.columns.get(EVERY_FILE, {}), **self.columns.get(file_name, {})}

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class ReadBook:
    """The files of one import, read. without_account: files in which no column names the account."""

    tables: tuple[Table, ...]
    columns: tuple[tuple[Column, ...], ...]
    open_columns: tuple[tuple[str, OpenColumn], ...]
    entries: Entries
    row_count: int
    without_account: tuple[str, ...]

    @property
    def file_names(self) -> list[str]:
        return [table.name for table in self.tables]


def read_book(uploads: Sequence[Upload], options: Options) -> ReadBook:
    """This will read the files. Raises UnreadableFile or BadMapping, naming the file."""
    fields = list_import_fields()
    by_key = {known.key: known for known in fields}
    choices = options.choices()
    tables, mapped, waiting = [], [], []
    rows: list[TypedRow] = []
    for number, upload in enumerate(uploads):
        table, columns = _open(upload, options)
        result = read_rows(table, columns, by_key, choices, file=number)
        tables.append(table)
        mapped.append(columns)
        waiting += [(table.name, column) for column in result.open_columns]
        rows += result.rows
    return ReadBook(
        tables=tuple(tables),
        columns=tuple(mapped),
        open_columns=tuple(waiting),
        entries=gather(rows, by_key, file_names=[table.name for table in tables]),
        row_count=len(rows),
        without_account=tuple(
            table.name
            for table, columns in zip(tables, mapped, strict=True)
            if not any(column.key in _ACCOUNT_KEYS for column in columns)
        ),
    )


def check_files(uploads: Sequence[Upload], options: Options) -> None:
    """This will raise UnreadableFile or BadMapping for a file that is no table, without reading its rows."""
    for upload in uploads:
        _open(upload, options)


def _open(upload: Upload, options: Options) -> tuple[Table, tuple[Column, ...]]:
    try:
        table = read_table(upload.name, upload.data)
        return table, map_columns(table, list_import_fields(), chosen=options.chosen_for(upload.name))
    except UnreadableFile as why:
        raise UnreadableFile(f"{upload.name}: {why}") from None
    except UnknownField as why:
        raise BadMapping(f"{upload.name}: {why}") from None


def parse_mapping(text: str, *, locale: str = "") -> Options:
    """This will read a mapping file. locale: for a file that names none. Raises BadMapping.

    JSON: {"columns": {"Their header": "contract.renewal_date", "Other": null}, "locale": "de", "dateOrder": "dmy",
    "decimal": "comma", "currency": "EUR"}; every part may be missing. Columns of one file alone stand under
    "files": {"accounts.csv": {"Their header": "…"}}.
    """
    try:
        body = json.loads(text)
    except ValueError as why:
        raise BadMapping(f"the mapping is not JSON: {why}") from None
    if not isinstance(body, dict):
        raise BadMapping("the mapping must be an object")
    unknown = set(body) - {"columns", "files", "locale", "dateOrder", "decimal", "currency"}
    if unknown:
        raise BadMapping(f"the mapping has unknown parts: {', '.join(sorted(unknown))}")
    columns = {EVERY_FILE: _columns(body.get("columns", {}))}
    for name, chosen in _object(body.get("files", {}), "files").items():
        columns[str(name)] = _columns(chosen)
    return make_options(
        columns=columns,
        locale=str(body.get("locale") or locale),
        date_order=str(body.get("dateOrder") or ""),
        decimal=str(body.get("decimal") or ""),
        currency=str(body.get("currency") or ""),
    )


def make_options(
    *,
    columns: dict[str, dict[str, str]] | None = None,
    locale: str = "",
    date_order: str = "",
    decimal: str = "",
    currency: str = "",
) -> Options:
    """This will check the choices and give options; a locale fills what is not chosen. Raises BadMapping."""
    known = {candidate.key for candidate in list_import_fields()}
    for chosen in (columns or {}).values():
        for header, key in chosen.items():
            if key and key not in known:
                raise BadMapping(f"“{key}”, chosen for “{header}”, is not a field of an import")
    try:
        if locale:
            default = choices_for_locale(locale)
            date_order = date_order or str(default.date_order or "")
            decimal = decimal or str(default.decimal or "")
        DateOrder(date_order) if date_order else None
        DecimalMark(decimal) if decimal else None
    except BadValue as why:
        raise BadMapping(str(why)) from None
    except ValueError:
        raise BadMapping("the date order is “dmy” or “mdy”, the decimal mark “point” or “comma”") from None
    if currency and currency.upper() not in CURRENCIES:
        raise BadMapping(f"“{currency}” is not a currency code")
    return Options(columns or {}, date_order, decimal, currency.upper())


def options_from_json(body: Mapping[str, Any]) -> Options:
    """This will take up options that `Options.as_json` gave."""
    return Options(
        columns=dict(body.get("columns") or {}),
        date_order=str(body.get("date_order") or ""),
        decimal=str(body.get("decimal") or ""),
        currency=str(body.get("currency") or ""),
    )


def _columns(value: Any) -> dict[str, str]:
    return {str(header): str(key or "") for header, key in _object(value, "columns").items()}


def _object(value: Any, name: str) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise BadMapping(f"“{name}” of the mapping must be an object")
    return value
