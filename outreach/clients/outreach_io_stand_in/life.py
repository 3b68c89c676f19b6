"""What happens at the stand-in by itself and through people: mails leave, steps follow, somebody answers."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from outreach.clients.outreach_io_stand_in.news import tell_news
from outreach.clients.outreach_io_stand_in.shapes import text_of
from outreach.clients.outreach_io_stand_in.states import LOOK_AGAIN, change, interval_of, is_full, locked, steps_of
from outreach.clients.outreach_io_stand_in.things import put_thing
from outreach.models import StandInThing


def go_on(*, now: datetime, most: int = 200) -> int:
    """This will play what has come due: mails leave, steps follow, sequences end, room is found for who waits."""
    due = list(StandInThing.objects.filter(next_at__lte=now).order_by("next_at").values_list("pk", flat=True)[:most])
    for number in due:
        with transaction.atomic():
            row = StandInThing.objects.select_for_update().filter(pk=number, next_at__lte=now).first()
            if row is not None and row.kind == "sequenceState":
                _step(row, now=now)
    return len(due)


def hear(number: int, deed: str, *, now: datetime) -> None:
    """This will let the person do something with the last mail. deed: one of DEEDS. Raises KeyError, Refusal."""
    with transaction.atomic():
        row = locked(str(number))
        if row.attributes["state"] == "active" and _last_mail(row) is None:
            # Nobody answers what they have not got: the step that is due is done first.
            _step(row, now=now)
        mailing = _last_mail(row) or _write_mail(row, _current_step(row), now=now)
        _DEEDS[deed](row, mailing, now)


def _last_mail(row: StandInThing) -> StandInThing | None:
    found: StandInThing | None = (
        StandInThing.objects.filter(kind="mailing", state_number=row.pk).order_by("-id").first()
    )
    return found


def _replied(row: StandInThing, mailing: StandInThing, now: datetime) -> None:
    _note(mailing, "replied", "repliedAt", now=now)
    sequence = StandInThing.objects.get(pk=row.sequence_number or 0)
    counted = {"repliedAt": text_of(now), "replyCount": row.attributes["replyCount"] + 1}
    _count(sequence, "replyCount", now=now)
    then = sequence.attributes.get("primaryReplyAction", "finish")
    state = {"finish": "finished", "pause": "paused"}.get(then, row.attributes["state"])
    moved = {"state": state, "stateChangedAt": text_of(now)} if state != row.attributes["state"] else {}
    if state == "paused":
        moved["pauseReason"] = "Prospect replied"
    change(row, {**counted, **moved}, next_at=None, now=now, event="finished" if state == "finished" else "updated")


def _opened(row: StandInThing, mailing: StandInThing, now: datetime) -> None:
    _note(mailing, "opened", "openedAt", now=now)
    _count(StandInThing.objects.get(pk=row.sequence_number or 0), "openCount", now=now)
    change(row, {"openCount": row.attributes["openCount"] + 1}, next_at=row.next_at, now=now)


def _bounced(row: StandInThing, mailing: StandInThing, now: datetime) -> None:
    _note(mailing, "bounced", "bouncedAt", now=now)
    said = {"state": "bounced", "stateChangedAt": text_of(now), "bounceCount": row.attributes["bounceCount"] + 1}
    change(row, {**said, "errorReason": "The mail came back."}, next_at=None, now=now)


def _opted_out(row: StandInThing, mailing: StandInThing, now: datetime) -> None:
    change(mailing, {"unsubscribedAt": text_of(now)}, next_at=None, now=now)
    prospect = StandInThing.objects.get(pk=row.prospect_number or 0)
    said = {"optedOut": True, "emailOptedOut": True, "emailsOptStatus": "opted_out", "optedOutAt": text_of(now)}
    change(prospect, said, next_at=None, now=now)
    moved = {"state": "opted_out", "stateChangedAt": text_of(now), "optOutCount": row.attributes["optOutCount"] + 1}
    change(row, moved, next_at=None, now=now)


_DEEDS = {"replied": _replied, "opened": _opened, "bounced": _bounced, "opted_out": _opted_out}
DEEDS = tuple(_DEEDS)


def _current_step(row: StandInThing) -> StandInThing | None:
    link = row.links.get("sequenceStep")
    return StandInThing.objects.filter(pk=link[1]).first() if link else None


def _step(row: StandInThing, *, now: datetime) -> None:
    sequence = StandInThing.objects.get(pk=row.sequence_number or 0)
    if row.attributes["state"] == "pending":
        if not sequence.attributes.get("enabled") or is_full(sequence, now=now):
            change(row, {}, next_at=now + LOOK_AGAIN, now=now)
            return
        changes = {"state": "active", "stateChangedAt": text_of(now), "activeAt": text_of(now)}
        change(row, changes, next_at=now, now=now)
        return
    if row.attributes["state"] != "active":
        StandInThing.objects.filter(pk=row.pk).update(next_at=None)
        return
    step = _current_step(row)
    if step is not None and "email" in step.attributes["stepType"]:
        _write_mail(row, step, now=now)
        row.attributes = {**row.attributes, "deliverCount": row.attributes["deliverCount"] + 1}
    _advance(row, sequence, step, now=now)


def _advance(row: StandInThing, sequence: StandInThing, step: StandInThing | None, *, now: datetime) -> None:
    later = [
        one for one in steps_of(sequence) if step is not None and one.attributes["order"] > step.attributes["order"]
    ]
    counted = {"deliverCount": row.attributes["deliverCount"]}
    if not later:
        done = {**counted, "state": "finished", "stateChangedAt": text_of(now)}
        change(row, done, next_at=None, now=now, event="finished")
        return
    row.links = {**row.links, "sequenceStep": ["sequenceStep", later[0].pk]}
    change(row, counted, next_at=now + interval_of(later[0]), now=now, event="advanced")


def _write_mail(row: StandInThing, step: StandInThing | None, *, now: datetime) -> StandInThing:
    related = {name: (link[0], link[1]) for name, link in row.links.items() if name != "sequenceStep"}
    related["sequenceState"] = ("sequenceState", row.pk)
    if step is not None:
        related["sequenceStep"] = ("sequenceStep", step.pk)
    number = row.links.get("mailbox", ["mailbox", 0])[1]
    mailbox = StandInThing.objects.filter(pk=number).first()
    said = {
        "state": "delivered",
        "subject": (step.attributes.get("subject") if step else None) or "Your options",
        "messageId": f"<{row.pk}.{step.pk if step else 0}@outreach.stand-in.invalid>",
        "mailboxAddress": mailbox.attributes["email"] if mailbox else None,
        "deliveredAt": text_of(now),
        "stateChangedAt": text_of(now),
    }
    mailing = put_thing("mailing", said, now=now, links=related)
    _count(StandInThing.objects.get(pk=row.sequence_number or 0), "deliverCount", now=now)
    tell_news("mailing.delivered", mailing, said, now=now)
    return mailing


def _note(mailing: StandInThing, state: str, field: str, *, now: datetime) -> None:
    changes = {"state": state, field: text_of(now), "stateChangedAt": text_of(now)}
    change(mailing, changes, next_at=None, now=now, event=state)


def _count(row: StandInThing, name: str, *, now: datetime) -> None:
    row.attributes = {**row.attributes, name: (row.attributes.get(name) or 0) + 1}
    row.changed_at = now
    row.save(update_fields=["attributes", "changed_at"])
