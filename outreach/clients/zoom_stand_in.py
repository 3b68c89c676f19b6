"""Zoom's stand-in: keeps the meeting that would have been made, at an address that leads nowhere."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from customers.models import StandInCall
from outreach.clients.zoom import MeetingAsk, ZoomMeeting, build_meeting

JOIN_BASE = "https://zoom.example/j/"


class ZoomStandIn:
    """A client like the real one."""

    name = "zoom"

    def create_meeting(self, ask: MeetingAsk, *, now: datetime) -> ZoomMeeting:
        """Keep the meeting instead of making it."""
        # Eleven digits, as theirs.
        number = str(uuid4().int % 9 * 10**10 + 10**10 + uuid4().int % 10**10)
        meeting = ZoomMeeting(number, f"{JOIN_BASE}{number}")
        StandInCall.objects.create(
            customer_id=ask.customer_id,
            vendor=self.name,
            action="create_meeting",
            number=number,
            request=build_meeting(ask),
            answer={"id": number, "join_url": meeting.join_url},
            called_at=now,
        )
        return meeting
