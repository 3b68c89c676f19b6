"""What a decision about a journey leads to. The engine writes these down as rows, the simulator counts them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from journeys.enums import JourneyKind


class StaffNews(StrEnum):
    """What a person of ours is told of a journey."""

    PLAN_MISSING = "plan_missing"
    PREVIOUS_OPEN = "previous_open"
    NOT_RELEASED = "not_released"
    NOT_OPENED = "not_opened"
    REVISION_WAITS = "revision_waits"
    NOT_WRITTEN = "not_written"


@dataclass(frozen=True)
class WriteDeliverable:
    journey_id: UUID
    month: int


class SendMail(NamedTuple):
    """A mail to the client from the template of this kind. month: None where it is about the journey as a whole."""

    journey_id: UUID
    kind: JourneyKind
    occurrence: str
    month: int | None = None


@dataclass(frozen=True)
class TellStaff:
    journey_id: UUID
    news: StaffNews
    month: int | None = None


@dataclass(frozen=True)
class SetMonth:
    """The client is in this month now. Source: the journey spec, "Updates client status automatically"."""

    journey_id: UUID
    month: int


Effect = WriteDeliverable | SendMail | TellStaff | SetMonth
