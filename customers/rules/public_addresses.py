"""Which addresses news may be sent to: public ones over https, whatever the address is made to look like."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

PORTS = frozenset({443, 8443})
LONGEST = 500
OWN_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "home.arpa", "localdomain")
LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
WRAPPERS = tuple(
    ipaddress.ip_network(text)
    for text in (
        "::/96",  # IPv4-compatible
        "::ffff:0:0/96",  # IPv4-mapped
        "::ffff:0:0:0/96",  # IPv4-translated
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # NAT64, local
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "fec0::/10",  # site-local
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
    )
)
"""Addresses that hold another one, or that no public host has."""


def refuse_hook_url(url: str, *, allow_loopback: bool) -> str:
    """This will say why nothing is sent to this address; "" when it may be. A name's addresses are checked later."""
    if len(url) > LONGEST or not url.isascii() or re.search(r"[\x00-\x20\x7f\\]", url):
        return "Write it in plain ASCII without spaces, at most 500 signs."
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return "This is no web address."
    if parts.scheme not in ("http", "https") or not host:
        return "This is no web address."
    if "@" in parts.netloc:
        return "No name and password in the address: each message is signed."
    if parts.fragment:
        return "Leave out what follows #."
    if allow_loopback and is_loopback_name(host):
        return ""
    if parts.scheme != "https":
        return "Only over https."
    if (port or 443) not in PORTS:
        return "Only on port 443 or 8443."
    return _refuse_host(host)


def refuse_address(address: Address, *, allow_loopback: bool = False) -> str:
    """This will say why nothing is sent to this address of the network; "" when it is a public one."""
    if allow_loopback and address.is_loopback:
        return ""
    wraps = isinstance(address, ipaddress.IPv6Address) and any(address in network for network in WRAPPERS)
    if wraps or not address.is_global or address.is_multicast or address.is_reserved:
        return "It leads to an address that is not public."
    return ""


def is_loopback_name(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse_host(host: str) -> str:
    try:
        return refuse_address(ipaddress.ip_address(host))
    except ValueError:
        pass
    labels = host.split(".")
    if len(labels) < 2 or any(host == name or host.endswith(f".{name}") for name in OWN_NAMES):
        return "It leads to an address that is not public."
    # 2130706433, 0x7f.1 and 127.1 are names to a parser and addresses to the network.
    if not all(LABEL.fullmatch(label) for label in labels) or re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]):
        return "This is no web address."
    return ""
