"""People in sequences at the stand-in: who may be put in, and what can be done with them.

Source: the contract, "ENROLL": a mailbox that can send, once per sequence, no opted-out person; pause only what is
active, resume only what is paused, finish only what is active. Who finds a sequence full, or switched off, is pending.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from outreach.clients.outreach_io_stand_in.news import tell_news
from outreach.clients.outreach_io_stand_in.people import link_of, read_body
from outreach.clients.outreach_io_stand_in.shapes import Reply, Request, invalid, text_of
from outreach.clients.outreach_io_stand_in.things import find_thing, put_thing, tell
from outreach.models import StandInThing

BEEN_THERE = "Prospect has already been in this sequence"
LOOK_AGAIN = timedelta(hours=1)
"""So long a person who is pending waits until the stand-in looks whether there is room."""

COUNTERS = ("scheduleCount", "deliverCount", "openCount", "clickCount", "replyCount", "bounceCount", "optOutCount",
            "failureCount")  # fmt: skip
NEEDS = {"pause": "active", "resume": "paused", "finish": "active"}
LEADS_TO = {"pause": "paused", "resume": "active", "finish": "finished"}


def create_state(request: Request) -> Reply:
    attributes, links = read_body(request, "sequenceState")
    if attributes:
        raise invalid("Its attributes are read-only.", "/data/attributes")
    prospect = _linked(links, "prospect")
    sequence = _linked(links, "sequence")
    mailbox = _linked(links, "mailbox", is_needed=_writes_mail(sequence))
    _check(prospect, sequence, mailbox)
    state = "pending" if not sequence.attributes.get("enabled") or is_full(sequence, now=request.now) else "active"
    related = {"prospect": ("prospect", prospect.pk), "sequence": ("sequence", sequence.pk)}
    if mailbox is not None:
        related["mailbox"] = ("mailbox", mailbox.pk)
    if first := steps_of(sequence)[:1]:
        related["sequenceStep"] = ("sequenceStep", first[0].pk)
    said = {
        "state": state,
        "stateChangedAt": text_of(request.now),
        "activeAt": text_of(request.now) if state == "active" else None,
        "pauseReason": None,
        "errorReason": None,
        "repliedAt": None,
        **dict.fromkeys(COUNTERS, 0),
    }
    next_at = request.now + (interval_of(first[0]) if first and state == "active" else LOOK_AGAIN)
    try:
        with transaction.atomic():
            row = put_thing("sequenceState", said, now=request.now, links=related, next_at=next_at)
            tell_news("sequenceState.created", row, said, now=request.now)
    except IntegrityError:
        raise invalid(f"{BEEN_THERE}.", code=BEEN_THERE.lower()[len("prospect ") :]) from None
    return Reply(201, {"data": tell(row)})


def act(number: str, action: str, request: Request) -> Reply:
    """This will pause, resume or finish. Raises Refusal."""
    with transaction.atomic():
        row = locked(number)
        if row.attributes["state"] != NEEDS[action]:
            raise invalid(f"A sequence state that is {row.attributes['state']} cannot be asked to {action}.")
        changes: dict[str, Any] = {"state": LEADS_TO[action], "stateChangedAt": text_of(request.now)}
        changes["pauseReason"] = "Paused by API" if action == "pause" else None
        next_at = request.now + LOOK_AGAIN if action == "resume" else None
        change(row, changes, next_at=next_at, now=request.now)
    return Reply(200, {"data": tell(row)})


def remove(number: str, request: Request) -> Reply:
    row = find_thing("sequenceState", number)
    with transaction.atomic():
        tell_news("sequenceState.destroyed", row, {}, now=request.now)
        StandInThing.objects.filter(kind="mailing", state_number=row.pk).delete()
        row.delete()
    return Reply(204)


def change(
    row: StandInThing, changes: dict[str, Any], *, next_at: datetime | None, now: datetime, event: str = "updated"
) -> None:
    """This will write the change and tell of it."""
    row.attributes = {**row.attributes, **changes}
    row.next_at, row.changed_at = next_at, now
    row.save()
    tell_news(f"{row.kind}.{event}", row, changes, now=now)


def _linked(links: dict[str, Any], name: str, *, is_needed: bool = True) -> Any:
    number = link_of(links, name, name)
    if number is None:
        if is_needed:
            raise invalid(f"{name.capitalize()} can't be blank.", f"/data/relationships/{name}")
        return None
    return StandInThing.objects.get(pk=number)


def _check(prospect: StandInThing, sequence: StandInThing, mailbox: StandInThing | None) -> None:
    been = StandInThing.objects.filter(
        kind="sequenceState", prospect_number=prospect.pk, sequence_number=sequence.pk
    ).exists()
    if been:
        raise invalid(f"{BEEN_THERE}.", code=BEEN_THERE.lower()[len("prospect ") :])
    if sequence.attributes.get("locked"):
        raise invalid("Sequence is locked.", "/data/relationships/sequence")
    if mailbox is not None and (mailbox.attributes.get("sendDisabled") or mailbox.attributes.get("sendErroredAt")):
        raise invalid("Mailbox cannot send.", "/data/relationships/mailbox")
    if prospect.attributes.get("optedOut") and not sequence.attributes.get("transactional"):
        raise invalid("Prospect has opted out.", "/data/relationships/prospect")
    if not prospect.attributes.get("emails") and _writes_mail(sequence):
        raise invalid("Prospect has no deliverable email.", "/data/relationships/prospect")


def locked(number: str) -> StandInThing:
    find_thing("sequenceState", number)
    row: StandInThing = StandInThing.objects.select_for_update().get(pk=int(number))
    return row


def _writes_mail(sequence: StandInThing) -> bool:
    return any("email" in step.attributes["stepType"] for step in steps_of(sequence))


def is_full(sequence: StandInThing, *, now: datetime) -> bool:
    most = sequence.attributes.get("throttleMaxAddsPerDay")
    states = StandInThing.objects.filter(kind="sequenceState", sequence_number=sequence.pk)
    return most is not None and states.filter(made_at__gt=now - timedelta(days=1)).count() >= most


def steps_of(sequence: StandInThing) -> list[StandInThing]:
    found = StandInThing.objects.filter(kind="sequenceStep", sequence_number=sequence.pk)
    return sorted(found, key=lambda step: step.attributes["order"])


def interval_of(step: StandInThing) -> timedelta:
    return timedelta(seconds=step.attributes.get("interval") or 0)
