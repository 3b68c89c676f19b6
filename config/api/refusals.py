"""Which refusal of which service is which answer. A service knows no HTTP; here it is translated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from config.api.shape import Fields
from customers.queries.lookup import NotThere
from customers.services.holds import AlreadyHeld, HoldEndsBeforeItStarts


@dataclass(frozen=True)
class Refusal:
    """One answer. extra: further members of `error`, beside code, message and fields."""

    status: int
    code: str
    message: str
    fields: Fields | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def refusal_of(exc: Exception) -> Refusal | None:
    """This will give the answer to a service's refusal; None for an exception that is none."""
    for kind, translate in TRANSLATIONS.items():
        if isinstance(exc, kind):
            return translate(exc)
    return None


def _simple(status: int, code: str, *, field_name: str = "") -> Callable[[Exception], Refusal]:
    def translate(exc: Exception) -> Refusal:
        message = str(exc)
        return Refusal(status, code, message, {field_name: [message]} if field_name else None)

    return translate


TRANSLATIONS: dict[type[Exception], Callable[[Exception], Refusal]] = {
    NotThere: _simple(404, "not_found"),
    AlreadyHeld: _simple(409, "already_held"),
    HoldEndsBeforeItStarts: _simple(400, "invalid", field_name="until"),
}
