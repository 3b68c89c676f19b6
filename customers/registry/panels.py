"""The panels of the account page. Apps register theirs in `AppConfig.ready`; `config/desk` shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True)
class PanelRequest:
    """For which account, which reader and which moment a panel is put together.

    customer: a Customer, user: a User; their tables stand a floor above this registry.
    """

    customer: Any
    user: Any
    now: datetime
    memo: dict[str, Any] = field(default_factory=dict)

    def once(self, name: str, read: Callable[[], Value]) -> Value:
        """This will read what more than one panel needs, the first time it is asked for."""
        if name not in self.memo:
            self.memo[name] = read()
        value: Value = self.memo[name]
        return value


@dataclass(frozen=True)
class Panel:
    """One card of the account page.

    key: its anchor on the page, and its name in the address when it is loaded alone. load: gives the template's
    context, or None where the panel has nothing to say for this account. is_lazy: loaded after the page, by its own
    request; a panel that costs more than one query should be. order: from the top; they stand at 10, 20, 30 …
    """

    key: str
    title: str
    template: str
    load: Callable[[PanelRequest], Mapping[str, Any] | None]
    column: Literal["main", "side"] = "main"
    order: int = 100
    is_lazy: bool = False


SHOWN = 8
"""How many rows of a panel stand open; the rest is folded."""


@dataclass(frozen=True)
class Fold:
    """A list as a panel shows it: the first rows open, the others folded."""

    shown: Sequence[Any]
    folded: Sequence[Any]

    @classmethod
    def of(cls, rows: Sequence[Any], shown: int = SHOWN) -> Fold:
        # One row is not worth a fold: its line would be as high.
        edge = shown if len(rows) > shown + 1 else len(rows)
        return cls(rows[:edge], rows[edge:])


_panels: dict[str, Panel] = {}


def register_panel(panel: Panel) -> None:
    """This will add the panel to the account page; the same key again replaces it."""
    _panels[panel.key] = panel


def list_panels() -> list[Panel]:
    return sorted(_panels.values(), key=lambda panel: (panel.order, panel.key))


def find_panel(key: str) -> Panel | None:
    return _panels.get(key)
