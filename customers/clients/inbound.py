"""How a call that comes in is refused."""

from __future__ import annotations


class NoKey(Exception):
    """Raised when no usable key is set: then nobody is believed."""


class Forged(Exception):
    """Raised when a call is not theirs, or too old to be believed."""
