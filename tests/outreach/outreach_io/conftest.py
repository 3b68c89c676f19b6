"""Outreach.io at the wire: a server on this machine, and a workspace that is connected to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from customers.models.workspace import ONLY_ID
from customers.services.digests import seal
from outreach.clients.choice import outreach_server
from outreach.clients.outreach_io_stand_in.grants import CLIENT_ID, CLIENT_SECRET
from outreach.enums import ConnectionState
from outreach.models import OutreachConnection
from tests.vendors import connect

ACCESS, REFRESH = "access-of-the-test", "refresh-of-the-test"


@pytest.fixture
def base(httpserver: HTTPServer, settings: Any) -> HTTPServer:
    """The server, and settings that lead to it."""
    connect(
        settings,
        OUTREACH_CLIENT_ID="client",
        OUTREACH_CLIENT_SECRET="client-secret",
        OUTREACH_API_BASE=httpserver.url_for("/api/v2"),
        OUTREACH_OAUTH_BASE=httpserver.url_for("").rstrip("/"),
    )
    return httpserver


@pytest.fixture
def connected(base: HTTPServer, db: None, now: datetime) -> OutreachConnection:
    return put_connection(now)


def put_connection(now: datetime, **fields: Any) -> OutreachConnection:
    """Write a connection to the server of the settings; its tokens are good for two hours from `now`."""
    values: dict[str, Any] = {
        "state": ConnectionState.CONNECTED,
        "server": outreach_server(),
        "sealed_access": seal(ACCESS.encode()),
        "sealed_refresh": seal(REFRESH.encode()),
        "access_expires_at": now + timedelta(hours=2),
        "connected_at": now,
        **fields,
    }
    row: OutreachConnection = OutreachConnection.objects.update_or_create(pk=ONLY_ID, defaults=values)[0]
    return row


def point_at(settings: Any, address: str) -> None:
    """Lead the client to the stand-in over HTTP, and a connection that was made with the stand-in along."""
    connect(
        settings,
        OUTREACH_CLIENT_ID=CLIENT_ID,
        OUTREACH_CLIENT_SECRET=CLIENT_SECRET,
        OUTREACH_API_BASE=f"{address}/api/v2",
        OUTREACH_OAUTH_BASE=address,
    )
    OutreachConnection.objects.update(server=outreach_server())
