"""Whether a vendor is called at all: OUTBOUND is on, and everything it needs is set. Else its stand-in answers."""

from __future__ import annotations

from django.conf import settings


def why_off(name: str, *needed: str) -> str:
    """Say why this vendor is not called, for a page; "" when it is. needed: the variables it cannot do without."""
    missing = [variable for variable in needed if not str(getattr(settings, variable)).strip()]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        return f"{name} is not connected: {', '.join(missing)} {verb} not set. A stand-in keeps what would have gone."
    if settings.OUTBOUND != "on":
        return f"OUTBOUND is off, so nothing goes to {name}. A stand-in keeps what would have gone."
    return ""
