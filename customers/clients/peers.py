"""Who is at the other end of the line: a vendor's address must not lead into the private network."""

from __future__ import annotations

import ipaddress
import socket

from django.conf import settings

from customers.clients.base import NotAccepted


def check_peer(sock: socket.socket, *, setting: str) -> None:
    """Raise NotAccepted unless a public address was reached. setting: the variable that named it.

    A public name may point to a private address, and “127.1” is one as well: what counts is who was reached.
    """
    peer = ipaddress.ip_address(sock.getpeername()[0])
    if isinstance(peer, ipaddress.IPv6Address) and peer.ipv4_mapped:
        peer = peer.ipv4_mapped
    if peer.is_global or (peer.is_loopback and settings.ALLOW_LOOPBACK_VENDORS):
        return
    raise NotAccepted(f"{setting} leads to a private network address, which is never used.", can_retry=False)
