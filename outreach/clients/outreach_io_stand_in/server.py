"""The stand-in as a server: one call in, one answer out, the same over HTTP and within the process."""

from __future__ import annotations

from customers.clients.base import NotAccepted
from customers.clients.wire import Answer, Call

SERVER = "stand-in"
HOST = "https://outreach.stand-in.invalid"
API_BASE = f"{HOST}/api/v2"
OAUTH_BASE = HOST
CLIENT_ID = "evergreen"
CLIENT_SECRET = "of-the-stand-in"  # noqa: S105  # opens nothing but itself


def send(call: Call) -> Answer:
    """Answer one call."""
    raise NotAccepted("The stand-in knows no such call.", can_retry=False)
