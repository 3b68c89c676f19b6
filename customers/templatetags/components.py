"""Includes of components that are drawn once for the same values, however many rows and pages show them.

Only `{% include "components/…" with … only %}` is meant: such a component reads nothing but what it is handed. As soon
as it is handed anything else than texts, numbers and frozen records of them, it is drawn anew as always.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, cast

from django import template
from django.template.base import FilterExpression, Parser, Token
from django.template.loader_tags import IncludeNode, do_include
from django.utils.safestring import SafeString

register = template.Library()

FOLDER = "components/"
MOST_KEPT = 4_000
"""So many drawn components a process keeps; a full shelf is emptied. They are short: a badge, a button, the frame."""

_kept: dict[Hashable, SafeString] = {}


class NotPlain(TypeError):
    """Raised for a value of which one cannot say that it always looks the same."""


class Component(IncludeNode):
    """An include whose drawing is kept by what it was handed."""

    def render(self, context: Any) -> SafeString:
        if context.template.engine.debug:  # a template may be edited while the process runs
            return self._draw(context)
        values = {name: value.resolve(context) for name, value in self.extra_context.items()}
        try:
            key = (self.template.var, *((name, freeze(value)) for name, value in values.items()))
        except NotPlain:
            return self._draw(context)
        found = _kept.get(key)
        if found is None:
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            found = _kept[key] = self._draw(context)
        return found

    def _draw(self, context: Any) -> SafeString:
        drawn: SafeString = super().render(context)
        return drawn


def freeze(value: Any) -> Hashable:
    """This will give what stands for a value and for nothing that looks different. Raises NotPlain.

    A safe text equals the same text that is not, and True equals 1: the type is part of it.
    """
    kind = type(value)
    if kind in _PLAIN or isinstance(value, Enum):
        return kind, value
    if kind is tuple:
        return kind, tuple(freeze(each) for each in value)
    names = _names(cast(Hashable, kind))
    if names is None:
        raise NotPlain(kind.__name__)
    return kind, tuple(freeze(getattr(value, name)) for name in names)


_PLAIN = frozenset({str, SafeString, int, bool, type(None)})


@lru_cache(maxsize=200)
def _names(kind: Hashable) -> tuple[str, ...] | None:
    """The fields of a frozen record; None for whatever else there is."""
    if not is_dataclass(kind) or not kind.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        return None
    return tuple(each.name for each in fields(kind))


@register.tag("include")
def include(parser: Parser, token: Token) -> IncludeNode:
    """This will include as Django does, a component of plain values from the shelf."""
    make: Callable[[Parser, Token], IncludeNode] = do_include
    node = make(parser, token)
    name = node.template.var if isinstance(node.template, FilterExpression) else None
    if not node.isolated_context or not isinstance(name, str) or not name.startswith(FOLDER):
        return node
    return Component(node.template, extra_context=node.extra_context, isolated_context=True)
