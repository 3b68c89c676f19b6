"""Who is in a sequence at the stand-in, for the page on which their part is played."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from outreach.models import StandInThing

MOST = 10
ENDED = ("finished", "bounced", "opted_out", "failed")


@dataclass(frozen=True)
class Playable:
    """One person in a sequence there."""

    number: int
    email: str
    sequence: str
    state: str


def list_playable() -> list[Playable]:
    """This will give the latest whose part can be played, in three statements."""
    rows = list(
        StandInThing.objects.filter(kind="sequenceState")
        .exclude(attributes__state__in=ENDED)
        .order_by("-changed_at", "-id")[:MOST]
    )
    numbers = {number for row in rows for number in (row.prospect_number, row.sequence_number) if number}
    things = {thing.pk: thing for thing in StandInThing.objects.filter(pk__in=numbers)}
    return [
        Playable(
            row.pk,
            str((_said(things.get(row.prospect_number or 0), "emails") or ["somebody"])[0]),
            str(_said(things.get(row.sequence_number or 0), "name") or "a sequence"),
            row.attributes["state"],
        )
        for row in rows
    ]


def _said(thing: StandInThing | None, name: str) -> Any:
    return thing.attributes.get(name) if thing else None
