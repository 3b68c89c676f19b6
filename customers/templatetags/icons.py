"""Heroicons, each drawn once: the package copies and writes out an XML tree for every icon of every page."""

from __future__ import annotations

from functools import lru_cache

from django import template
from heroicons.templatetags import heroicons

register = template.Library()

DRAWN = 1_000
"""How many different icons are kept; with their sizes and attributes the pages have about a hundred."""


@register.simple_tag
def heroicon_micro(name: str, *, size: int = 16, **attributes: str) -> str:
    return _draw("micro", name, size, tuple(attributes.items()))


@register.simple_tag
def heroicon_mini(name: str, *, size: int = 20, **attributes: str) -> str:
    return _draw("mini", name, size, tuple(attributes.items()))


@register.simple_tag
def heroicon_outline(name: str, *, size: int = 24, **attributes: str) -> str:
    return _draw("outline", name, size, tuple(attributes.items()))


@lru_cache(maxsize=DRAWN)
def _draw(style: str, name: str, size: int, attributes: tuple[tuple[str, str], ...]) -> str:
    return str(getattr(heroicons, f"heroicon_{style}")(name, size=size, **dict(attributes)))
