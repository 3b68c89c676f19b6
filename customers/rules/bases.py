"""Which address a vendor may be called at. A private address is never a vendor, whatever a setting says."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def refuse_base(url: str, *, allow_loopback: bool) -> str:
    """Say why this base may not be called; "" when it may. Loopback only where debugging or testing allows it."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("http", "https") or not host:
        return f"“{url}” is no web address."
    if _is_loopback(host):
        return "" if allow_loopback else "An address on this machine is only used for testing."
    if _is_private(host):
        return "A private network address is never used."
    return "" if parts.scheme == "https" else "A vendor is only called over https."


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _address(host)
    return address is not None and address.is_loopback


def _is_private(host: str) -> bool:
    address = _address(host)
    return address is not None and not address.is_global


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
