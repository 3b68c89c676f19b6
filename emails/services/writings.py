"""Claude's versions of letters, written in the background. The Writing row is the job (promise 9).

Asked for together with a text of the built-in writer, so that nobody waits; taken by a lease; asked of Claude between
two short transactions; put into the draft only if nobody has touched it since, else kept beside it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from customers.models import User
from customers.queries.moments import Waiting, When
from customers.services.activity import record
from customers.signals import send_after_commit
from emails.enums import DraftState, PriceApproach, Tone, Writer
from emails.models import Draft, Writing
from emails.models.writings import KEPT_ASIDE
from emails.queries.briefs import free_brief
from emails.rules.facts import fact_from_json
from emails.rules.letters import LetterBrief, brief_from_json, with_instruction
from emails.services.editing import reload
from emails.services.files import PROPOSAL_KIND
from emails.services.history import keep_aside, keep_version
from emails.signals import version_asked
from emails.writing import breaker
from emails.writing.claude import ClaudeFailed
from emails.writing.writers import Commission, Written, ask_claude, claude_client

WITHIN_S = 45.0
"""For one batch: Claude usually takes 5 to 15 seconds for a letter, twice that when its first text is refused."""

LEASE = timedelta(minutes=2)
"""Longer than WITHIN_S, so that a job is taken up by another only when its worker is gone."""

RETRY_AFTER = timedelta(seconds=breaker.PAUSE_S)
MOST_ATTEMPTS = 3
WAITS_AT_MOST = timedelta(hours=1)
"""A version that comes later would surprise: by then the letter has been read, if not approved."""

OVERDUE_AFTER = timedelta(seconds=45)
"""A due job that old was forgotten by its doorbell; the clock writes it itself."""

BATCH = 8
GAVE_UP = "The built-in writer's text stays; Regenerate asks Claude again."


@dataclass(frozen=True)
class _Claimed:
    writing: Writing
    token: uuid.UUID
    commission: Commission


def ask_for_version(draft: Draft, *, now: datetime, by: User | None, instruction: str = "") -> None:
    """Put the job down, in the transaction that wrote the draft's present text; a job for an older text is replaced.

    Does nothing where Claude is not set up. While Claude is paused, the job waits for the end of the pause.
    """
    if claude_client() is None:
        return
    pause = breaker.pause_reason()
    Writing.objects.update_or_create(
        draft=draft,
        defaults={
            "version": draft.version,
            "instruction": instruction.strip(),
            "asked_by": by,
            "asked_at": now,
            "due_at": now + RETRY_AFTER if pause else now,
            "token": None,
            "attempts": 0,
            "outcome": pause,
        },
    )


def follow_draft(draft: Draft, *, since: int, now: datetime) -> None:
    """Ask again for a draft that the plan, not a person, has changed since version `since`; its brief is another."""
    moved = Writing.objects.filter(draft=draft, version=since, due_at__isnull=False).update(
        version=draft.version, due_at=now, token=None, updated_at=now
    )
    if moved:
        ring()


def ring() -> None:
    """Tell the workers, once the transaction is committed, that there may be something to write."""
    if claude_client() is not None:
        send_after_commit(version_asked)


def write_due(*, now: datetime, overdue_by: timedelta = timedelta(0)) -> int:
    """Have Claude write what is due, batch by batch; gives how many jobs were taken.

    Calls Claude: never inside a transaction. Writes the outcome whatever it is.
    """
    taken = 0
    while claimed := _claim(now=now, before=now - overdue_by):
        taken += len(claimed)
        _carry_out(claimed, now=now)
    return taken


def sweep(*, now: datetime) -> int:
    """What the clock calls: rings for what is due again, and writes what the doorbell forgot."""
    (due,) = waiting(now)
    if not due.exists():
        return 0
    ring()
    return write_due(now=now, overdue_by=OVERDUE_AFTER)


def waiting(now: When) -> Waiting:
    return (Writing.objects.filter(due_at__lte=now).order_by("due_at"),)


def brief_of(draft: Draft, instruction: str) -> LetterBrief:
    """The brief a draft is written from again: as it was ordered, with what a person has since set on the draft.

    Raises LookupError for a letter that has none and cannot get one; `may_be_rewritten` says so before.
    """
    ordered = brief_from_json(draft.brief["letter"]) if draft.brief else free_brief(draft)
    if ordered is None:
        raise LookupError("there is no brief to write this letter from")
    return replace(
        with_instruction(ordered, instruction),
        tone=Tone(draft.tone),
        price_approach=PriceApproach(draft.price_approach),
        proposal_attached=draft.attachments.filter(kind=PROPOSAL_KIND).exists(),
    )


def may_be_rewritten(draft: Draft) -> bool:
    return bool(draft.brief) or free_brief(draft) is not None


def _claim(*, now: datetime, before: datetime) -> list[_Claimed]:
    """Take up to BATCH jobs, each by one conditional UPDATE; what cannot be written any more is closed."""
    rows = Writing.objects.filter(due_at__lte=before).order_by("due_at")
    claimed = []
    for writing in rows.select_related("draft", "draft__stakeholder", "asked_by")[:BATCH]:
        token = uuid.uuid4()
        taken = Writing.objects.filter(pk=writing.pk, due_at=writing.due_at, token=writing.token).update(
            token=token, due_at=now + LEASE, updated_at=now
        )
        if not taken:
            continue
        reason = _why_not(writing, now=now)
        if reason is not None:
            _close(writing, token, reason, now=now)
            continue
        draft = writing.draft
        facts = tuple(fact_from_json(row) for row in draft.facts)
        claimed.append(_Claimed(writing, token, Commission(brief_of(draft, writing.instruction), facts)))
    return claimed


def _why_not(writing: Writing, *, now: datetime) -> str | None:
    """Say why a job is not worth doing any more, "" where that needs no words; None when it is."""
    if not writing.draft.is_editable or claude_client() is None:
        return ""
    if now - writing.asked_at > WAITS_AT_MOST:
        return f"Claude did not answer within an hour. {GAVE_UP}"
    if writing.attempts >= MOST_ATTEMPTS:
        return f"{writing.outcome} {GAVE_UP}".strip()
    return None


def _carry_out(claimed: list[_Claimed], *, now: datetime) -> None:
    client = claude_client()
    if client is None:
        return
    pause = breaker.pause_reason()
    if pause:
        for one in claimed:
            _wait(one, pause, now=now, counts=False)
        return
    answers = ask_claude(client, [one.commission for one in claimed], within_s=WITHIN_S)
    for one, answer in zip(claimed, answers, strict=True):
        if isinstance(answer, Written):
            _put_in(one, answer, now=now)
        elif answer.can_retry and one.writing.attempts + 1 < MOST_ATTEMPTS:
            _wait(one, answer.reason, now=now, counts=True)
        else:
            _close(one.writing, one.token, _final_words(answer), now=now)


def _final_words(failure: ClaudeFailed) -> str:
    return f"{failure.reason[:200]} {GAVE_UP}"


def _wait(one: _Claimed, reason: str, *, now: datetime, counts: bool) -> None:
    Writing.objects.filter(pk=one.writing.pk, token=one.token).update(
        token=None,
        due_at=now + RETRY_AFTER,
        attempts=F("attempts") + (1 if counts else 0),
        outcome=reason[:300],
        updated_at=now,
    )


def _close(writing: Writing, token: uuid.UUID, outcome: str, *, now: datetime) -> bool:
    moved = Writing.objects.filter(pk=writing.pk, token=token).update(
        token=None, due_at=None, outcome=outcome[:300], updated_at=now
    )
    return bool(moved)


def _put_in(one: _Claimed, written: Written, *, now: datetime) -> None:
    """Make Claude's text the draft's, unless somebody has touched the draft or the job was replaced meanwhile."""
    writing = one.writing
    reason = f"Written again: {writing.instruction}" if writing.instruction else "Claude's version"
    with transaction.atomic():
        if not _close(writing, one.token, "", now=now):
            return
        if not _replace_text(one, written, now=now):
            keep_aside(writing.draft, written, version=writing.version, reason=reason, now=now)
            Writing.objects.filter(pk=writing.pk).update(outcome=KEPT_ASIDE)
            return
        draft = reload(writing.draft)
        keep_version(draft, reason=reason, now=now, by=writing.asked_by)
        record(
            "draft.rewritten",
            f"Claude wrote “{draft}”",
            customer=draft.customer_id,
            by=writing.asked_by,
            now=now,
            subject=draft,
        )


def _replace_text(one: _Claimed, written: Written, *, now: datetime) -> bool:
    """One conditional UPDATE: same version, and nobody has approved the text that is there."""
    before, letter = one.writing.draft, written.letter
    first = {} if before.was_changed else {"first_subject": letter.subject, "first_body": letter.body}
    moved = Draft.objects.filter(pk=before.pk, version=one.writing.version, state=DraftState.DRAFT).update(
        subject=letter.subject,
        body=letter.body,
        writer=Writer.CLAUDE,
        writer_note=written.note[:500],
        version=F("version") + 1,
        updated_at=now,
        **first,
    )
    return bool(moved)
