"""What apps on the left let ops do to ticked accounts in the admin. Filled when their admin is loaded."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True)
class BulkAction:
    """One entry of the list above the accounts. open: gives the page that asks and shows; it writes nothing."""

    code: str
    label: str
    open: Callable[[HttpRequest, Collection[uuid.UUID]], HttpResponse]
    most: int


_actions: dict[str, BulkAction] = {}


def register_bulk_action(action: BulkAction) -> None:
    _actions[action.code] = action


def list_bulk_actions() -> Sequence[BulkAction]:
    return tuple(_actions.values())
