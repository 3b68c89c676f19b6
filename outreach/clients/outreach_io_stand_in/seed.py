"""What stands at the stand-in from the start: sequences, of which one is off and one locked, steps, mailboxes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from outreach.clients.outreach_io_stand_in.things import put_thing
from outreach.models import StandInThing

DAY_S = 24 * 3600
SEQUENCES: tuple[tuple[dict[str, object], tuple[tuple[str, int, str], ...]], ...] = (
    (
        {"name": "Onboarding: first steps", "description": "Welcomes a new customer's people.", "deliverCount": 412,
         "openCount": 301, "clickCount": 96, "replyCount": 74, "bounceCount": 5, "optOutCount": 2},
        (("auto_email", 0, "Welcome"), ("auto_email", 3, "Your first week"), ("call", 4, ""),
         ("auto_email", 7, "What others did next")),
    ),
    (
        {"name": "Renewal: 90 days out", "description": "Opens the talk about the renewal.", "deliverCount": 188,
         "openCount": 140, "clickCount": 31, "replyCount": 58, "bounceCount": 1, "optOutCount": 1,
         "primaryReplyAction": "finish"},
        (("auto_email", 0, "Your renewal in the spring"), ("auto_email", 5, "A look at the year"),
         ("manual_email", 7, "Shall we talk?")),
    ),
    (
        {"name": "Re-engagement", "description": "For accounts whose health went down.", "deliverCount": 95,
         "openCount": 40, "clickCount": 6, "replyCount": 11, "bounceCount": 3, "optOutCount": 4,
         "primaryReplyAction": "pause"},
        (("auto_email", 0, "How is it going?"), ("auto_email", 4, "A short check-up")),
    ),
    (
        {"name": "Multi-thread: the champion left", "description": "Meets the others at the account.",
         "throttleMaxAddsPerDay": 25},
        (("auto_email", 0, "A new face on your side?"), ("task", 2, ""), ("auto_email", 5, "Who should we talk to?")),
    ),
    ({"name": "Webinar (draft)", "description": "Not switched on.", "enabled": False}, (("auto_email", 0, "Join"),)),
    ({"name": "Spring 2024", "description": "Locked.", "locked": True}, (("auto_email", 0, "Spring"),)),
)  # fmt: skip
COUNTERS = ("deliverCount", "openCount", "clickCount", "replyCount", "bounceCount", "optOutCount")


def seed(people: Iterable[tuple[str, str]], companies: Iterable[str], *, now: datetime) -> None:
    """This will put in what is missing: sequences once, a user with a mailbox for each address, a company by name.

    people: (email, name). The last one's mailbox cannot send, so that this can be seen as well.
    """
    if not StandInThing.objects.filter(kind="sequence").exists():
        for attributes, steps in SEQUENCES:
            _put_sequence(attributes, steps, now=now)
    there = _texts("mailbox")
    missing = [(email, name) for email, name in people if f"|{email.lower()}|" not in there]
    for number, (email, name) in enumerate(missing):
        user = put_thing("user", {"email": email, "name": name}, now=now)
        is_off = number == len(missing) - 1 and len(missing) > 2
        said = {"email": email, "userId": user.pk, "sendDisabled": is_off, "sendErroredAt": None}
        put_thing("mailbox", said, now=now, links={"user": ("user", user.pk)})
    known = _texts("account")
    for name in companies:
        if f"|{name.lower()}||" not in known:
            put_thing("account", {"name": name, "domain": ""}, now=now)


def clear() -> None:
    """This will empty the stand-in of everything but its grants."""
    StandInThing.objects.all().delete()


def _put_sequence(attributes: dict[str, object], steps: tuple[tuple[str, int, str], ...], *, now: datetime) -> None:
    said = {
        "enabled": True,
        "locked": False,
        "sequenceType": "interval",
        "shareType": "shared",
        "sequenceStepCount": len(steps),
        "durationInDays": sum(days for _, days, _ in steps),
        "transactional": False,
        "throttleMaxAddsPerDay": None,
        "throttleCapacity": None,
        "primaryReplyAction": "finish",
        **dict.fromkeys(COUNTERS),
        **attributes,
    }
    sequence = put_thing("sequence", said, now=now)
    for order, (kind, days, subject) in enumerate(steps, start=1):
        step = {
            "order": order,
            "stepType": kind,
            "displayName": f"Step {order}: {kind.replace('_', ' ')}",
            "interval": days * DAY_S,
            "subject": subject,
            "deliverCount": None,
            "replyCount": None,
        }
        put_thing("sequenceStep", step, now=now, links={"sequence": ("sequence", sequence.pk)})


def _texts(kind: str) -> set[str]:
    return set(StandInThing.objects.filter(kind=kind).values_list("text", flat=True))
