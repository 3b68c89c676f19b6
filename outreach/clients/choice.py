"""Which client this installation uses: the real one once it is connected, else its stand-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customers.clients.outbound import why_off
from outreach.clients.slack_stand_in import SlackStandIn
from outreach.clients.zoom import ZoomClient
from outreach.clients.zoom_stand_in import ZoomStandIn

if TYPE_CHECKING:
    from outreach.clients.slack import SlackClient


def why_slack_off() -> str:
    """Say why nothing is posted at Slack; "" when it is."""
    return why_off("Slack", "SLACK_BOT_TOKEN", "SLACK_CHANNEL")


def why_zoom_off() -> str:
    """Say why no meeting is made at Zoom; "" when it is."""
    return why_off("Zoom", "ZOOM_ACCOUNT_ID", "ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET", "ZOOM_HOST")


def get_zoom() -> ZoomClient | ZoomStandIn:
    return ZoomStandIn() if why_zoom_off() else ZoomClient()


def get_slack() -> SlackClient | SlackStandIn:
    if why_slack_off():
        return SlackStandIn()
    # Imported when it is used: the package takes its time.
    from outreach.clients.slack import SlackClient

    return SlackClient()
