"""Who writes contracts that another system tells: an app on the left, which knows what a locked price forbids."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError


class ToldContract(NamedTuple):
    """What is told of an account's running contract. values: fields of `Contract`."""

    customer_id: UUID
    values: Mapping[str, Any]


ContractWriter = Callable[[Sequence[ToldContract], datetime], list[bool | ValidationError]]
"""Takes what is told of many accounts, of one perhaps several times, and now. Gives for each in turn whether anything
changed, or why it was not taken. What it writes, it writes together or not at all."""

_writers: list[ContractWriter] = []


def register_contract_writer(writer: ContractWriter) -> None:
    """This will have contracts written by it; the last one registered counts."""
    _writers[:] = [writer]


def find_contract_writer() -> ContractWriter | None:
    return _writers[0] if _writers else None
