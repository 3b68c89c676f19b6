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
    return _draw(name, size, tuple(attributes.items()))


@lru_cache(maxsize=DRAWN)
def _draw(name: str, size: int, attributes: tuple[tuple[str, str], ...]) -> str:
    return str(heroicons.heroicon_micro(name, size=size, **dict(attributes)))
