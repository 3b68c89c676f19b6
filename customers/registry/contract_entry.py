"""Who writes a contract that another system tells: an app on the left, which knows what a locked price forbids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

ContractWriter = Callable[[Any, Mapping[str, Any], datetime], bool]
"""Takes the account, fields of `Contract`, and now; says whether anything changed. Raises ValidationError."""

_writers: list[ContractWriter] = []


def register_contract_writer(writer: ContractWriter) -> None:
    """This will have contracts written by it; the last one registered counts."""
    _writers[:] = [writer]


def find_contract_writer() -> ContractWriter | None:
    return _writers[0] if _writers else None
