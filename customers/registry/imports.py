"""What apps on the left add to the import of a book: columns of their own, and what forbids to undo one."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from customers.rules.book.fields import FIELDS, Field


class RowChange(NamedTuple):
    """One row that an import made (before is None) or changed: plain JSON values by field."""

    kind: str
    object_id: uuid.UUID
    before: dict[str, Any] | None
    after: dict[str, Any]


class ExtraRow(NamedTuple):
    """An imported contract (a row of `Contract`) and what the extension's columns say of it, empty for nothing."""

    contract: Any
    values: Mapping[str, Any]


@dataclass(frozen=True)
class ImportExtension:
    """Columns of an app on the left; each of its values belongs to the account's running contract.

    fields: with keys "extra.ATTRIBUTE". models: the tables it writes, by the kind that its RowChanges name; undo puts
    them back. read: contract ids → attribute → value now. frozen: contract ids → field key → why it may not change now.
    write: called in the transaction of a batch with every contract imported there, in as few statements as it can.
    """

    key: str
    fields: tuple[Field, ...]
    models: Mapping[str, Any]
    read: Callable[[Sequence[uuid.UUID]], Mapping[uuid.UUID, Mapping[str, Any]]]
    frozen: Callable[[Sequence[uuid.UUID]], Mapping[uuid.UUID, Mapping[str, str]]]
    write: Callable[[Sequence[ExtraRow], datetime, Any], list[RowChange]]


UndoGuard = Callable[[Any, datetime], list[str]]
"""Takes the accounts that an import touched, as a queryset, and its moment; gives what speaks against undoing it."""

_extensions: dict[str, ImportExtension] = {}
_guards: list[UndoGuard] = []


def register_import_extension(extension: ImportExtension) -> None:
    """This will add the extension's columns to every import; the same key again replaces it."""
    _extensions[extension.key] = extension


def list_import_extensions() -> tuple[ImportExtension, ...]:
    return tuple(_extensions.values())


def register_undo_guard(guard: UndoGuard) -> None:
    if guard not in _guards:
        _guards.append(guard)


def list_undo_guards() -> tuple[UndoGuard, ...]:
    return tuple(_guards)


def list_import_fields() -> tuple[Field, ...]:
    """This will give the fields of the ground and of every extension."""
    return (*FIELDS, *(field for extension in _extensions.values() for field in extension.fields))
