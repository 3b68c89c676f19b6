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
        """Keep the meeting instead of making it, or give the one that was kept before."""
        if ask.reference and (earlier := self.find_meeting(ask, now=now)):
            return earlier
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

    def find_meeting(self, ask: MeetingAsk, *, now: datetime) -> ZoomMeeting | None:
        """Look for the meeting among those that were kept and are still to come."""
        kept = StandInCall.objects.filter(
            vendor=self.name, customer=ask.customer_id, request__agenda__startswith=ask.marker
        ).first()
        if kept is None:
            return None
        starts_at = datetime.fromisoformat(kept.request["start_time"])
        return ZoomMeeting(kept.number, kept.answer["join_url"], starts_at) if starts_at > now else None
