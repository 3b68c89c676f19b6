"""A client's messages, as their pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from journeys.models import JourneyMonth, PortalLink, PortalMessage
from journeys.rules.portal_messages import Said, say_message

SHOWN = 200


@dataclass(frozen=True)
class Message:
    """One message with its words."""

    row: PortalMessage
    said: Said

    @property
    def is_read(self) -> bool:
        return self.row.read_at is not None

    @property
    def leads_to_month(self) -> bool:
        return self.said.leads_to == "month" and self.row.number is not None

    @property
    def leads_to_certificate(self) -> bool:
        return self.said.leads_to == "certificate"


def list_messages(link: PortalLink) -> Sequence[Message]:
    """This will list the messages of the link's own journey, the newest first. Two queries."""
    rows = list(PortalMessage.objects.filter(journey=link.journey_id).order_by("-at", "-id")[:SHOWN])
    months = JourneyMonth.objects.filter(journey=link.journey_id).values_list("number", "step__title")
    titles: dict[int, str] = dict(months) if rows else {}
    phase = link.journey.version.phase_name
    return [
        Message(row, say_message(row.kind, phase=phase, number=row.number, title=titles.get(row.number or 0, "")))
        for row in rows
    ]


def count_messages(link: PortalLink) -> int:
    """This will count what nobody there has read."""
    return PortalMessage.objects.filter(journey=link.journey_id, read_at=None).count()
