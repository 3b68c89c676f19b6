"""Programmes: made, drafted, published, brought back. What was published stays; all of it on record. Ops alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from customers.models import User
from customers.services.activity import record
from customers.services.changes import Difference, check, set_fields
from journeys.models import Programme, ProgrammeStep, ProgrammeVersion
from journeys.queries.programmes import current_version, find_draft, read_text
from journeys.rules.programmes import Problem, StepText, VersionText, find_problems

WRITABLE = frozenset({"name", "segment", "is_archived"})
MOST_NOTE = 300


class NotOps(PermissionError):
    """Raised when somebody else than ops changes a programme."""


class WrongDraft(ValueError):
    """Raised for a draft that cannot stand. problems: each with its step and field."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.text for problem in problems))
        self.problems = tuple(problems)


class StaleDraft(Exception):
    """Raised when the draft was changed, published or discarded since it was read."""

    def __init__(self) -> None:
        super().__init__("Somebody changed this draft meanwhile; look again.")


def add_programme(*, name: str, segment: str, now: datetime, by: User) -> Programme:
    """This will make a programme without a version. Raises NotOps, ValidationError with field names."""
    _check_ops(by)
    programme = Programme(name=" ".join(name.split()), segment=segment.strip())
    with transaction.atomic():
        check(programme)
        programme.save(force_insert=True)
        record("programme.added", f"Programme “{programme}” made", customer=None, by=by, now=now, subject=programme)
    return programme


def change_programme(
    programme: Programme, *, name: str, segment: str, is_archived: bool, now: datetime, by: User
) -> Difference:
    """This will rename a programme, give it another segment, or archive it: it concerns who starts from now on.

    Raises NotOps, ValidationError with field names.
    """
    _check_ops(by)
    values = {"name": " ".join(name.split()), "segment": segment.strip(), "is_archived": is_archived}
    with transaction.atomic():
        difference = set_fields(programme, values, allowed=WRITABLE)
        if difference:
            check(programme)
            programme.save(update_fields=[*difference, "updated_at"])
            record("programme.changed", f"Programme “{programme}” changed", customer=None, by=by, now=now,
                   subject=programme, changes=difference)  # fmt: skip
    return difference


def save_draft(
    programme: Programme,
    text: VersionText,
    *,
    given: Sequence[StepText],
    note: str,
    edit: int | None,
    now: datetime,
    by: User,
) -> ProgrammeVersion:
    """This will keep the text as the programme's draft. given: the steps as they were written, in that order.

    edit: the draft's that was seen; None: there was none. Raises NotOps, WrongDraft, StaleDraft.
    """
    _check_ops(by)
    if problems := find_problems(text, given):
        raise WrongDraft(problems)
    fields = {
        "phase_name": text.phase_name.strip(),
        "local_time": text.local_time,
        "celebrates_apart": text.celebrates_apart,
        "note": note.strip()[:MOST_NOTE],
    }
    with transaction.atomic():
        draft = _make_draft(programme, fields) if edit is None else _change_draft(programme, edit, fields, now)
        _write_steps(draft, text)
        record("programme.drafted", f"Draft of “{programme}” version {draft.number} saved", customer=None, by=by,
               now=now, subject=draft)  # fmt: skip
    return draft


def discard_draft(programme: Programme, *, now: datetime, by: User) -> bool:
    """This will take the draft away; False when there is none. Raises NotOps."""
    _check_ops(by)
    with transaction.atomic():
        gone, _ = ProgrammeVersion.objects.filter(programme=programme, published_at=None).delete()
        if gone:
            record("programme.discarded", f"Draft of “{programme}” discarded", customer=None, by=by, now=now,
                   subject=programme)  # fmt: skip
    return bool(gone)


def publish_draft(programme: Programme, *, edit: int, now: datetime, by: User) -> ProgrammeVersion:
    """This will make the draft the version that journeys start on; those under way stay where they are.

    What becomes of them is answered with `services.rollouts`. Raises NotOps, WrongDraft, StaleDraft.
    """
    _check_ops(by)
    with transaction.atomic():
        draft = find_draft(programme)
        if draft is None:
            raise StaleDraft
        text = read_text(draft)
        if problems := find_problems(text, text.steps):
            raise WrongDraft(problems)
        mine = ProgrammeVersion.objects.filter(pk=draft.pk, published_at=None, edit=edit)
        if not mine.update(published_at=now, published_by=by, updated_at=now):
            raise StaleDraft
        record("programme.published", f"Published “{programme}” version {draft.number}", customer=None, by=by, now=now,
               subject=draft, note=draft.note)  # fmt: skip
    draft.refresh_from_db()
    return draft


def bring_back(old: ProgrammeVersion, *, now: datetime, by: User) -> ProgrammeVersion:
    """This will draft a new version with the content of an old one, to be published as any. Raises NotOps, StaleDraft.

    A draft that is there stays: it must be published or discarded first.
    """
    text = read_text(old)
    note = f"Back to version {old.number}"
    return save_draft(old.programme, text, given=text.steps, note=note, edit=None, now=now, by=by)


def start_text(programme: Programme) -> VersionText:
    """This will give what a new draft begins with: what is published, else what everybody else gets, else one step."""
    current = current_version(programme)
    if current is None:
        common = Programme.objects.filter(segment="", is_archived=False).exclude(pk=programme.pk).first()
        current = current_version(common) if common else None
    return read_text(current) if current else VersionText(steps=(StepText(1, ""),))


def _make_draft(programme: Programme, fields: dict[str, object]) -> ProgrammeVersion:
    last = programme.versions.aggregate(last=Max("number"))["last"] or 0
    try:
        with transaction.atomic():
            made: ProgrammeVersion = ProgrammeVersion.objects.create(programme=programme, number=last + 1, **fields)
    except IntegrityError:
        raise StaleDraft from None
    return made


def _change_draft(programme: Programme, edit: int, fields: dict[str, object], now: datetime) -> ProgrammeVersion:
    mine = ProgrammeVersion.objects.filter(programme=programme, published_at=None, edit=edit)
    if not mine.update(**fields, edit=F("edit") + 1, updated_at=now):
        raise StaleDraft
    return ProgrammeVersion.objects.get(programme=programme, published_at=None)


def _write_steps(draft: ProgrammeVersion, text: VersionText) -> None:
    ProgrammeStep.objects.filter(version=draft).delete()
    ProgrammeStep.objects.bulk_create(
        ProgrammeStep(
            version=draft,
            number=step.number,
            title=" ".join(step.title.split()),
            description=step.description.strip(),
            key_items=list(step.key_items),
            achievements=list(step.achievements),
            offset_days=step.offset_days,
            reminder_days=step.reminder_days,
            overdue_days=step.overdue_days,
            escalation_days=step.escalation_days,
        )
        for step in text.steps
    )


def _check_ops(by: User) -> None:
    if not by.is_ops:
        raise NotOps("Only ops may change programmes.")
